package formula

import (
	"math"

	"github.com/backpropgen/backpropgen/verify/internal/rounding"
)

// analysis follows a formula and its derivative through the arithmetic of a kernel, over all the arguments that
// the kernel may have. Kernels may write either in many ways; where two of them differ in what they lose, the analysis
// goes through both. What it does not grant: multiplying out products, which makes digits cancel that the formula
// keeps.
type analysis struct {
	format
	// v and e are the centre and the reach of the argument, y the target.
	v, e, y float64
	// seen keeps what was found of the expressions with a stable form, whose operands are met twice; nil
	// keeps nothing. Derivatives share most of their parts: with all it keeps what was found of each.
	seen map[*expression]followed
	all  bool
}

// newAnalysis is that of a kernel in a format whose argument is within e of v, for the target y.
func newAnalysis(kernel rounding.Format, v, e, y float64) analysis {
	return analysis{format: format{kernel}, v: v, e: e, y: y}
}

// followed is a part of a formula and its derivative. constant: the derivative is 0, and nobody computes it.
type followed struct {
	value, slope enclosure
	constant     bool
}

// follow analyses an expression.
func (k analysis) follow(e *expression) followed {
	if d, again := k.seen[e]; again {
		return d
	}
	d := k.narrowed(e, k.written(e))
	if k.seen != nil && (k.all || e.stable != nil) {
		k.seen[e] = d
	}
	return d
}

// narrowed adds to what was found of an expression as it stands what there is to know besides.
func (k analysis) narrowed(e *expression, d followed) followed {
	if e.fixed {
		d.value.factor = d.value.exact.largest()
	}
	for _, same := range [2]*expression{e.stable, e.other} {
		if same != nil {
			s := k.follow(same)
			d = followed{d.value.or(s.value), d.slope.or(s.slope), d.constant}
		}
	}
	if d.constant || k.e == 0 {
		return d
	}
	// The mean value theorem, often narrower than the range over an interval, which takes the occurrences of
	// the variable to be independent of one another.
	d.value.exact = d.value.exact.meet(d.value.at.plus(d.slope.exact.times(pointSpan(0).by(k.e))))
	d.value = d.value.tightened()
	return d
}

// written analyses an expression as it stands.
func (k analysis) written(e *expression) followed {
	var x, y followed
	if e.x != nil {
		x = k.follow(e.x)
	}
	if e.y != nil {
		y = k.follow(e.y)
	}
	switch e.op {
	case opNumber:
		return k.fixed(k.number(e.number))
	case opTarget:
		return k.fixed(enclosure{at: pointSpan(k.y), exact: pointSpan(k.y), kernel: pointSpan(k.y)})
	case opVariable:
		s := pointSpan(k.v)
		if k.e > 0 {
			s = s.by(k.e)
		}
		return followed{value: enclosure{at: pointSpan(k.v), exact: s, kernel: s}, slope: k.number(1)}
	case opNegation:
		return followed{x.value.negated(), x.slope.negated(), x.constant}
	case opSum:
		return followed{k.add(x.value, y.value), k.sum(x, y, x.slope, y.slope), x.constant && y.constant}
	case opProduct:
		return followed{
			k.multiply(x.value, y.value),
			k.sum(x, y, k.multiply(x.slope, y.value), k.multiply(x.value, y.slope)), x.constant && y.constant,
		}
	case opQuotient:
		return k.quotient(x, y)
	case opWhole:
		return k.repeated(x, e.exponent)
	case opPower:
		return k.raised(x, y)
	case opFunction:
		value := k.apply(e.function, x.value)
		return followed{value, k.multiply(k.formed(e.function, x.value, value), x.slope), x.constant}
	case opAbs:
		return followed{k.absolute(x.value), k.multiply(k.sign(x.value), x.slope), x.constant}
	case opMax:
		return k.chosen(k.larger(x.value, y.value), x, y, x.value, y.value)
	case opMin:
		return k.chosen(k.smaller(x.value, y.value), x, y, y.value, x.value)
	case opSign:
		return k.fixed(k.sign(x.value))
	case opChoice:
		return k.choice(e, x.value, y.value)
	}
	return followed{value: k.number(math.NaN()), constant: true}
}

