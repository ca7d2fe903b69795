package functions

import (
	"math"

	"github.com/backpropgen/backpropgen/gen/vec"
)

// arcSeries is (arctan(z)/z - 1)/z² as a polynomial in z², |z| ≤ √2 - 1; 2^-58.
var arcSeries = []float64{
	-0.3333333333333333, 0.2, -0.14285714285714285, 0.1111111111111111, -0.0909090909090909, 0.07692307692307566,
	-0.06666666666659127, 0.05882352940860396, -0.05263157885074492, 0.0476190454088765, -0.043478222380458835,
	0.03999948417337026, -0.037031689121657996, 0.0344398687526294, -0.03199345089641857, 0.02906175845375029,
	-0.024227923067570527, 0.015994659425983628, -0.005949984065947192,
}

// Atan is the inverse tangent. Beyond tan(π/8) it is taken of (x - 1)/(x + 1), which adds π/4, and beyond tan(3π/8) of
// -1/x, which adds π/2.
func (b *Code) Atan(x *vec.Value) *vec.Value {
	if b.single() {
		return b.wide(x, (*Code).atanInDouble)
	}
	// Bounded, so that -1/x is not infinitely small.
	one, a := b.Number(1), b.smaller(b.Number(1e300), b.Magnitude(x))
	middle := b.Compare(vec.Greater, a, b.Number(math.Sqrt2-1))
	far := b.Compare(vec.Greater, a, b.Number(math.Sqrt2+1))
	minus, plus := b.less(a, one), b.sum(a, one)
	num := b.Select(far, b.Number(-1), b.Select(middle, minus, a))
	den := b.Select(far, a, b.Select(middle, plus, one))
	// What rounding took from x - 1 and x + 1.
	numLow := b.Keep(middle, b.less(a, b.sum(minus, one)))
	denLow := b.Keep(middle, b.less(a, b.less(plus, one)))
	numLow, denLow = b.Select(far, b.zeros(), numLow), b.Select(far, b.zeros(), denLow)
	z := b.quotientOf(num, numLow, den, denLow)
	u := b.product(z, z)
	angle := b.madd(b.product(u, b.polynomial(u, arcSeries...)), z, z)
	// π/4 and π/2 are two numbers each, the low one being 2^-55 of the high.
	const low = 6.123233995736766e-17
	angle = b.sum(angle, b.Select(far, b.Number(low), b.Keep(middle, b.Number(low/2))))
	angle = b.sum(angle, b.Select(far, b.Number(math.Pi/2), b.Keep(middle, b.Number(math.Pi/4))))
	return b.signed(angle, x)
}

// erfNear is erf(x)/x - 1 as a polynomial in x², |x| ≤ 1; 2^-55.
var erfNear = []float64{
	0.12837916709551256, -0.37612638903183754, 0.11283791670955126, -0.026866170645131252, 0.005223977625442175,
	-0.0008548327023449497, 0.00012055332981694495, -1.4925650353787866e-05, 1.6462114205798046e-06,
	-1.6365840648222765e-07, 1.4807117719731329e-08, -1.2289529419960295e-09, 9.412558594992829e-11,
	-6.639294901316118e-12, 4.117309460970657e-13, -1.746609279318069e-14,
}

// erfFar is erfc(x)·exp(x²) as a polynomial in (x - 3)/(x + 3), x from 1 to 6; 2^-53.4.
var erfFar = []float64{
	0.17900115118138996, -0.3262335600430372, 0.2456038017123309, -0.15011593650077742, 0.07166583719797347,
	-0.024392499318655416, 0.004269136333148302, 0.0007077464385177353, -0.0005970619586158305, 4.5255298034073955e-05,
	6.405673342206844e-05, -1.2860318447907675e-05, -7.979817704348727e-06, 2.1169509641489688e-06,
	1.2598817267482604e-06, -2.7269500546476834e-07, -2.389387463474792e-07, -2.5925894581233316e-08,
}

// Erf is the error function; beyond 6 it is 1.
func (b *Code) Erf(x *vec.Value) *vec.Value {
	if b.single() {
		return b.wide(x, (*Code).erfInDouble)
	}
	one := b.Number(1)
	a := b.smaller(b.Number(6), b.Magnitude(x))
	square := b.product(a, a)
	near := b.madd(a, b.polynomial(square, erfNear...), a)
	three := b.Number(3)
	t := b.quotient(b.less(a, three), b.sum(a, three))
	far := b.nmadd(b.Exp(b.Negate(square)), b.polynomial(t, erfFar...), one)
	return b.signed(b.Select(b.Compare(vec.Less, a, one), near, far), x)
}
