package vec

import (
	"fmt"
	"strings"
)

// Step is one step of a program: Apply, Lanes, First, Load, Spread, Store, Gather, LoadMask, FromInt, Set, IntStep,
// Label, Branch, Return or Comment.
type Step interface {
	String() string
	// values calls with every value that the step reads, and with the one that it writes, which it replaces by what
	// with returns.
	values(read, write func(v *Value) *Value)
	// ints does the same with variables that count or point.
	ints(with func(i *Int) *Int)
	clone() Step
}

// Apply is an operation on vectors: Out = Op(Args).
type Apply struct {
	Op        Op
	Out       *Value
	Args      []*Value
	Imm       int       // a constant operand: how far to shift, a lane, a block or a pattern
	Predicate Predicate // of a comparison
	// Mask says in which lanes the result is computed; others are those of Else, or 0. Select and Keep need one.
	Mask, Else *Value
}

// Lanes is a constant: the bits of one lane for all, or of every lane.
type Lanes struct {
	Out  *Value
	Bits []uint64
}

// First is the mask whose first N lanes are set.
type First struct {
	Out *Value
	N   int
}

// Load reads N lanes, with 0 in those above; of a mask only its lanes, with 0 in the others.
type Load struct {
	Out  *Value
	At   Place
	N    int
	Mask *Value
}

// Spread reads N lanes and repeats them all over the vector.
type Spread struct {
	Out *Value
	At  Place
	N   int
}

// Store writes the first N lanes, or of these the ones of a mask, and nothing beside them.
type Store struct {
	Value *Value
	At    Place
	N     int
	Mask  *Value
}

// Gather reads the lanes that lie Index bytes from a place.
type Gather struct {
	Out   *Value
	At    Place
	Index *Value
}

// LoadMask reads a mask, a bit for each lane.
type LoadMask struct {
	Out *Value
	At  Place
}

// FromInt is an integer as a number in every lane.
type FromInt struct {
	Out  *Value
	From Operand
}

// Set gives a variable a value.
type Set struct{ Var, To *Value }

// IntStep is an operation on integers, which writes its last operand.
type IntStep struct {
	Op       IntOp
	Operands []Operand
}

// Label is a place that branches go to.
type Label struct{ Name string }

// Branch goes on at a label where the condition holds.
type Branch struct {
	If Condition
	To string
}

// Return ends the program.
type Return struct{}

// Comment is a line for readers.
type Comment struct{ Text string }

func (s *Apply) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v: %v = %v", s.Out, s.Out.Type, s.Op)
	if s.Op == Compare {
		fmt.Fprintf(&b, " %v", s.Predicate)
	}
	for _, a := range s.Args {
		fmt.Fprintf(&b, " %v", a)
	}
	if s.Op.constant() {
		fmt.Fprintf(&b, " #%d", s.Imm)
	}
	if s.Mask != nil {
		fmt.Fprintf(&b, " where %v", s.Mask)
	}
	if s.Else != nil {
		fmt.Fprintf(&b, " else %v", s.Else)
	}
	return b.String()
}

func (s *Lanes) String() string { return fmt.Sprintf("%v: %v = lanes %x", s.Out, s.Out.Type, s.Bits) }

func (s *First) String() string { return fmt.Sprintf("%v: %v = first %d", s.Out, s.Out.Type, s.N) }

func (s *Load) String() string {
	return fmt.Sprintf("%v: %v = load %d %v%s", s.Out, s.Out.Type, s.N, s.At, where(s.Mask))
}

func (s *Spread) String() string {
	return fmt.Sprintf("%v: %v = spread %d %v", s.Out, s.Out.Type, s.N, s.At)
}

func (s *Store) String() string {
	return fmt.Sprintf("store %d %v to %v%s", s.N, s.Value, s.At, where(s.Mask))
}

func where(mask *Value) string {
	if mask == nil {
		return ""
	}
	return " where " + mask.String()
}

func (s *Gather) String() string {
	return fmt.Sprintf("%v: %v = gather %v + %v", s.Out, s.Out.Type, s.At, s.Index)
}

func (s *LoadMask) String() string { return fmt.Sprintf("%v: %v = mask %v", s.Out, s.Out.Type, s.At) }
func (s *FromInt) String() string {
	return fmt.Sprintf("%v: %v = number %v", s.Out, s.Out.Type, s.From)
}
func (s *Set) String() string { return fmt.Sprintf("%v = %v", s.Var, s.To) }

func (s *IntStep) String() string {
	text := s.Op.String()
	for _, o := range s.Operands {
		text += " " + o.String()
	}
	return text
}

func (s *Label) String() string   { return s.Name + ":" }
func (s *Branch) String() string  { return fmt.Sprintf("go to %s %v", s.To, s.If) }
func (s *Return) String() string  { return "return" }
func (s *Comment) String() string { return "// " + s.Text }