// choice is the first part of a derivative where u > v, else the second.
func (k analysis) choice(e *expression, u, v enclosure) followed {
	x, y := k.follow(e.first), k.follow(e.second)
	compared := enclosure{undefined: u.undefined || v.undefined}
	// What is chosen is chosen as derivatives are, and so is its own derivative.
	value := k.chosen(compared, followed{slope: x.value, constant: isZero(e.first)},
		followed{slope: y.value, constant: isZero(e.second)}, u, v).slope
	d := k.chosen(compared, x, y, u, v)
	d.value = value
	return d
}

// fixed is a constant; its derivative of 0 is nowhere computed, but has a value for those who choose between two.
func (k analysis) fixed(x enclosure) followed { return followed{value: x, constant: true} }

// sum is p + q, the parts of a derivative by x and by y; those of constants are left out.
func (k analysis) sum(x, y followed, p, q enclosure) enclosure {
	switch {
	case x.constant && y.constant:
		return enclosure{}
	case x.constant:
		return q
	case y.constant:
		return p
	}
	return k.add(p, q)
}

// quotient is x/y, with f = x/y and the derivative as one of
//
//	(x'y - xy')/y²    (x' - fy')/y    x'/y - xy'/y²
//
// and xy'/y² in any order. Those with y² overflow with it.
func (k analysis) quotient(x, y followed) followed {
	f := k.divide(x.value, y.value)
	switch {
	case x.constant && y.constant:
		return k.fixed(f)
	case y.constant:
		return followed{value: f, slope: k.divide(x.slope, y.value)}
	}
	square := k.power(y.value, 2)
	xdy, fdy := k.multiply(x.value, y.slope), k.multiply(f, y.slope)
	part := k.divide(xdy, square).or(k.divide(fdy, y.value)).
		or(k.multiply(k.divide(x.value, square), y.slope)).or(k.multiply(f, k.divide(y.slope, y.value)))
	if x.constant {
		return followed{value: f, slope: part.negated()}
	}
	return followed{value: f, slope: k.divide(k.subtract(k.multiply(x.slope, y.value), xdy), square).
		or(k.divide(k.subtract(x.slope, fdy), y.value)).or(k.subtract(k.divide(x.slope, y.value), part))}
}

// repeated is x^n for a whole n but 0. A negative power is 1/x^-n or (1/x)^-n, and its derivative n·x^(n-1), n·f/x or
// that of the quotient.
func (k analysis) repeated(x followed, n int) followed {
	if n < 0 {
		q := k.quotient(k.fixed(k.number(1)), k.repeated(x, -n))
		q.value = q.value.or(k.power(k.divide(k.number(1), x.value), -n))
		if x.constant {
			return k.fixed(q.value)
		}
		factor := k.number(float64(n))
		direct := k.multiply(k.divide(factor, k.power(x.value, 1-n)), x.slope)
		short := k.multiply(k.divide(k.multiply(factor, q.value), x.value), x.slope)
		return followed{value: q.value, slope: q.slope.or(direct).or(short)}
	}
	d := followed{value: k.power(x.value, n), constant: x.constant}
	switch {
	case x.constant:
	case n == 1:
		d.slope = x.slope
	default:
		// n may enlarge what underflowed.
		factor, power := k.number(float64(n)), k.power(x.value, n-1)
		d.slope = k.multiply(k.multiply(factor, power), x.slope).or(k.multiply(factor, k.multiply(power, x.slope)))
	}
	return d
}

// raised is x^y by logarithms.
func (k analysis) raised(x, y followed) followed {
	f := k.raise(x.value, y.value)
	var p, q enclosure
	if !x.constant {
		p = k.multiply(k.slopeInBase(x.value, y.value), x.slope)
	}
	if !y.constant {
		q = k.multiply(k.multiply(f, k.logarithmOfBase(x.value, y.value)), y.slope)
	}
	return followed{f, k.sum(x, y, p, q), x.constant && y.constant}
}

