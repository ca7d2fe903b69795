package vec

import (
	"cmp"
	"math"
)

// What operations do with one lane, given as its bits.

// all is a lane with all bits set.
func (e Elem) all() uint64 { return math.MaxUint64 >> (64 - 8*e.Size()) }

// Number is the number that a lane holds.
func (e Elem) Number(bits uint64) float64 {
	if e == F32 {
		return float64(math.Float32frombits(uint32(bits)))
	}
	return math.Float64frombits(bits)
}

// Bits is the lane of a number, rounded.
func (e Elem) Bits(v float64) uint64 {
	if e == F32 {
		return uint64(math.Float32bits(float32(v)))
	}
	return math.Float64bits(v)
}

// whole is the integer that a lane holds, with its sign if it has one.
func (e Elem) whole(bits uint64) int64 {
	if e == I32 {
		return int64(int32(bits))
	}
	return int64(bits)
}

// ofInt is the lane of the number next to an integer.
func (e Elem) ofInt(n int64) uint64 {
	if e == F32 {
		return uint64(math.Float32bits(float32(n)))
	}
	return math.Float64bits(float64(n))
}

// compute is a lane of an operation that goes lane by lane.
func (e Elem) compute(op Op, imm int, x, y, z uint64) uint64 {
	switch op {
	case And:
		return x & y
	case AndNot:
		return y &^ x
	case Or:
		return x | y
	case Xor:
		return x ^ y
	case XorAnd:
		return x ^ y&z
	}
	switch e {
	case F32:
		return uint64(math.Float32bits(compute32(op, math.Float32frombits(uint32(x)), math.Float32frombits(uint32(y)),
			math.Float32frombits(uint32(z)))))
	case F64:
		return math.Float64bits(compute64(op, math.Float64frombits(x), math.Float64frombits(y),
			math.Float64frombits(z)))
	}
	return e.computeInteger(op, imm, x, y) & e.all()
}

// computeInteger is one of integers.
func (e Elem) computeInteger(op Op, imm int, x, y uint64) uint64 {
	width := uint64(8 * e.Size())
	switch op {
	case Add:
		return x + y
	case Sub:
		return x - y
	case Mul:
		return x * y
	case MulHalves:
		half := uint64(1)<<(width/2) - 1
		return (x & half) * (y & half)
	case Min, Max:
		if (e.order(x, y) < 0) == (op == Min) {
			return x
		}
		return y
	case ShiftLeft:
		return x << uint(imm)
	case ShiftLeftBy:
		if y >= width {
			return 0
		}
		return x << y
	case ShiftRight:
		if e.Signed() {
			return uint64(e.whole(x) >> uint(imm))
		}
		return x >> uint(imm)
	}
	return 0
}

// order is below, at or above 0 as x is to y.
func (e Elem) order(x, y uint64) int {
	if e.Signed() {
		return cmp.Compare(e.whole(x), e.whole(y))
	}
	return cmp.Compare(x, y)
}

// holds says whether a predicate holds of two lanes.
func (e Elem) holds(p Predicate, x, y uint64) bool {
	order, unordered := 0, false
	if e.Float() {
		a, b := e.Number(x), e.Number(y)
		unordered = a != a || b != b
		if !unordered && a != b { // zeros are equal
			order = cmp.Compare(a, b)
		}
	} else {
		order = e.order(x, y)
	}
	switch p {
	case Unordered:
		return unordered
	case NotEqual:
		return unordered || order != 0
	case NotLess:
		return unordered || order >= 0
	case NotLessEqual:
		return unordered || order > 0
	case NotGreaterEqual:
		return unordered || order < 0
	}
	if unordered {
		return false
	}
	switch p {
	case Equal:
		return order == 0
	case Less:
		return order < 0
	case LessEqual:
		return order <= 0
	case Greater:
		return order > 0
	case GreaterEqual:
		return order >= 0
	}
	return true // Ordered
}

// convert is a lane as one of another type.
func (e Elem) convert(op Op, x uint64) uint64 {
	switch {
	case op == Float:
		return FloatOf(e.Size()).ofInt(e.whole(x))
	case op == Narrow:
		return F32.Bits(F64.Number(x))
	case e == F32:
		return F64.Bits(F32.Number(x))
	}
	return uint64(e.whole(x))
}
