package formula

import (
	"math"

	"github.com/backpropgen/backpropgen/verify/internal/rounding"
)

// enclosure is what is known of a part of a formula, or of a derivative, for every argument in an interval: where
// the real number lies, and where a kernel's.
type enclosure struct {
	// at has the number at the centre of the interval, exact those over all of it.
	at, exact span
	// kernel has all numbers a kernel may compute; an end may be infinite.
	kernel span
	// off bounds the difference of the two at one and the same argument, whichever it is.
	off float64
	// undefined: a kernel may compute NaN.
	undefined bool
	// factor is the constant in front of a product, where generators gather it, 0 for none.
	factor float64
	// terms and size are the number of terms of a sum and the sum of their absolute values in a kernel; 0 terms
	// for everything else.
	terms int
	size  float64
	// idle is a derivative that is 0 because of the side of a max, min or abs that is taken: so is everything a kernel
	// multiplies it with.
	idle bool
}

// idle is such a derivative.
func idle() enclosure { return enclosure{idle: true} }

// negated is -x.
func (x enclosure) negated() enclosure {
	x.at, x.exact, x.kernel = x.at.negated(), x.exact.negated(), x.kernel.negated()
	return x
}

// or is what x and y, the same number computed in two ways, have for a kernel that takes either.
func (x enclosure) or(y enclosure) enclosure {
	return enclosure{
		at: x.at.meet(y.at), exact: x.exact.meet(y.exact), kernel: x.kernel.hull(y.kernel), off: max(x.off, y.off),
		undefined: x.undefined || y.undefined, idle: x.idle && y.idle,
	}
}

// either is one of two different numbers, nobody knows which, in the kernel as in truth.
func (x enclosure) either(y enclosure) enclosure {
	e := enclosure{
		at: x.at.hull(y.at), exact: x.exact.hull(y.exact), kernel: x.kernel.hull(y.kernel),
		undefined: x.undefined || y.undefined,
	}
	e.off = e.kernel.distance(e.exact)
	return e
}

// summands returns terms and size, one term for what is no sum.
func (x enclosure) summands() (terms int, size float64) {
	if x.terms == 0 {
		return 1, x.kernel.largest()
	}
	return x.terms, x.size
}

// tightened makes the three statements about the kernel agree: where it is, where the truth is, and how far apart
// they are.
func (x enclosure) tightened() enclosure {
	if d := x.kernel.distance(x.exact); d < x.off || math.IsNaN(x.off) {
		x.off = d
	}
	if math.IsNaN(x.off) {
		x.off = math.Inf(1)
	}
	if !math.IsInf(x.off, 1) {
		x.kernel = x.kernel.meet(x.exact.by(x.off))
	}
	return x
}

// format is the format in which a kernel computes a formula.
type format struct{ rounding.Format }

// holds says whether v is a number of the format.
func (f format) holds(v float64) bool {
	return math.Abs(v) <= f.Max && (f.U <= rounding.Float64.U || float64(float32(v)) == v)
}

// rounded lets a kernel round x n times, each leaving up to tiny more where it underflows.
func (f format) rounded(x enclosure, n, tiny float64) enclosure {
	g := f.Gamma(n)
	x.off = rounding.Up(x.off+g*x.kernel.largest()+n*tiny, 4)
	if !(x.kernel.largest()*(1+g) <= f.Max) {
		x.off = math.Inf(1)
	}
	x.kernel = f.overflowed(x.kernel.widened(g, n*tiny))
	return x.tightened()
}

// overflowed adds the infinity where numbers leave the format.
func (f format) overflowed(s span) span {
	if s.hi > f.Max {
		s = span{min(s.lo, f.Max), math.Inf(1)}
	}
	if s.lo < -f.Max {
		s = span{math.Inf(-1), max(s.hi, -f.Max)}
	}
	return s
}

// exactly says whether the result of an operation is a single number of the format, computed without rounding.
func (f format) exactly(x enclosure) bool {
	return x.kernel.isPoint() && x.exact.isPoint() && f.holds(x.kernel.lo)
}

// number is a constant of the formula.
func (f format) number(c float64) enclosure {
	x := f.constant(pointSpan(c))
	x.factor = math.Abs(c)
	return x
}

// roughly is a constant that float64 does not hold, nor the formula, such as π.
func (f format) roughly(c float64) enclosure { return f.constant(span{below(c), above(c)}) }

func (f format) constant(s span) enclosure {
	x := enclosure{at: s, exact: s, kernel: s, off: s.hi - s.lo}
	if f.exactly(x) {
		return x
	}
	return f.rounded(x, 1, f.Tiny)
}

// add is x + y. Terms of a longer sum may be added up in any order, so that the roundings act on all of them.
func (f format) add(x, y enclosure) enclosure {
	n, size := x.summands()
	m, more := y.summands()
	e := enclosure{
		at: x.at.plus(y.at), exact: x.exact.plus(y.exact), kernel: x.kernel.plus(y.kernel),
		off:       rounding.Up(x.off+y.off, 1),
		undefined: x.undefined || y.undefined || opposed(x.kernel, y.kernel),
	}
	switch {
	case n+m == 2 && f.exactly(e):
		e = e.tightened()
	case n+m == 2:
		e = f.rounded(e, 1, 0)
	default:
		extra := rounding.Up(f.Gamma(float64(n+m))*(size+more), 4)
		e.off = rounding.Up(e.off+extra, 1)
		e.kernel = f.overflowed(e.kernel.by(extra))
		e = e.tightened()
	}
	e.terms, e.size = n+m, rounding.Up(size+more, 1)
	return e
}