// slopeInBase is y·x^(y-1), which is 0 where y is, whatever the power is.
func (k analysis) slopeInBase(x, y enclosure) enclosure {
	if y.kernel == pointSpan(0) && y.exact == pointSpan(0) && !x.undefined && !y.undefined {
		return k.number(0)
	}
	return k.multiply(y, k.raise(x, k.subtract(y, k.number(1))))
}

// logarithmOfBase is log(x), or 0 for that of 0 where y is not negative.
func (k analysis) logarithmOfBase(x, y enclosure) enclosure {
	zero := x.kernel == pointSpan(0) && x.exact == pointSpan(0)
	switch {
	case zero && y.kernel.lo >= 0 && y.exact.lo >= 0 && !x.undefined && !y.undefined:
		return k.number(0)
	case x.kernel.has(0) || x.exact.has(0):
		return k.apply(functionOf("log"), x).either(k.number(0))
	}
	return k.apply(functionOf("log"), x)
}

// sign is the derivative of abs: 0 at 0.
func (k analysis) sign(x enclosure) enclosure {
	s := k.number(-1).either(k.number(1))
	switch {
	case x.undefined:
	case x.kernel.lo > 0:
		s = k.number(1)
	case x.kernel.hi < 0:
		s = k.number(-1)
	case x.kernel == pointSpan(0) && x.exact == pointSpan(0):
		return idle()
	}
	s.undefined = x.undefined
	return s
}

// chosen is the maximum of x and y if u and v are their values, and their minimum if they are exchanged. At a tie the
// derivative is that of y. Who computes it by factors of 0 and 1 gets NaN from an infinity that is not chosen.
func (k analysis) chosen(value enclosure, x, y followed, u, v enclosure) followed {
	d := followed{value: value, constant: x.constant && y.constant}
	lost := x.slope.undefined || y.slope.undefined || value.undefined || x.slope.kernel.unbounded() ||
		y.slope.kernel.unbounded()
	switch {
	case d.constant:
		return d
	case !lost && (u.kernel.lo > v.kernel.hi && x.constant || u.kernel.hi <= v.kernel.lo && y.constant):
		d.slope = idle()
		return d
	case u.kernel.lo > v.kernel.hi:
		d.slope = x.slope
	case u.kernel.hi <= v.kernel.lo:
		d.slope = y.slope
	default:
		d.slope = x.slope.either(y.slope)
	}
	d.slope.undefined, d.slope.idle = lost, false
	return d
}

// valueBound and slopeBound are how far a kernel's value, or derivative, of an expression may be from the reference's.
// A NaN given is NaN to everybody.
func (k analysis) valueBound(e *expression, reference float64) float64 {
	if math.IsNaN(k.v) || math.IsNaN(k.y) {
		return math.NaN()
	}
	k.seen = map[*expression]followed{}
	return k.bound(k.follow(e).value, reference)
}

func (k analysis) slopeBound(e *expression, reference float64) float64 {
	if math.IsNaN(k.v) || math.IsNaN(k.y) {
		return math.NaN()
	}
	k.seen = map[*expression]followed{}
	return k.bound(k.slope(e), reference)
}

// bendBound is how far a kernel's second derivative may be off, by the derivative as an expression.
func (k analysis) bendBound(derivative *expression, reference float64) float64 {
	k.all = true
	return k.slopeBound(derivative, reference)
}

// slope analyses the derivative of an expression.
func (k analysis) slope(e *expression) enclosure {
	if f := k.follow(e); !f.constant {
		return f.slope
	}
	return enclosure{}
}

// bound is how far a kernel's number may be from the reference's: the reference is in exact but for its own
// roundings, and what those are shows in the difference. +Inf where the kernel may have no number, and where the
// reference has none: which of the two it is may be a matter of how the formula is written, as in z/z at 0.
func (k analysis) bound(x enclosure, reference float64) float64 {
	if x.undefined || !(k.e <= math.MaxFloat64) || math.IsNaN(reference) {
		return math.Inf(1)
	}
	apart := pointSpan(reference)
	bound := min(rounding.Up(apart.distance(x.exact)+x.off, 1), apart.distance(x.kernel))
	if math.IsNaN(bound) {
		return math.Inf(1)
	}
	return bound
}
