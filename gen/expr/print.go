package expr

import (
	"math"
	"strconv"
	"strings"
)

// How tightly an expression holds together in print; an operand looser than its place gets parentheses.
const (
	precSum = iota
	precNeg
	precProduct
	precPower
	precAtom
)

func (n Num) String() string    { text, _ := format(n); return text }
func (v Var) String() string    { return string(v) }
func (n Unary) String() string  { text, _ := format(n); return text }
func (n Binary) String() string { text, _ := format(n); return text }
func (n Select) String() string { text, _ := format(n); return text }

// format returns e in print, and how tightly it holds together.
func format(e Expr) (text string, prec int) {
	switch n := e.(type) {
	case Num:
		return formatNumber(n.Value())
	case Var:
		return string(n), precAtom
	case Unary:
		if n.Op == OpNeg {
			return "-" + operand(n.X, precProduct, false), precNeg
		}
		return call(n.Op, n.X), precAtom
	case Binary:
		switch n.Op {
		case OpAdd, OpSub:
			return operand(n.X, precSum, true) + " " + n.Op.String() + " " + operand(n.Y, precNeg, false), precSum
		case OpMul:
			if n.X == n.Y {
				return operand(n.X, precAtom, false) + "^2", precPower
			}
			return operand(n.X, precProduct, true) + "*" + operand(n.Y, precPower, false), precProduct
		case OpDiv:
			return operand(n.X, precProduct, true) + "/" + operand(n.Y, precPower, false), precProduct
		}
		return call(n.Op, n.X, n.Y), precAtom
	case Select:
		return call(OpWhere, n.C, n.X, n.Y), precAtom
	}
	return "?", precAtom // no expression at all
}

// operand prints e for a place that takes nothing looser than prec, and a leading minus only at its left
// end.
func operand(e Expr, prec int, left bool) string {
	text, have := format(e)
	if have < prec || !left && strings.HasPrefix(text, "-") {
		return "(" + text + ")"
	}
	return text
}

func call(op Op, args ...Expr) string {
	texts := make([]string, len(args))
	for i, arg := range args {
		texts[i], _ = format(arg)
	}
	return op.String() + "(" + strings.Join(texts, ", ") + ")"
}

// formatNumber prints v with the fewest digits that read back as v, and a power of two whose digits tell
// nothing as 2^k. A leading minus binds a number like a product: -2*x needs no parentheses.
func formatNumber(v float64) (text string, prec int) {
	if math.Signbit(v) {
		text, _ = formatNumber(-v)
		return "-" + text, precProduct
	}
	text = strings.TrimPrefix(strconv.FormatFloat(v, 'g', -1, 64), "+")
	if _, exp := math.Frexp(v); isPowerOfTwo(v) && len(text) > 8 {
		return "2^" + strconv.Itoa(exp-1), precPower
	}
	return text, precAtom
}
