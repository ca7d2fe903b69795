package assembly

import "github.com/backpropgen/backpropgen/gen/vec"

// Integers. AVX2 lacks some of the operations on those of 64 bits, which are put together of others.

// multiply is the low half of a product of integers of 64 bits.
func (b *Block) multiply(x, y *vec.Value) *vec.Value {
	if b.m.has(vec.Mul, vec.U64) {
		return b.integer(vec.Mul, x, y)
	}
	halves := func(x, y *vec.Value) *vec.Value { return b.integer(vec.MulHalves, x, y) }
	high := func(x *vec.Value) *vec.Value { return b.shift(vec.ShiftRight, x, 32) }
	cross := b.integer(vec.Add, halves(high(x), y), halves(x, high(y)))
	return b.integer(vec.Add, halves(x, y), b.shift(vec.ShiftLeft, cross, 32))
}

// number64 converts signed integers of 64 bits to float64, rounded to nearest; otherwise each half is put under a power
// of two.
func (b *Block) number64(x *vec.Value) *vec.Value {
	if b.m.has(vec.Float, vec.I64) {
		return b.Add(b.Of(vec.Float, vec.I64, x))
	}
	const two52, two84 = 0x433 << 52, 0x453 << 52
	low := b.or(b.and(x, b.pattern(1<<32-1)), b.pattern(two52))
	// The sign bit is flipped, so that 2^63 is taken away with the powers of two.
	high := b.less(b.xor(b.shift(vec.ShiftRight, x, 32), b.pattern(two84|1<<31)), b.number(0x1p84+0x1p63+0x1p52))
	return b.sum(high, low)
}

// arithmetic shifts integers to the right and fills up with their sign.
func (b *Block) arithmetic(x *vec.Value, by int) *vec.Value {
	switch {
	case b.m.has(vec.ShiftRight, b.m.signed()):
		return b.Add(b.Of(vec.ShiftRight, b.m.signed(), x).By(b, by))
	case by == 63:
		return b.above(b.zeros(), x)
	}
	sign := b.pattern(1 << (63 - by))
	return b.integer(vec.Sub, b.xor(b.shift(vec.ShiftRight, x, by), sign), sign)
}

// CompareIntegers compares integers; not says that the mask is of the lanes where the comparison doesn't hold. At AVX2
// there are but > of signed ones and =: other comparisons are made of them.
func (b *Block) CompareIntegers(p vec.Predicate, elem vec.Elem, x, y *vec.Value) (m *vec.Value, not bool) {
	if b.m.has(vec.Compare, elem) {
		n := b.Of(vec.Compare, elem, x, y).asks(p)
		b.f.Target.Immediate(n)
		n.Out.Class = b.m.MaskClass()
		return b.Add(n), false
	}
	if p == vec.Equal || p == vec.NotEqual {
		return b.same(x, y), p == vec.NotEqual
	}
	if !elem.Signed() {
		x, y = b.flipped(x), b.flipped(y)
	}
	if p == vec.Less || p == vec.GreaterEqual { // x < y is y > x, and x >= y is not that
		return b.above(y, x), p == vec.GreaterEqual
	}
	return b.above(x, y), p == vec.LessEqual
}

// above is the mask of lanes where x > y as signed integers, and same where x = y, where these are instructions of
// their own.
func (b *Block) above(x, y *vec.Value) *vec.Value {
	return b.comparing(SignedGreater, vec.Greater, x, y)
}
func (b *Block) same(x, y *vec.Value) *vec.Value { return b.comparing(BitsEqual, vec.Equal, x, y) }

func (b *Block) comparing(instruction vec.Op, p vec.Predicate, x, y *vec.Value) *vec.Value {
	return b.Add(b.Of(instruction, b.m.signed(), x, y).asks(p))
}

// flipped changes the first bit, so that signed comparisons are those of unsigned integers.
func (b *Block) flipped(x *vec.Value) *vec.Value {
	if n := HomeOf(x).Def; n != nil && n.Kind == Literal && n.N == 1 {
		return b.pattern(n.pattern ^ 1<<(8*b.m.Size-1))
	}
	return b.xor(x, b.pattern(1<<(8*b.m.Size-1)))
}

// extremeInteger is the smaller or the larger of two integers.
func (b *Block) extremeInteger(op vec.Op, elem vec.Elem, x, y *vec.Value) *vec.Value {
	if b.m.has(op, elem) {
		return b.Add(b.Of(op, elem, x, y))
	}
	m, _ := b.CompareIntegers(vec.Greater, elem, x, y)
	if op == vec.Min {
		return b.Choose(m, y, x)
	}
	return b.Choose(m, x, y)
}
