package functions

import (
	"math"
	"slices"

	"github.com/backpropgen/backpropgen/gen/vec"
)

// The functions of this file compute in float64 what is to be rounded to float32, for wide. Their errors are some 2^-29
// of the result, so that short polynomials do, nothing that rounding takes need be carried along, and no result is
// subnormal before it is rounded. They have half the instructions of what float32 alone would take, and less than half
// of its latency.

// expInDouble is e^r for |r| ≤ log(2)/2; 2^-28.6.
var expInDouble = []float64{
	1, 1.0000000377388714, 0.5000000047146057, 0.16666415414041177, 0.04166635277111221, 0.008375134774624326,
	0.0013941118895837,
}

// expm1InDouble is (e^r - 1)/r for |r| ≤ log(2)/2; 2^-37.
var expm1InDouble = []float64{
	0.9999999999955055, 0.4999999999995507, 0.1666666678638044, 0.041666666786337556, 0.008333283518768105,
	0.001388883909064138, 0.00019907582591325134, 2.4867883453521802e-05,
}

// reducedInDouble takes x as n·log 2 + r with |r| ≤ log(2)/2, n in the low bits of t. x is brought within ±bound first;
// NaN stays NaN.
func (b *Code) reducedInDouble(x *vec.Value, bound float64) (r, t *vec.Value) {
	x = b.larger(b.Number(-bound), b.smaller(b.Number(bound), x))
	magic := b.Number(b.format().magic)
	t = b.madd(x, b.Number(math.Log2E), magic)
	return b.nmadd(b.less(t, magic), b.Number(math.Ln2), x), t
}

// raise is p·2^n for the integer n in the low bits of t, where no exponent comes near its limits.
func (b *Code) raise(p, t *vec.Value) *vec.Value {
	return b.integer(vec.Add, b.Shift(vec.ShiftLeft, t, b.format().mantissa), p)
}

// sigmoidInDouble is 1/(1 + e^-x). At ±110 it is 0 and 1 in float32.
func (b *Code) sigmoidInDouble(x *vec.Value) *vec.Value {
	if !b.Many {
		return b.sigmoidOfHalves(x)
	}
	// -x is n·log 2 - r.
	x = b.larger(b.Number(-110), b.smaller(b.Number(110), x))
	magic, one := b.Number(b.format().magic), b.Number(1)
	t := b.madd(x, b.Number(-math.Log2E), magic)
	r := b.madd(b.less(t, magic), b.Number(math.Ln2), x)
	mirrored := slices.Clone(expInDouble)
	for i := 1; i < len(mirrored); i += 2 {
		mirrored[i] = -mirrored[i]
	}
	return b.quotient(one, b.sum(one, b.raise(b.polynomial(r, mirrored...), t)))
}

// expm1InDouble is e^x - 1 as 2^n·r·q + (2^n - 1), which is infinite in float32 at 110.
func (b *Code) expm1InDouble(x *vec.Value) *vec.Value {
	r, t := b.reducedInDouble(x, 110)
	y := b.power(t, 1)
	return b.signed(b.madd(b.product(y, r), b.polynomial(r, expm1InDouble...), b.less(y, b.Number(1))), x)
}

// tanhInDouble is tanh(x)/x as the quotient of two polynomials in x², |x| ≤ 9.2, where tanh is 1 in float32; 2^-29.6.
// They minimise the largest relative error.
var tanhInDouble = struct{ num, den []float64 }{
	[]float64{0.99999999881537, 0.13776675320668924, 0.00399743779923217, 3.134851789677609e-05, 4.991918440601695e-08},
	[]float64{1, 0.47110007511112184, 0.02769748121801583, 0.0004187395227855527, 1.5988556803384246e-06,
		7.205095494802612e-10},
}

// tanhInDouble is the hyperbolic tangent, of numbers within ±9.2 where few are computed.
func (b *Code) tanhInDouble(x *vec.Value) *vec.Value {
	if b.Updating {
		return b.tanhSoon(x)
	}
	if b.Many {
		x = b.bounded(x, 9.2)
	}
	u := b.product(x, x)
	return b.quotient(b.product(x, b.polynomial(u, tanhInDouble.num...)), b.polynomial(u, tanhInDouble.den...))
}

// tanhSoon is tanhInDouble in two operations more and as many waits fewer, for functions that wait for the result of
// the call before: what is bounded beside x is its square, and the product with x is in the terms of the numerator.
func (b *Code) tanhSoon(x *vec.Value) *vec.Value {
	const most = 9.2
	num := tanhInDouble.num
	u := b.smaller(b.Number(most*most), b.product(x, x))
	x = b.bounded(x, most)
	square := b.product(u, u)
	low := b.product(x, b.polynomial(u, num[:2]...))
	high := b.madd(square, b.Number(num[4]), b.polynomial(u, num[2:4]...))
	return b.quotient(b.madd(b.product(x, square), high, low), b.polynomial(u, tanhInDouble.den...))
}

