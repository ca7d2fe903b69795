package verify

import (
	"fmt"
	"math"

	"github.com/backpropgen/backpropgen/spec"
)

// The accuracy of the elementary functions (exp, log, tanh, erf and the others of a formula), in units in the last
// place of the result. This is what emitted kernels promise, and what the bounds grant them. The judge
// takes the promise as given: a function slightly worse may still hide in the slack of the sums around
// it, so it wants a test of its own. The reference's functions, from Go's math package, are granted
// the float64 figure.
const (
	ElementaryULPsFloat32 = 1
	ElementaryULPsFloat64 = 4
)

// arithmetic is a floating-point format as rounding-error analysis sees it. Every operation obeys
// the standard model with gradual underflow (Higham, sections 2.2 and 2.7),
//
//	fl(x op y) = (x op y)(1 + δ) + η,  |δ| ≤ u,  |η| ≤ tiny,
//
// where η is 0 for sums and differences.
type arithmetic struct {
	name string
	// u is the unit roundoff.
	u float64
	// tiny is the smallest subnormal number.
	tiny float64
	// max is the largest finite number.
	max float64
	// ulps is the accuracy of the elementary functions.
	ulps float64
}

var (
	arithmetic32 = arithmetic{"float32", 0x1p-24, 0x1p-149, math.MaxFloat32, ElementaryULPsFloat32}
	arithmetic64 = arithmetic{"float64", 0x1p-53, 0x1p-1074, math.MaxFloat64, ElementaryULPsFloat64}
)

// arithmeticOf returns the format of a precision; the empty precision is float32, the spec's default.
func arithmeticOf(p spec.Precision) (arithmetic, error) {
	switch p {
	case spec.Float32, "":
		return arithmetic32, nil
	case spec.Float64:
		return arithmetic64, nil
	}
	return arithmetic{}, fmt.Errorf("no arithmetic for precision %q; use float32 or float64", p)
}

// gamma is γ_n = nu / (1 - nu), the bound on a product of n factors (1 + δ) or 1/(1 + δ) less 1
// (Higham, lemma 3.1). It is +Inf where the lemma says nothing, from nu = 1 on.
func (f arithmetic) gamma(n float64) float64 {
	if n*f.u >= 1 {
		return math.Inf(1)
	}
	return n * f.u / (1 - n*f.u)
}

// ulp returns the spacing of the format's numbers at v: the distance from |v| to the next larger one.
func (f arithmetic) ulp(v float64) float64 {
	v = math.Abs(v)
	if math.IsNaN(v) || v > f.max {
		return math.NaN()
	}
	if v == 0 {
		return f.tiny
	}
	// With v = m·2^e, ½ ≤ m < 1, the spacing is 2u·2^(e-1).
	_, e := math.Frexp(v)
	return max(f.tiny, math.Ldexp(f.u, e))
}

// work counts what a computation does to its result: the factors (1 + δ) on it.
type work struct {
	// roundings is the number of basic operations.
	roundings float64
	// elementary is the number of elementary functions. One accurate to k ULP counts as 2k
	// roundings, because ulp(v) ≤ 2u|v| for normal numbers, and ulp(v) = tiny below them.
	elementary float64
}

// count returns the number of factors (1 + δ) in this format.
func (f arithmetic) count(w work) float64 { return w.roundings + 2*f.ulps*w.elementary }

// rounding is the pair of formats at play: the kernel's and the reference's own. All bounds
// are on the difference of what the two compute, so both contribute; for float64 kernels they
// contribute alike.
type rounding struct{ kernel, reference arithmetic }

func newRounding(kernel arithmetic) rounding { return rounding{kernel, arithmetic64} }

// local bounds the difference that the roundings of one computation make, when the terms it adds up
// have absolute sum kernel in the kernel and reference in the reference: γ|…| for each (Higham,
// lemma 3.3 and equation 3.5), and underflow once per operation. Where all terms are 0 every
// operation is exact, so the bound is 0; where the terms may overflow there is no bound, +Inf.
func (r rounding) local(w work, kernel, reference float64) float64 {
	if kernel == 0 && reference == 0 {
		return 0
	}
	if !(kernel <= r.kernel.max && reference <= r.reference.max) {
		return math.Inf(1)
	}
	nk, nr := r.kernel.count(w), r.reference.count(w)
	return up(r.kernel.gamma(nk)*kernel+r.reference.gamma(nr)*reference+
		nk*r.kernel.tiny+nr*r.reference.tiny, 16)
}

// underflow bounds what the underflows of a computation come to where it enlarges them by a factor of gain.
func (r rounding) underflow(w work, gain float64) float64 {
	return up(gain*(r.kernel.count(w)*r.kernel.tiny+r.reference.count(w)*r.reference.tiny), 8)
}

// up raises a bound by the rounding error of its own evaluation in float64, n operations on numbers
// that are not negative.
func up(bound, n float64) float64 { return bound * (1 + arithmetic64.gamma(n)) }

// product bounds |x̂ŷ - xy| for |x̂ - x| ≤ ex, |ŷ - y| ≤ ey, the products exact: |x|ey + |y|ex + ex·ey. An exact 0
// annihilates even a factor without a bound; a 0 that is not exact does not, though 0·Inf is NaN.
func product(x, ex, y, ey float64) float64 {
	if x == 0 && ex == 0 || y == 0 && ey == 0 {
		return 0
	}
	bound := up(math.Abs(x)*ey+math.Abs(y)*ex+ex*ey, 5)
	if math.IsNaN(bound) {
		return math.Inf(1)
	}
	return bound
}
