package bound

import (
	"math"

	"github.com/backpropgen/backpropgen/gen/expr"
)

// curve is an elementary function that does not fall.
type curve struct {
	at func(float64) float64
	// steepest is the largest derivative from lo to hi.
	steepest func(lo, hi float64) float64
	// least and most are what no result is beyond, the computed ones neither.
	least, most float64
	exact       bool // rounded to the nearest number, as a basic operation
}

var inf = math.Inf(1)

var curves = map[expr.Op]curve{
	expr.OpExp: {at: math.Exp, steepest: func(_, hi float64) float64 { return math.Exp(hi) }, least: 0, most: inf},
	expr.OpExpm1: {
		at: math.Expm1, steepest: func(_, hi float64) float64 { return math.Exp(hi) }, least: -1, most: inf,
	},
	expr.OpLog: {
		at: logarithm, steepest: func(lo, _ float64) float64 { return reciprocal(lo) }, least: -inf, most: inf,
	},
	expr.OpLog1p: {
		at:       func(x float64) float64 { return math.Log1p(max(x, -1)) },
		steepest: func(lo, _ float64) float64 { return reciprocal(1 + lo) }, least: -inf, most: inf,
	},
	expr.OpSqrt: {
		at:       func(x float64) float64 { return math.Sqrt(max(x, 0)) },
		steepest: func(lo, _ float64) float64 { return reciprocal(2 * math.Sqrt(max(lo, 0))) }, least: 0, most: inf,
		exact: true,
	},
	expr.OpTanh: {
		at: math.Tanh, steepest: func(lo, hi float64) float64 { t := math.Tanh(nearest(lo, hi)); return 1 - t*t },
		least: -1, most: 1,
	},
	expr.OpSigmoid: {
		at: sigmoid, steepest: func(lo, hi float64) float64 { m := nearest(lo, hi); return sigmoid(m) * sigmoid(-m) },
		least: 0, most: 1,
	},
	expr.OpAtan: {
		at: math.Atan, steepest: func(lo, hi float64) float64 { m := nearest(lo, hi); return 1 / (1 + m*m) }, least: -2,
		most: 2,
	},
	expr.OpErf: {
		at:       math.Erf,
		steepest: func(lo, hi float64) float64 { m := nearest(lo, hi); return 2 / math.SqrtPi * math.Exp(-m*m) },
		least:    -1, most: 1,
	},
}

// along is f of x.
func (f format) along(c curve, x number) number {
	if !x.known() {
		return unknown()
	}
	z := number{lo: c.at(x.lo), hi: c.at(x.hi), clo: c.at(x.clo), chi: c.at(x.chi)}
	steepest := c.steepest(min(x.lo, x.clo), max(x.hi, x.chi))
	z.err = zeroOr(steepest, x.err)
	round := f.half(z.computed())
	if !c.exact {
		round = f.function(z.computed())
	}
	z = f.bounded(z, round)
	return z.within(c.least, c.most)
}

// within cuts the ranges of a number off; one that is unknown stays so.
func (x number) within(lo, hi float64) number {
	if !x.known() {
		return x
	}
	return number{max(x.lo, lo), min(x.hi, hi), max(x.clo, lo), min(x.chi, hi), x.err}
}

// wave is the sine or the cosine of x.
func (f format) wave(at func(float64) float64, x number) number {
	if !x.known() {
		return unknown()
	}
	bend := func(lo, hi float64) (float64, float64) {
		if !(hi-lo < 2) {
			return -1, 1
		}
		m, w := at(lo+(hi-lo)/2), (hi-lo)/2+0x1p-50*(1+math.Abs(lo)) // no steeper than 1
		return max(m-w, -1), min(m+w, 1)
	}
	var z number
	z.lo, z.hi = bend(x.lo, x.hi)
	z.clo, z.chi = bend(x.clo, x.chi)
	z.err = x.err
	return f.bounded(z, f.function(1)).within(-1, 1)
}

// power is x to the y. For positive x it runs one way in x at every y and one way in y at every x, so that its range is
// that of the corners; for others only whole constant exponents have a bound.
func (f format) power(x, y number) number {
	if !x.known() || !y.known() {
		return unknown()
	}
	if x.lo > 0 && x.clo > 0 {
		ends := func(a, b, c, d float64) (lo, hi float64) {
			p, q, r, s := math.Pow(a, c), math.Pow(a, d), math.Pow(b, c), math.Pow(b, d)
			return min(p, q, r, s), max(p, q, r, s)
		}
		var z number
		z.lo, z.hi = ends(x.lo, x.hi, y.lo, y.hi)
		z.clo, z.chi = ends(x.clo, x.chi, y.clo, y.chi)
		xlo, xhi, ylo, yhi := min(x.lo, x.clo), max(x.hi, x.chi), min(y.lo, y.clo), max(y.hi, y.chi)
		_, inX := ends(xlo, xhi, ylo-1, yhi-1)
		_, inY := ends(xlo, xhi, ylo, yhi)
		logs := max(math.Abs(math.Log(xlo)), math.Abs(math.Log(xhi)))
		z.err = zeroOr(zeroOr(max(math.Abs(ylo), math.Abs(yhi)), inX), x.err) + zeroOr(zeroOr(logs, inY), y.err)
		return f.bounded(z, f.function(z.computed()))
	}
	n := y.lo
	if y.lo != y.hi || y.err != 0 || n != math.Trunc(n) || n < 1 {
		return unknown()
	}
	m, c := x.exact(), x.computed()
	z := number{
		-math.Pow(m, n), math.Pow(m, n), -math.Pow(c, n), math.Pow(c, n), zeroOr(n*math.Pow(max(m, c), n-1), x.err),
	}
	return f.bounded(z, f.function(z.computed()))
}

// logarithm is that of x, and of 0 what its limit is.
func logarithm(x float64) float64 {
	if x <= 0 {
		return -inf
	}
	return math.Log(x)
}

// reciprocal is 1/x for positive x, else without bound.
func reciprocal(x float64) float64 {
	if x <= 0 {
		return inf
	}
	return 1 / x
}

// nearest is the number from lo to hi that is nearest to 0.
func nearest(lo, hi float64) float64 { return min(max(0, lo), hi) }

// sigmoid is 1/(1 + exp(-x)).
func sigmoid(x float64) float64 {
	if x < 0 {
		e := math.Exp(x)
		return e / (1 + e)
	}
	return 1 / (1 + math.Exp(-x))
}