// erfInDouble is erf(x)/x as the quotient of two polynomials in x², |x| ≤ 3.92, where erf is 1 in float32; 2^-29.3.
var erfInDouble = struct{ num, den []float64 }{
	[]float64{
		1.128379165344391, 0.22860620200288004, 0.06287150729387517, 0.006375780872529051, 0.0006188262065073101,
		3.325537234317393e-05, 9.842940566080793e-07, 3.1231813526314274e-09,
	},
	[]float64{
		1, 0.5359302586560325, 0.1343620857728526, 0.020653709405558537, 0.0021280617100219155, 0.00014844041243588976,
		6.719959532978147e-06, 8.445796995378039e-08,
	},
}

// erfInDouble is the error function.
func (b *Code) erfInDouble(x *vec.Value) *vec.Value {
	x = b.bounded(x, 3.92)
	u := b.product(x, x)
	return b.quotient(b.product(x, b.polynomial(u, erfInDouble.num...)), b.polynomial(u, erfInDouble.den...))
}

// atanInDouble is arctan(z)/z as a polynomial in z², |z| ≤ 1; 2^-33.7.
var atanInDouble = []float64{
	0.9999999999293037, -0.3333333129088999, 0.19999901102171555, -0.14283813255743194, 0.11091922963683302,
	-0.08974171958363882, 0.07228278345377252, -0.05395668057137172, 0.033826218952786875, -0.015828322749149415,
	0.00473248419342192, -0.0006633954571104787,
}

// atanInDouble is the inverse tangent; beyond 1 it is π/2 less that of 1/x.
func (b *Code) atanInDouble(x *vec.Value) *vec.Value {
	one, a := b.Number(1), b.Magnitude(x)
	z := b.quotient(b.smaller(one, a), b.larger(one, a))
	near := b.product(z, b.polynomial(b.product(z, z), atanInDouble...))
	return b.signed(b.Select(b.Compare(vec.Greater, a, one), b.less(b.Number(math.Pi/2), near), near), x)
}

// artanhInDouble is 2·artanh(s)/s as a polynomial in s², |s| ≤ 0.1716; 2^-37.
var artanhInDouble = []float64{2.000000000008363, 0.6666666524700855, 0.40000384770160735, 0.28535044829860245,
	0.23616479710341523}

// log1pInDouble is the logarithm of 1 + x.
func (b *Code) log1pInDouble(x *vec.Value) *vec.Value {
	return b.signed(b.logOf(b.sum(x, b.Number(1)), x), x)
}

// logInDouble is the natural logarithm: NaN below 0, -Inf at 0.
func (b *Code) logInDouble(x *vec.Value) *vec.Value { return b.logOf(x, nil) }

// logOf is log x: with x = 2^k·m, m from √½ to √2, it is k·log 2 + 2·artanh s, s = f/(2 + f), f = m - 1. less1 is x - 1
// where that is known better than x itself; it stands for f where k is 0.
func (b *Code) logOf(x, less1 *vec.Value) *vec.Value {
	inf := b.Number(math.Inf(1))
	k, f := b.exponentAndRest(x)
	if less1 != nil {
		f = b.Select(b.Compare(vec.Equal, k, b.zeros()), less1, f)
	}
	r := b.logOfParts(k, f)
	r = b.Select(b.Compare(vec.Equal, x, b.zeros()), b.Number(math.Inf(-1)), r)
	r = b.Select(b.Compare(vec.Equal, x, inf), inf, r)
	return b.Select(b.Compare(vec.NotGreaterEqual, x, b.zeros()), b.Number(math.NaN()), r)
}

// exponentAndRest are k and f of a positive number.
func (b *Code) exponentAndRest(x *vec.Value) (k, f *vec.Value) {
	const root = 0x3fe6a09e667f3bcd // √½
	t := b.integer(vec.Add, x, b.Constant(0x3ff0000000000000-root))
	// The exponent, as the low bits of a number from 2^52 on.
	k = b.less(b.or(b.Shift(vec.ShiftRight, t, 52), b.Number(0x1p52)), b.Number(0x1p52+1023))
	return k, b.less(b.integer(vec.Add, b.and(t, b.Constant(1<<52-1)), b.Constant(root)), b.Number(1))
}

func (b *Code) logOfParts(k, f *vec.Value) *vec.Value {
	s := b.quotient(f, b.sum(f, b.Number(2)))
	return b.madd(k, b.Number(math.Ln2), b.product(s, b.polynomial(b.product(s, s), artanhInDouble...)))
}

// LogOfPositive is log x for a positive finite number that is not subnormal, and NaN.
func (b *Code) LogOfPositive(x *vec.Value) *vec.Value {
	if !b.single() {
		return b.Log(x)
	}
	return b.wide(x, func(b *Code, x *vec.Value) *vec.Value {
		k, f := b.exponentAndRest(x)
		return b.logOfParts(b.madd(x, b.zeros(), k), f) // NaN goes on from x·0
	})
}
