package code

import "math"

// compute is an operation on two values of one type, or a shift.
func compute(op Op, a, b Value) Value {
	switch {
	case a.Kind == Float32:
		return Value{Kind: Float32,
			bits: uint64(math.Float32bits(calculate(op, float32(a.Float()), float32(b.Float()))))}
	case a.Kind == Float64:
		return Value{Kind: Float64, bits: math.Float64bits(calculate(op, a.Float(), b.Float()))}
	}
	x, y := a.bits, b.bits
	switch op {
	case Add:
		x += y
	case Sub:
		x -= y
	case Mul:
		x *= y
	case And:
		x &= y
	case Or:
		x |= y
	case Xor:
		x ^= y
	case AndNot:
		x &^= y
	case Shl:
		x <<= y
	case Shr:
		if a.Kind.Signed() {
			x = uint64(int64(x) >> y)
		} else {
			x >>= y
		}
	default:
		panic(Failure{op.String() + " of integers"})
	}
	return IntValue(a.Kind, x)
}

// calculate is an operation on numbers, rounded to their type.
func calculate[T float32 | float64](op Op, x, y T) T {
	switch op {
	case Add:
		return x + y
	case Sub:
		return x - y
	case Mul:
		return x * y
	case Div:
		return x / y
	}
	panic(Failure{op.String() + " of numbers"})
}

// compare is a comparison.
func compare(op Op, a, b Value) bool {
	switch {
	case a.Kind.Float():
		return ordered(op, a.Float(), b.Float())
	case a.Kind.Signed():
		return ordered(op, int64(a.bits), int64(b.bits))
	}
	return ordered(op, a.bits, b.bits)
}

func ordered[T float64 | int64 | uint64](op Op, x, y T) bool {
	switch op {
	case Eq:
		return x == y
	case Ne:
		return x != y
	case Lt:
		return x < y
	case Le:
		return x <= y
	case Gt:
		return x > y
	}
	return x >= y
}

// extreme is the lesser or the greater of two values.
func extreme(op Op, a, b Value) Value {
	if a.Kind.Float() {
		if op == Min {
			return FloatValue(a.Kind, min(a.Float(), b.Float()))
		}
		return FloatValue(a.Kind, max(a.Float(), b.Float()))
	}
	if compare(Gt, a, b) == (op == Max) {
		return a
	}
	return b
}

// negate is -x or !x.
func negate(op Op, a Value) Value {
	switch {
	case op == Not:
		return truth(a.bits == 0)
	case a.Kind.Float():
		return Value{Kind: a.Kind, bits: a.bits ^ 1<<(a.Kind.Bits()-1)}
	}
	return IntValue(a.Kind, -a.bits)
}

// convert is a conversion.
func convert(a Value, to Kind) Value {
	switch {
	case a.Kind.Float() && to.Float():
		return FloatValue(to, a.Float())
	case a.Kind.Float():
		if to.Signed() {
			return IntValue(to, uint64(int64(a.Float())))
		}
		return IntValue(to, uint64(a.Float()))
	case !to.Float():
		return IntValue(to, a.bits)
	case to == Float32 && a.Kind.Signed():
		return Value{Kind: to, bits: uint64(math.Float32bits(float32(int64(a.bits))))}
	case to == Float32:
		return Value{Kind: to, bits: uint64(math.Float32bits(float32(a.bits)))}
	case a.Kind.Signed():
		return FloatValue(to, float64(int64(a.bits)))
	}
	return FloatValue(to, float64(a.bits))
}

// library is a function of Go's package math.
func library(name string, x Value) Value {
	switch name {
	case "Expm1":
		return FloatValue(Float64, math.Expm1(x.Float()))
	case "Log":
		return FloatValue(Float64, math.Log(x.Float()))
	}
	panic(Failure{"no function " + name})
}
