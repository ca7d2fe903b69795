package formula

import (
	"math"

	"github.com/backpropgen/backpropgen/verify/internal/rounding"
)

// formed is the derivative of an elementary function at x, f being its value there, as kernels form it: of the ways
// there are the least accurate one, with some roundings to spare for the others.
func (k analysis) formed(g *function, x, f enclosure) enclosure {
	one := k.number(1)
	var s enclosure
	switch g.name {
	case "exp":
		return f
	case "expm1":
		s = k.add(f, one).or(k.apply(functionOf("exp"), x))
	case "log":
		s = k.divide(one, x)
	case "log1p":
		s = k.divide(one, k.add(one, x))
	case "sqrt":
		s = k.divide(k.number(0.5), f)
	case "tanh":
		s = k.subtract(one, k.power(f, 2))
	case "sigmoid":
		s = k.multiply(f, k.subtract(one, f))
	case "softplus":
		s = k.apply(functionOf("sigmoid"), x)
	case "atan":
		s = k.divide(one, k.add(one, k.power(x, 2)))
	case "erf":
		s = k.multiply(k.roughly(2/math.SqrtPi), k.apply(functionOf("exp"), k.power(x, 2).negated()))
	case "sin":
		s = k.apply(functionOf("cos"), x)
	case "cos":
		s = k.apply(functionOf("sin"), x).negated()
	}
	s.at, s.exact = s.at.meet(g.slopes(x.at)), s.exact.meet(g.slopes(x.exact))
	return k.rounded(s, k.Count(rounding.Work{Elementary: 2, Roundings: 3}), k.Tiny)
}

// raise is x^y as package math computes it: with more roundings in float64 the larger y and log(x) are.
func (f format) raise(x, y enclosure) enclosure {
	if y.kernel == pointSpan(0) && y.exact == pointSpan(0) && !y.undefined {
		return f.number(1) // whatever x is
	}
	e := enclosure{
		at: powers(x.at, y.at), exact: powers(x.exact, y.exact), kernel: powers(x.kernel, y.kernel),
		undefined: x.undefined || y.undefined || x.kernel.lo < 0 && !isWhole(y.kernel),
	}
	base, exponent := x.kernel.hull(x.exact), y.kernel.hull(y.exact)
	e.off = math.Inf(1) // what the two ranges tell
	switch {
	case x.off == 0 && y.off == 0:
		e.off = 0
	case base.lo > 0:
		less := powers(base, exponent.plus(pointSpan(-1))).hi
		e.off = rounding.Up(scaled(exponent.largest()*less, x.off)+
			scaled(powers(base, exponent).hi*logarithms(base), y.off), 16)
	}
	if e.kernel == pointSpan(0) && e.exact == pointSpan(0) {
		return e.tightened()
	}
	n := f.Count(rounding.Work{Elementary: 1, Roundings: 2}) +
		4*(exponent.largest()+logarithms(base))*rounding.Float64.U/f.U
	return f.rounded(e, n, f.Tiny)
}

// logarithms is the largest |log(x)| over s without 0, where powers have no roundings.
func logarithms(s span) float64 {
	s = s.absolute()
	largest := 0.0
	for _, x := range [2]float64{s.lo, s.hi} {
		if x > 0 {
			largest = max(largest, math.Abs(math.Log(x)))
		}
	}
	return largest
}

// isWhole says whether s is one whole number.
func isWhole(s span) bool { return s.isPoint() && s.lo == math.Trunc(s.lo) }

// powers is the span of x^y for x in s and y in t; everything where some are not defined.
func powers(s, t span) span {
	if !(s.lo < 0 && isWhole(t)) {
		return positivePowers(s, t)
	}
	if t.lo < 0 {
		return pointSpan(1).over(powers(s, t.negated()))
	}
	if math.Mod(t.lo, 2) == 0 {
		return positivePowers(s.absolute(), t)
	}
	low := positivePowers(pointSpan(-s.lo), t).negated()
	if s.hi <= 0 {
		return span{low.lo, positivePowers(pointSpan(-s.hi), t).negated().hi}
	}
	return span{low.lo, positivePowers(pointSpan(s.hi), t).hi}
}

// positivePowers is powers for s without negative numbers: monotone in either variable.
func positivePowers(s, t span) span {
	if !(s.lo > 0 || s.lo == 0 && t.lo > 0) {
		return everything
	}
	r := span{math.Inf(1), 0}
	for _, a := range [2]float64{s.lo, s.hi} {
		for _, b := range [2]float64{t.lo, t.hi} {
			r = r.hull(nearPower(a, b))
		}
	}
	return r
}

// nearPower is where x^y lies for x ≥ 0, according to package math.
func nearPower(x, y float64) span {
	if x == 0 && y > 0 {
		return pointSpan(0)
	}
	r := loosely(math.Pow(x, y), 16+4*math.Abs(y)+4*logarithms(pointSpan(x)))
	return span{max(r.lo, 0), r.hi}
}
