package code

import (
	"go/constant"
	"go/token"
	"math"
)

// mathematical are the constants of mathematics, to more digits than a float64 has.
var mathematical = map[string]constant.Value{
	"Ln2": digits("0.693147180559945309417232121458176568075500134360255254120680009"),
	"Log2E": constant.BinaryOp(constant.MakeInt64(1), token.QUO,
		digits("0.693147180559945309417232121458176568075500134360255254120680009")),
	"Pi": digits("3.14159265358979323846264338327950288419716939937510582097494459"),
}

func digits(text string) constant.Value { return constant.MakeFromLiteral(text, token.FLOAT, 0) }

// exact is the value of a number as it is written; nil of one that is no constant in Go: NaN, an infinity, -0.
func (x *Num) exact() constant.Value {
	switch {
	case x.Text != "" && x.Value < 0:
		return constant.UnaryOp(token.SUB, digits(x.Text[1:]), 0)
	case x.Text != "":
		return constant.ToFloat(digits(x.Text))
	case math.IsNaN(x.Value) || math.IsInf(x.Value, 0) || x.Value == 0 && math.Signbit(x.Value):
		return nil
	}
	return constant.ToFloat(constant.MakeFloat64(x.Value))
}

// exact is the value of an integer; one that is written out is not negative.
func (x *Whole) exact() constant.Value {
	if x.Text != "" {
		return constant.MakeUint64(uint64(x.Value))
	}
	return constant.MakeInt64(x.Value)
}

// convertConstant is a constant in a type, rounded if that is of numbers; ok is false where it has no room there.
func convertConstant(v constant.Value, k Kind) (out constant.Value, ok bool) {
	switch {
	case k == Float32:
		f, _ := constant.Float32Val(constant.ToFloat(v))
		return constant.ToFloat(constant.MakeFloat64(float64(f))), !math.IsInf(float64(f), 0)
	case k == Float64:
		f, _ := constant.Float64Val(constant.ToFloat(v))
		return constant.ToFloat(constant.MakeFloat64(f)), !math.IsInf(f, 0)
	case k.untyped():
		return v, true
	case !k.Integer():
		return v, false
	}
	n := constant.ToInt(v)
	if n.Kind() != constant.Int {
		return v, false
	}
	low, high := constant.MakeInt64(0), constant.MakeUint64(math.MaxUint64>>(64-k.Bits()))
	if k.Signed() {
		low, high = constant.MakeInt64(math.MinInt64>>(64-k.Bits())), constant.MakeInt64(math.MaxInt64>>(64-k.Bits()))
	}
	return n, constant.Compare(n, token.GEQ, low) && constant.Compare(n, token.LEQ, high)
}

// constantTokens are the operators of constants.
var constantTokens = map[Op]token.Token{
	Add: token.ADD, Sub: token.SUB, Mul: token.MUL, Div: token.QUO, And: token.AND, Or: token.OR, Xor: token.XOR,
	AndNot: token.AND_NOT, Shl: token.SHL, Shr: token.SHR,
}

// computeConstant is an operation on constants: exact, and then in their type if they have one.
func computeConstant(op Op, a, b constant.Value, k Kind) (v constant.Value, ok bool) {
	t := constantTokens[op]
	if op == Div && k == UntypedInt {
		t = token.QUO_ASSIGN // whole numbers
	}
	if op == Div && constant.Sign(b) == 0 {
		return a, false
	}
	if k.Float() {
		a, b = constant.ToFloat(a), constant.ToFloat(b)
	}
	return convertConstant(constant.BinaryOp(a, t, b), k)
}

func shiftConstant(op Op, a constant.Value, by uint) constant.Value {
	return constant.Shift(constant.ToInt(a), constantTokens[op], by)
}

func negated(v constant.Value) constant.Value { return constant.UnaryOp(token.SUB, v, 0) }
