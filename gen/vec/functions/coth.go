package functions

import (
	"math"

	"github.com/backpropgen/backpropgen/gen/vec"
)

// A function of e^x that is a quotient anyway needs no polynomial for e^x itself: with f = y - n, n the integer next to
// y = x·log₂e, and c = f·coth(f·log(2)/2), which is even in f and nearly constant,
//
//	e^x = 2^n·(c + f)/(c - f)
//
// so that sigmoid is one quotient of sums. A polynomial of degree 2 in f² does for c where one of degree 6 in f would
// be needed for e^x: a third fewer instructions, for a chain of the same length. What a small network takes is set by
// both, as calls overlap as far as their instructions fit into what a core looks ahead.

// cothSeries is f·coth(f·log(2)/2) as a polynomial in f², |f| ≤ ½; 2^-29, and e^x then has 2^-30.5.
var cothSeries = []float64{2.8853900869218165, 0.11552415967147486, -0.0009211135213008522}

// halves are f and c of e^(scale·x), and what twoTo takes for 2^n. Where that is put together, x must be within ±bound,
// and is brought there; NaN stays NaN. Elsewhere infinities do no harm: n is infinite then, and f is 0.
func (b *Code) halves(x *vec.Value, scale, bound float64) (f, c, n *vec.Value) {
	factor := b.Number(scale * math.Log2E)
	if b.has(vec.Fraction) {
		y := b.product(x, factor)
		n = b.rounded(y)
		f = b.apply(vec.Fraction, y) // y - n, and 0 where they are infinite
	} else {
		x = b.bounded(x, bound)
		magic := b.Number(b.format().magic)
		n = b.madd(x, factor, magic)
		f = b.msub(x, factor, b.less(n, magic))
	}
	u := b.product(f, f)
	c = b.Number(cothSeries[len(cothSeries)-1])
	for i := len(cothSeries) - 2; i >= 0; i-- {
		c = b.madd(c, u, b.Number(cothSeries[i]))
	}
	return f, c, n
}

// twoTo is 2^n for n as halves returns it.
func (b *Code) twoTo(n *vec.Value) *vec.Value {
	if b.has(vec.Scale) {
		return b.scale(n, b.Number(1))[0]
	}
	return b.power(n, 1)
}

// sigmoidOfHalves is 1/(1 + e^-x) = (c - f)/((c - f) + 2^n·(c + f)). At ±110 it is 0 and 1 in float32.
func (b *Code) sigmoidOfHalves(x *vec.Value) *vec.Value {
	f, c, n := b.halves(x, -1, 110)
	down := b.less(c, f)
	if !b.Updating {
		p := b.twoTo(n) // known before c
		return b.quotient(down, b.madd(b.sum(c, f), p, down))
	}
	// As (p + 1)·c + (p - 1)·f the denominator is three operations more, none of which waits for c. At 2^900 the
	// quotient is 0 in float32.
	if b.has(vec.Scale) {
		n = b.smaller(b.Number(900), n)
	}
	p, one := b.twoTo(n), b.Number(1)
	return b.quotient(down, b.madd(b.sum(p, one), c, b.product(b.less(p, one), f)))
}
