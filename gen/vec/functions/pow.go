package functions

import (
	"math"

	"github.com/backpropgen/backpropgen/gen/vec"
)

// Powers: e^(y·log |x|), and what the sign of x makes of it. The conventions are those of Go's math.Pow: x⁰ and 1^y are
// 1 whatever the other is, and negative numbers have powers with whole exponents only.

// Pow is x to the y.
func (b *Code) Pow(x, y *vec.Value) *vec.Value {
	if b.single() {
		return b.widely([]*vec.Value{x, y}, func(b *Code, in []*vec.Value) *vec.Value {
			return b.powConventions(in[0], in[1], (*Code).powInDouble)
		})
	}
	return b.powConventions(x, y, (*Code).powPositive)
}

// powConventions is x to the y, where power knows it for |x|: 0 and infinity it need not know, but is to be 0 and
// infinite where the logarithm of them, which it is given, times y is infinite.
func (b *Code) powConventions(x, y *vec.Value, power func(b *Code, a, y, end *vec.Value) *vec.Value) *vec.Value {
	zero, one, inf, nan := b.zeros(), b.Number(1), b.Number(math.Inf(1)), b.Number(math.NaN())
	a := b.Magnitude(x)
	infinite := b.Compare(vec.Equal, a, inf)
	// The logarithm where it is infinite, else 0.
	end := b.Select(b.Compare(vec.Equal, a, zero), b.Number(math.Inf(-1)), b.Keep(infinite, inf))
	h := b.Select(b.Compare(vec.Equal, a, one), one, power(b, a, y, end))
	// A negative x has the sign of an odd y, and NaN where y is not whole.
	half := b.product(y, b.Number(0.5))
	whole := b.Compare(vec.Equal, b.rounded(y), y)
	odd := b.Keep(b.Compare(vec.NotEqual, b.rounded(half), half), b.Keep(whole, b.signBit()))
	defined := b.Select(infinite, h, b.Select(whole, h, nan))
	h = b.Select(b.Compare(vec.Less, x, zero), defined, h)
	h = b.or(h, b.and(x, odd))
	h = b.Select(b.Compare(vec.Unordered, x, y), nan, h)
	h = b.Select(b.Compare(vec.Equal, x, one), one, h)
	return b.Select(b.Compare(vec.Equal, y, zero), one, h)
}

// powInDouble is a to the y for float32s: of y·log a, at most 104 where the result is neither 0 nor infinite, 2^-37 is
// lost.
func (b *Code) powInDouble(a, y, end *vec.Value) *vec.Value {
	k, f, _, _ := b.binade(a)
	s := b.quotient(f, b.sum(f, b.Number(2)))
	log := b.madd(k, b.Number(math.Ln2), b.product(s, b.polynomial(b.product(s, s), artanhPower...)))
	r, t := b.reducedInDouble(b.product(y, b.sum(log, end)), 110)
	return b.raise(b.polynomial(r, expPower...), t)
}

// artanhPower is 2·artanh(s)/s as a polynomial in s², |s| ≤ 0.1716, and expPower e^r for |r| ≤ log(2)/2; 2^-44 and
// 2^-34.5.
var (
	artanhPower = []float64{1.9999999999999472, 0.6666666667959237, 0.3999999488766673, 0.2857216659918376,
		0.22174230095376737, 0.196083949880862}
	expPower = []float64{
		0.9999999999595294, 0.9999999999955055, 0.5000000107793876, 0.1666666678638044, 0.041666218139710595,
		0.008333283518768105, 0.0013948590286863383, 0.00019907582591325134,
	}
)

// binade takes a positive number, no subnormal float64, as 2^k·(1 + f) with 1 + f from √½ to √2. m is 1 + f, and one 1.
func (b *Code) binade(x *vec.Value) (k, f, m, one *vec.Value) {
	const root = 0x3fe6a09e667f3bcd // √½
	one = b.Number(1)
	t := b.integer(vec.Add, x, b.Constant(0x3ff0000000000000-root))
	k = b.less(b.or(b.Shift(vec.ShiftRight, t, 52), b.Number(0x1p52)), b.Number(0x1p52+1023))
	m = b.integer(vec.Add, b.and(t, b.Constant(1<<52-1)), b.Constant(root))
	return k, b.less(m, one), m, one
}

