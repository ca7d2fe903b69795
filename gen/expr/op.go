package expr

import "fmt"

// An Op is an operation of a Unary or Binary node.
type Op uint8

// The operations. A new one gets a row in ops, one in unaryValues or a case in binaryValue, and one
// in unaryDerivatives or a case in binaryDerivative; a test asks for all of them. Select has the only one on
// three operands.
const (
	opNone Op = iota // the zero Op is no operation

	OpNeg     // -x
	OpExp     // e to the x
	OpExpm1   // e to the x, less 1, accurate near 0
	OpLog     // natural logarithm
	OpLog1p   // log(1 + x), accurate near 0
	OpSqrt    // square root
	OpTanh    // hyperbolic tangent
	OpAtan    // inverse tangent, in (-π/2, π/2)
	OpErf     // error function
	OpSin     // sine
	OpCos     // cosine
	OpSigmoid // 1/(1 + exp(-x)), overflowing nowhere
	OpAbs     // absolute value

	OpAdd // x + y
	OpSub // x - y
	OpMul // x*y
	OpDiv // x/y
	OpMax // the larger, as Go's max: NaN if either is NaN, and +0 above -0
	OpMin // the smaller, as Go's min: NaN if either is NaN, and -0 below +0
	OpPow // x to the y, with the conventions of Go's math.Pow

	OpWhere // the operation of a Select: x if c > 0, else y

	numOps
)

// ops says what each operation is called, how many operands it has, whether they may change places, and
// what it is counted as.
var ops = [numOps]struct {
	name        string
	arity       int
	commutative bool
	count       Count
}{
	OpNeg:     {"-", 1, false, Count{Selects: 1}},
	OpExp:     {"exp", 1, false, Count{Calls: 1}},
	OpExpm1:   {"expm1", 1, false, Count{Calls: 1}},
	OpLog:     {"log", 1, false, Count{Calls: 1}},
	OpLog1p:   {"log1p", 1, false, Count{Calls: 1}},
	OpSqrt:    {"sqrt", 1, false, Count{Calls: 1}},
	OpTanh:    {"tanh", 1, false, Count{Calls: 1}},
	OpAtan:    {"atan", 1, false, Count{Calls: 1}},
	OpErf:     {"erf", 1, false, Count{Calls: 1}},
	OpSin:     {"sin", 1, false, Count{Calls: 1}},
	OpCos:     {"cos", 1, false, Count{Calls: 1}},
	OpSigmoid: {"sigmoid", 1, false, Count{Calls: 1}},
	OpAbs:     {"abs", 1, false, Count{Selects: 1}},
	OpAdd:     {"+", 2, true, Count{Adds: 1}},
	OpSub:     {"-", 2, false, Count{Adds: 1}},
	OpMul:     {"*", 2, true, Count{Muls: 1}},
	OpDiv:     {"/", 2, false, Count{Divs: 1}},
	OpMax:     {"max", 2, true, Count{Selects: 1}},
	OpMin:     {"min", 2, true, Count{Selects: 1}},
	OpPow:     {"pow", 2, false, Count{Calls: 1}},
	OpWhere:   {"where", 3, false, Count{Selects: 1}},
}

// String returns the sign or the name by which the operation is written.
func (op Op) String() string {
	if op == opNone || op >= numOps {
		return fmt.Sprintf("Op(%d)", uint8(op))
	}
	return ops[op].name
}

// Commutative reports whether x op y and y op x have the same bits for all x and y.
func (op Op) Commutative() bool { return op < numOps && ops[op].commutative }

// A Count is a number of operations by kind, of equal cost within a kind to a first approximation.
type Count struct {
	Adds    int64 // additions and subtractions
	Muls    int64 // multiplications
	Divs    int64 // divisions
	Calls   int64 // exp, expm1, log, log1p, sqrt, tanh, atan, erf, sin, cos, sigmoid, pow
	Selects int64 // signs and comparisons: negation, abs, max, min, where
}

// Plus returns the sum of two counts.
func (c Count) Plus(d Count) Count {
	return Count{c.Adds + d.Adds, c.Muls + d.Muls, c.Divs + d.Divs, c.Calls + d.Calls, c.Selects + d.Selects}
}

// Total is the number of all operations.
func (c Count) Total() int64 { return c.Adds + c.Muls + c.Divs + c.Calls + c.Selects }

// Times returns the count of n repetitions.
func (c Count) Times(n int64) Count {
	return Count{n * c.Adds, n * c.Muls, n * c.Divs, n * c.Calls, n * c.Selects}
}

// What a division and a call weigh, where a multiplication, an addition and a select weigh 1. On amd64 a scalar
// division takes as long as about 4 of those, an emitted exp or tanh as long as about 20.
const (
	DivWeight  = 4
	CallWeight = 20
)

// Weight is the count as one number, by which counts are compared.
func (c Count) Weight() int64 {
	return c.Total() + (DivWeight-1)*c.Divs + (CallWeight-1)*c.Calls
}

// CountOps returns the operations of e as written, every repeated subexpression counted every time. For the
// count with subexpressions shared see Program.Count.
func CountOps(e Expr) Count {
	switch n := e.(type) {
	case Unary:
		return opCount(n.Op).Plus(CountOps(n.X))
	case Binary:
		return opCount(n.Op).Plus(CountOps(n.X)).Plus(CountOps(n.Y))
	case Select:
		return opCount(OpWhere).Plus(CountOps(n.C)).Plus(CountOps(n.X)).Plus(CountOps(n.Y))
	}
	return Count{}
}

func opCount(op Op) Count {
	if op >= numOps {
		return Count{}
	}
	return ops[op].count
}
