package code

// Op is an operator. Those of numbers and integers are as in Go: integers wrap around, a shift to the right of a signed
// integer fills up with its sign, and a comparison with NaN fails, but for !=.
type Op uint8

// The operators.
const (
	Set Op = iota // of an assignment that computes nothing
	Add
	Sub
	Mul
	Div
	And
	Or
	Xor
	AndNot
	Shl
	Shr
	Neg
	Not
	Eq
	Ne
	Lt
	Le
	Gt
	Ge
	Both   // &&
	Either // ||
	Min
	Max
)

var opNames = [...]string{
	"", "+", "-", "*", "/", "&", "|", "^", "&^", "<<", ">>", "-", "!", "==", "!=", "<", "<=", ">", ">=", "&&", "||",
	"min", "max",
}

func (op Op) String() string { return opNames[op] }

// Binding strengths of operators, the weakest first.
const (
	weakest = iota
	either
	both
	comparison
	sum
	product
	unary
)

// Strength is how strongly an operator binds: an operand that binds less stands in parentheses.
func (op Op) Strength() int {
	switch op {
	case Mul, Div, And, AndNot, Shl, Shr:
		return product
	case Add, Sub, Or, Xor:
		return sum
	case Eq, Ne, Lt, Le, Gt, Ge:
		return comparison
	case Both:
		return both
	case Either:
		return either
	}
	return unary
}

// Compares says whether an operator compares.
func (op Op) Compares() bool { return op >= Eq && op <= Ge }

// Parenthesised says whether an operand needs parentheses: as the left one or, if right is set, the right one of an
// operator of that strength. A sum to the right of a sum has them too: the order of sums is what the program says.
func Parenthesised(x Expr, strength int, right bool) bool {
	own := unary + 1
	switch x := x.(type) {
	case *Binary:
		own = x.Op.Strength()
	case *Unary:
		if own = sum; x.Op == Not {
			own = unary
		}
	case *Num:
		if x.Value < 0 && x.Text == "" {
			own = sum
		}
	case *Whole:
		if x.Value < 0 && x.Text == "" {
			own = sum
		}
	}
	if right {
		return own <= strength
	}
	return own < strength
}