// powPositive is a to the y in float64: the logarithm is the sum of two numbers, and so its product with y.
func (b *Code) powPositive(a, y, end *vec.Value) *vec.Value {
	log, logLow := b.logPair(a)
	log = b.sum(log, end)
	t := b.product(y, log)
	low := b.madd(y, logLow, b.msub(y, log, t))
	// Where the result is 0 or infinite the low part tells nothing, and may be NaN.
	low = b.Keep(b.Compare(vec.Less, b.Magnitude(t), b.Number(750)), low)
	return b.expPair(t, low)
}

// expPair is e^(x + low).
func (b *Code) expPair(x, low *vec.Value) *vec.Value {
	c, one := b.format(), b.Number(1)
	x = b.larger(b.Number(c.least), b.smaller(b.Number(c.most), x))
	magic := b.Number(c.magic)
	n := b.less(b.madd(x, b.Number(math.Log2E), magic), magic)
	high := b.nmadd(n, b.Number(c.ln2High), x)
	low = b.nmadd(n, b.Number(c.ln2Low), low)
	r := b.sum(high, low)
	low = b.sum(b.less(high, r), low)
	p := b.sum(one, r)
	rest := b.madd(b.product(r, r), b.polynomial(r, c.exp...), b.sum(b.less(r, b.less(p, one)), low))
	return b.scale(n, b.sum(p, rest))[0]
}

// artanhPair is (artanh(s)/s - 1 - s²/3)/s⁴ as a polynomial in s², |s| ≤ 0.1716; 2^-66.3 of artanh(s)/s.
var artanhPair = []float64{
	0.2, 0.14285714285714685, 0.1111111111082777, 0.0909090916773562, 0.07692297477068973, 0.06667402574805938,
	0.05853112067730469, 0.05861653117040446,
}

// logPair is log x for positive x as the sum of two numbers, to 2^-64 of it: k·log 2 + 2s·(1 + s²/3 + s⁴·p(s²)), where
// s is f/(2 + f), with all but p to the digits of two numbers.
func (b *Code) logPair(x *vec.Value) (log, low *vec.Value) {
	tiny := b.Compare(vec.Less, x, b.Number(0x1p-1022))
	k, f, m, one := b.binade(b.Select(tiny, b.product(x, b.Number(0x1p54)), x))
	k = b.less(k, b.Keep(tiny, b.Number(54)))
	den := b.sum(one, m)
	denLow := b.less(m, b.less(den, one))
	inverse := b.quotient(one, den)
	s := b.product(f, inverse)
	sLow := b.product(b.nmadd(s, denLow, b.nmadd(s, den, f)), inverse)
	z := b.product(s, s)
	zLow := b.madd(b.sum(s, s), sLow, b.msub(s, s, z))
	third := b.Number(1.0 / 3)
	w := b.product(z, third)
	wLow := b.madd(zLow, third, b.madd(z, b.Number(0x1.5555555555555p-56), b.msub(z, third, w)))
	q := b.product(b.product(z, z), b.polynomial(z, artanhPair...))
	v := b.sum(w, q)
	vLow := b.sum(b.sum(b.less(w, v), q), wLow)
	// The terms, the largest first: each is above the next or 0.
	first, second, third2 := b.product(k, b.Number(formats[8].ln2High)), b.sum(s, s), b.product(b.sum(s, s), v)
	rest := b.madd(second, vLow, b.msub(second, v, third2))
	rest = b.madd(b.sum(sLow, sLow), b.sum(one, v), rest)
	rest = b.madd(k, b.Number(formats[8].ln2Low), rest)
	sum := b.sum(first, second)
	lost := b.less(second, b.less(sum, first))
	sum2 := b.sum(sum, third2)
	lost = b.sum(b.sum(lost, b.less(third2, b.less(sum2, sum))), rest)
	log = b.sum(sum2, lost)
	return log, b.sum(b.less(sum2, log), lost)
}