// opposed says whether the sum of a number of s and one of t may be ∞ - ∞.
func opposed(s, t span) bool {
	return math.IsInf(s.hi, 1) && math.IsInf(t.lo, -1) || math.IsInf(s.lo, -1) && math.IsInf(t.hi, 1)
}

func (f format) subtract(x, y enclosure) enclosure { return f.add(x, y.negated()) }

// multiply is x·y, and x̂ŷ - xy = x̂(ŷ - y) + (x̂ - x)y.
func (f format) multiply(x, y enclosure) enclosure {
	if x.idle || y.idle {
		return idle()
	}
	e := enclosure{
		at: x.at.times(y.at), exact: x.exact.times(y.exact), kernel: x.kernel.times(y.kernel),
		undefined: x.undefined || y.undefined || x.kernel.has(0) && y.kernel.unbounded() ||
			y.kernel.has(0) && x.kernel.unbounded(),
	}
	e.off = rounding.Up(min(
		scaled(x.kernel.largest(), y.off)+scaled(y.exact.largest(), x.off),
		scaled(y.kernel.largest(), x.off)+scaled(x.exact.largest(), y.off)), 3)
	if x.factor != 0 || y.factor != 0 {
		e.factor = x.inFront() * y.inFront()
	}
	if f.exactly(e) {
		return f.gathered(e.tightened())
	}
	// In another order of the factors an underflow may be enlarged by one of them.
	return f.gathered(f.rounded(e, 1, f.Tiny*(1+e.factor+min(x.kernel.largest(), y.kernel.largest()))))
}

// gathered allows for a product's constants having become one in front, which may leave the format by itself, or
// the rest of the product may.
func (f format) gathered(x enclosure) enclosure {
	switch {
	case x.factor == 0:
		return x
	case x.factor > f.Max:
		x.kernel, x.undefined = everything, true
	case !(x.kernel.largest()/x.factor <= f.Max):
		x.kernel = everything
	case x.factor < f.Tiny/f.U:
		x.kernel = x.kernel.hull(pointSpan(0)).times(pointSpan(2))
	default:
		return x
	}
	x.off = x.kernel.distance(x.exact)
	return x
}

// inFront is the constant factor, 1 for none.
func (x enclosure) inFront() float64 {
	if x.factor == 0 {
		return 1
	}
	return x.factor
}

// divide is x/y, perhaps as x times the reciprocal, and x̂/ŷ - x/y = ((x̂ - x) - (x/y)(ŷ - y))/ŷ.
func (f format) divide(x, y enclosure) enclosure {
	if x.idle {
		return x
	}
	e := enclosure{
		at: x.at.over(y.at), exact: x.exact.over(y.exact), kernel: x.kernel.over(y.kernel),
		undefined: x.undefined || y.undefined || x.kernel.has(0) && y.kernel.has(0) ||
			x.kernel.unbounded() && y.kernel.unbounded(),
	}
	e.off = rounding.Up((x.off+scaled(e.exact.largest(), y.off))/y.kernel.smallest(), 4)
	if e.kernel == pointSpan(0) && e.exact == pointSpan(0) {
		return e.tightened()
	}
	return f.rounded(e, 2, f.Tiny*(1+x.kernel.largest()))
}

// power is x^n for n ≥ 1, by repeated multiplication in any order.
func (f format) power(x enclosure, n int) enclosure {
	if n == 1 {
		return x
	}
	e := enclosure{at: x.at.power(n), exact: x.exact.power(n), kernel: x.kernel.power(n), undefined: x.undefined}
	both := pointSpan(x.kernel.hull(x.exact).largest())
	e.off = rounding.Up(scaled(float64(n)*both.power(n-1).hi, x.off), 3)
	if x.factor != 0 {
		e.factor = math.Pow(x.factor, float64(n))
	}
	if f.exactly(e) {
		return f.gathered(e.tightened())
	}
	return f.gathered(f.rounded(e, float64(n), f.Tiny))
}

// apply is g(x): what x is off by goes through the steepest slope, and the evaluation is one elementary function with
// some roundings to spare, for g written with another.
func (f format) apply(g *function, x enclosure) enclosure {
	e := enclosure{
		at: g.rangeOver(x.at), exact: g.rangeOver(x.exact), kernel: g.rangeOver(x.kernel),
		undefined: x.undefined || x.kernel.lo < g.lowest || g.periodic && x.kernel.unbounded(),
	}
	e.off = rounding.Up(scaled(g.slopes(x.exact.hull(x.kernel)).largest(), x.off), 1)
	if g.periodic {
		e.off = rounding.Up(e.off+reduction*x.kernel.largest(), 2)
	}
	if e.kernel == pointSpan(0) && e.exact == pointSpan(0) {
		return e.tightened()
	}
	return f.rounded(e, f.Count(rounding.Work{Elementary: 1, Roundings: 2 + g.roundings}), f.Tiny)
}

// larger is max(x, y), smaller is min(x, y): neither rounds, and neither enlarges an error.
func (f format) larger(x, y enclosure) enclosure {
	return enclosure{
		at: x.at.larger(y.at), exact: x.exact.larger(y.exact), kernel: x.kernel.larger(y.kernel),
		off:       max(x.off, y.off),
		undefined: x.undefined || y.undefined,
	}.tightened()
}

func (f format) smaller(x, y enclosure) enclosure {
	return f.larger(x.negated(), y.negated()).negated()
}

func (f format) absolute(x enclosure) enclosure {
	return enclosure{
		at: x.at.absolute(), exact: x.exact.absolute(), kernel: x.kernel.absolute(), off: x.off, undefined: x.undefined,
	}.tightened()
}
