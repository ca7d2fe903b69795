package formula

import (
	"math"

	"github.com/backpropgen/backpropgen/verify/internal/rounding"
)

// span is an interval of real numbers, the ends included; an end may be infinite. The operations round outwards,
// and not at all where float64 holds the result, so that an exact 0 stays one.
type span struct{ lo, hi float64 }

var everything = span{math.Inf(-1), math.Inf(1)}

func pointSpan(x float64) span { return span{x, x} }

// isPoint says whether s is a single number.
func (s span) isPoint() bool { return s.lo == s.hi }

func (s span) has(x float64) bool { return s.lo <= x && x <= s.hi }

// unbounded says whether an end is infinite.
func (s span) unbounded() bool { return math.IsInf(s.lo, 0) || math.IsInf(s.hi, 0) }

// largest and smallest are those of |x| over the span.
func (s span) largest() float64 { return max(math.Abs(s.lo), math.Abs(s.hi)) }

func (s span) smallest() float64 {
	if s.has(0) {
		return 0
	}
	return min(math.Abs(s.lo), math.Abs(s.hi))
}

func (s span) hull(t span) span { return span{min(s.lo, t.lo), max(s.hi, t.hi)} }

// meet is what two spans that both hold the same number have in common.
func (s span) meet(t span) span { return span{max(s.lo, t.lo), min(s.hi, t.hi)} }

// distance is the most that a number of s can differ from one of t.
func (s span) distance(t span) float64 { return rounding.Up(max(s.hi-t.lo, t.hi-s.lo), 1) }

func (s span) negated() span { return span{-s.hi, -s.lo} }

func (s span) absolute() span { return span{s.smallest(), s.largest()} }

func (s span) larger(t span) span { return span{max(s.lo, t.lo), max(s.hi, t.hi)} }

func (s span) plus(t span) span {
	lo, hi := s.lo+t.lo, s.hi+t.hi
	return span{floor(lo, sumRest(s.lo, t.lo, lo)), ceiling(hi, sumRest(s.hi, t.hi, hi))}
}

func (s span) times(t span) span {
	r := span{math.Inf(1), math.Inf(-1)}
	for _, a := range [2]float64{s.lo, s.hi} {
		for _, b := range [2]float64{t.lo, t.hi} {
			if a == 0 || b == 0 {
				r = r.hull(pointSpan(0)) // also where the other end is infinite: no number of the span is
				continue
			}
			p := a * b
			r = r.hull(unrounded(p, productRest(a, b, p)))
		}
	}
	return r
}

// over is s/t, which is any number where t has 0.
func (s span) over(t span) span {
	if t.has(0) {
		return everything
	}
	r := span{math.Inf(1), math.Inf(-1)}
	for _, a := range [2]float64{s.lo, s.hi} {
		for _, b := range [2]float64{t.lo, t.hi} {
			q := a / b
			if math.IsNaN(q) {
				return everything
			}
			r = r.hull(unrounded(q, quotientRest(a, b, q)))
		}
	}
	return r
}

// power is s^n for n ≥ 1.
func (s span) power(n int) span {
	if n%2 == 0 {
		s = s.absolute()
	}
	lo, hi := pointSpan(1), pointSpan(1)
	for range n {
		lo, hi = lo.times(pointSpan(s.lo)), hi.times(pointSpan(s.hi))
	}
	return span{lo.lo, hi.hi}
}

// widened moves both ends outwards by a part of themselves and an absolute amount, but not across 0: rounding
// never changes a sign.
func (s span) widened(relative, absolute float64) span {
	lo := below(s.lo - rounding.Up(scaled(relative, math.Abs(s.lo))+absolute, 3))
	hi := above(s.hi + rounding.Up(scaled(relative, math.Abs(s.hi))+absolute, 3))
	if s.lo >= 0 {
		lo = max(lo, 0)
	}
	if s.hi <= 0 {
		hi = min(hi, 0)
	}
	return span{lo, hi}
}

// by moves both ends outwards by an absolute amount.
func (s span) by(absolute float64) span {
	return span{below(s.lo - absolute), above(s.hi + absolute)}
}

func below(x float64) float64 { return math.Nextafter(x, math.Inf(-1)) }

func above(x float64) float64 { return math.Nextafter(x, math.Inf(1)) }

// floor is a number not above the one that v was rounded from, which is v and a rest of the given sign; a rest of
// NaN is not known. ceiling is one not below it.
func floor(v, rest float64) float64 {
	if math.IsNaN(v) {
		return math.Inf(-1)
	}
	if rest >= 0 {
		return v
	}
	return below(v)
}

func ceiling(v, rest float64) float64 {
	if math.IsNaN(v) {
		return math.Inf(1)
	}
	if rest <= 0 {
		return v
	}
	return above(v)
}

// unrounded has the product or quotient that v, with its sign, was rounded from.
func unrounded(v, rest float64) span {
	if math.Signbit(v) {
		return span{floor(v, rest), min(ceiling(v, rest), 0)}
	}
	return span{max(floor(v, rest), 0), ceiling(v, rest)}
}

// sumRest is a + b - s for s = fl(a + b), exactly (Knuth's TwoSum); NaN if something overflowed.
func sumRest(a, b, s float64) float64 {
	t := s - a
	return (a - (s - t)) + (b - t)
}

// restFloor is what a product or dividend must exceed for the rest of an operation not to underflow.
const restFloor = 0x1p-900

// productRest is a·b - p for p = fl(a·b), NaN where it may underflow.
func productRest(a, b, p float64) float64 {
	if math.Abs(p) < restFloor {
		return math.NaN()
	}
	return math.FMA(a, b, -p)
}

// quotientRest has the sign of a/b - q for q = fl(a/b), NaN where it may underflow.
func quotientRest(a, b, q float64) float64 {
	if a == 0 {
		return 0
	}
	if math.Abs(a) < restFloor || math.Abs(q) < restFloor {
		return math.NaN()
	}
	return math.FMA(-q, b, a) * math.Copysign(1, b)
}

// scaled is the product of two bounds; 0 times one that is infinite is 0.
func scaled(a, b float64) float64 {
	if a == 0 || b == 0 {
		return 0
	}
	return a * b
}
