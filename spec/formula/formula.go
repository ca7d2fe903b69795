// Package formula reads the formulas that a spec writes as {expr: "…"}: activations in z, costs in a and y.
//
// A formula is arithmetic as people write it: numbers, variables, + - * / ^, parentheses, and calls of the functions
// that Functions lists. Parse returns its tree. Every node knows its place, so that whoever differentiates or evaluates
// it can point at a mistake. Constants are evaluated here, so that none is beyond what float32 can hold.
package formula

// Node is an expression as written: *Number, *Variable, *Negation, *Binary or *Call.
type Node interface {
	// Pos is where the node's operator, name or number stands: the number of characters before it.
	Pos() int
}

// Number is a constant.
type Number struct {
	At    int
	Value float64
}

// Variable is z, or a or y.
type Variable struct {
	At   int
	Name string
}

// Negation is -X.
type Negation struct {
	At int
	X  Node
}

// Binary is X Op Y; Op is one of + - * / ^. A power is right-associative and binds tighter than a sign
// before it: -z^2 is -(z^2).
type Binary struct {
	At   int
	Op   byte
	X, Y Node
}

// Call is a function of the table applied to Args, one or two of them.
type Call struct {
	At   int
	Name string
	Args []Node
}

// Pos returns At.
func (n *Number) Pos() int { return n.At }

// Pos returns At.
func (n *Variable) Pos() int { return n.At }

// Pos returns At.
func (n *Negation) Pos() int { return n.At }

// Pos returns At.
func (n *Binary) Pos() int { return n.At }

// Pos returns At.
func (n *Call) Pos() int { return n.At }

// Error is a mistake in a formula.
type Error struct {
	At      int // the number of characters before the mistake
	Message string
}

func (e *Error) Error() string { return e.Message }
