package functions

import (
	"math"

	"github.com/backpropgen/backpropgen/gen/vec"
)

// logSeries is (2·artanh(s) - 2s)/s³ as a polynomial in s², |s| ≤ 0.1716; 2^-56.6.
var logSeries = []float64{
	0.666666666666667, 0.3999999999989924, 0.2857142862609589, 0.2222221111514416, 0.18182890556695602,
	0.1533167403016786, 0.1461703754879165,
}

// Log is the natural logarithm: NaN below 0, -Inf at 0.
func (b *Code) Log(x *vec.Value) *vec.Value {
	if b.single() {
		return b.wide(x, (*Code).logInDouble)
	}
	inf := b.Number(math.Inf(1))
	r := b.logPositive(x)
	r = b.Select(b.Compare(vec.Equal, x, b.zeros()), b.Number(math.Inf(-1)), r)
	r = b.Select(b.Compare(vec.Equal, x, inf), inf, r)
	return b.Select(b.Compare(vec.NotGreaterEqual, x, b.zeros()), b.Number(math.NaN()), r)
}

// logPositive is log x for positive finite x, subnormal ones too.
//
// x = 2^k·m with m from √½ to √2; with f = m - 1 and s = f/(2 + f), log m = 2·artanh s, which is summed as
// f - (f²/2 - s·(f²/2 + R)), so that f, the largest term, is exact.
func (b *Code) logPositive(x *vec.Value) *vec.Value {
	const root = 0x3fe6a09e667f3bcd // √½
	tiny := b.Compare(vec.Less, x, b.Number(0x1p-1022))
	x = b.Select(tiny, b.product(x, b.Number(0x1p54)), x)
	t := b.integer(vec.Add, x, b.Constant(0x3ff0000000000000-root))
	// The exponent, as the low bits of a number from 2^52 on.
	k := b.less(b.or(b.Shift(vec.ShiftRight, t, 52), b.Number(0x1p52)), b.Number(0x1p52+1023))
	k = b.less(k, b.Keep(tiny, b.Number(54)))
	m := b.integer(vec.Add, b.and(t, b.Constant(1<<52-1)), b.Constant(root))
	f := b.less(m, b.Number(1))
	s := b.quotient(f, b.sum(f, b.Number(2)))
	z := b.product(s, s)
	half := b.product(b.product(f, f), b.Number(0.5))
	r := b.madd(z, b.polynomial(z, logSeries...), half)
	c := formats[8]
	low := b.madd(s, r, b.product(k, b.Number(c.ln2Low)))
	return b.msub(k, b.Number(c.ln2High), b.less(b.less(half, low), f))
}

// Log1p is log(1 + x): the logarithm of u = 1 + x, and what u lacks of 1 + x divided by u.
func (b *Code) Log1p(x *vec.Value) *vec.Value {
	if b.single() {
		return b.wide(x, (*Code).log1pInDouble)
	}
	one := b.Number(1)
	u := b.sum(x, one)
	back := b.less(u, one)
	lost := b.sum(b.less(x, back), b.less(one, b.less(u, back)))
	correction := b.quotient(lost, u)
	// It is NaN where u is 0 or infinite.
	correction = b.Keep(b.Compare(vec.Ordered, correction, correction), correction)
	return b.signed(b.sum(b.Log(u), correction), x)
}
