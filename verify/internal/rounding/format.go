// Package rounding has the analysis of rounding errors that all bounds are made of: formats and what one operation
// loses in them, scalar functions with the roundings of an evaluation, affine maps and outer products of vectors known
// to within bounds, and running analysis of computations whose order is known. The source is N. J. Higham, Accuracy
// and Stability of Numerical Algorithms, 2nd edition, SIAM 2002, cited as "Higham".
package rounding

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
	ULPsFloat32 = 1
	ULPsFloat64 = 4
)

// Format is a floating-point format as rounding-error analysis sees it. Every operation obeys
// the standard model with gradual underflow (Higham, sections 2.2 and 2.7),
//
//	fl(x op y) = (x op y)(1 + δ) + η,  |δ| ≤ u,  |η| ≤ tiny,
//
// where η is 0 for sums and differences.
type Format struct {
	Name string
	// U is the unit roundoff.
	U float64
	// Tiny is the smallest subnormal number.
	Tiny float64
	// Max is the largest finite number.
	Max float64
	// ULPs is the accuracy of the elementary functions.
	ULPs float64
}

var (
	Float32 = Format{"float32", 0x1p-24, 0x1p-149, math.MaxFloat32, ULPsFloat32}
	Float64 = Format{"float64", 0x1p-53, 0x1p-1074, math.MaxFloat64, ULPsFloat64}

	// Those of other programs only: no kernel has them.
	Float16  = Format{"float16", 0x1p-11, 0x1p-24, 65504, ULPsFloat32}
	BFloat16 = Format{"bfloat16", 0x1p-8, 0x1p-133, 0x1.fep127, ULPsFloat32}
)

// FormatOf returns the format of a precision; the empty precision is float32, the spec's default.
func FormatOf(p spec.Precision) (Format, error) {
	switch p {
	case spec.Float32, "":
		return Float32, nil
	case spec.Float64:
		return Float64, nil
	}
	return Format{}, fmt.Errorf("no arithmetic for precision %q; use float32 or float64", p)
}

// Gamma is γ_n = nu / (1 - nu), the bound on a product of n factors (1 + δ) or 1/(1 + δ) less 1
// (Higham, lemma 3.1). It is +Inf where the lemma says nothing, from nu = 1 on.
func (f Format) Gamma(n float64) float64 { return gamma(n * f.U) }

// gamma is γ_n by nu.
func gamma(nu float64) float64 {
	if nu >= 1 {
		return math.Inf(1)
	}
	return nu / (1 - nu)
}

// ULP returns the spacing of the format's numbers at v: the distance from |v| to the next larger one.
func (f Format) ULP(v float64) float64 {
	v = math.Abs(v)
	if math.IsNaN(v) || v > f.Max {
		return math.NaN()
	}
	if v == 0 {
		return f.Tiny
	}
	// With v = m·2^e, ½ ≤ m < 1, the spacing is 2u·2^(e-1).
	_, e := math.Frexp(v)
	return max(f.Tiny, math.Ldexp(f.U, e))
}

// Work counts what a computation does to its result: the factors (1 + δ) on it.
type Work struct {
	// Roundings is the number of basic operations.
	Roundings float64
	// Elementary is the number of elementary functions. One accurate to k ULP counts as 2k
	// roundings, because ulp(v) ≤ 2u|v| for normal numbers, and ulp(v) = tiny below them.
	Elementary float64
}

// Count returns the number of factors (1 + δ) in this format.
func (f Format) Count(w Work) float64 { return w.Roundings + 2*f.ULPs*w.Elementary }

// Pair is the pair of formats at play: the kernel's and the reference's own. All bounds
// are on the difference of what the two compute, so both contribute; for float64 kernels they
// contribute alike.
type Pair struct{ Kernel, Reference Format }

// PairOf is that of a kernel in a format.
func PairOf(kernel Format) Pair { return Pair{kernel, Float64} }

// Local bounds the difference that the roundings of one computation make, when the terms it adds up
// have absolute sum kernel in the kernel and reference in the reference: γ|…| for each (Higham,
// lemma 3.3 and equation 3.5), and underflow once per operation. Where all terms are 0 every
// operation is exact, so the bound is 0; where the terms may overflow there is no bound, +Inf.
func (r Pair) Local(w Work, kernel, reference float64) float64 {
	l := r.Loss(w)
	return l.Local(kernel, reference)
}

// Loss is what Local needs of the work: formed once, it serves a whole matrix of results.
type Loss struct {
	// kernel and reference are γ, and the tiny ones the underflows, of both formats, whose largest numbers follow.
	kernel, reference, tinyKernel, tinyReference, maxKernel, maxReference float64
}

// Loss is that of some work.
func (r *Pair) Loss(w Work) Loss {
	nk, nr := r.Kernel.Count(w), r.Reference.Count(w)
	return Loss{
		r.Kernel.Gamma(nk), r.Reference.Gamma(nr), nk * r.Kernel.Tiny, nr * r.Reference.Tiny,
		r.Kernel.Max, r.Reference.Max,
	}
}

// Local is Local of the pair for this work.
func (l *Loss) Local(kernel, reference float64) float64 {
	if kernel == 0 && reference == 0 {
		return 0
	}
	if !(kernel <= l.maxKernel && reference <= l.maxReference) {
		return math.Inf(1)
	}
	return Up(l.kernel*kernel+l.reference*reference+l.tinyKernel+l.tinyReference, 16)
}

// Underflow bounds what the underflows of a computation come to where it enlarges them by a factor of gain.
func (r Pair) Underflow(w Work, gain float64) float64 {
	return Up(gain*(r.Kernel.Count(w)*r.Kernel.Tiny+r.Reference.Count(w)*r.Reference.Tiny), 8)
}

// Up raises a bound by the rounding error of its own evaluation in float64, n operations on numbers
// that are not negative.
func Up(bound, n float64) float64 { return bound * (1 + gamma(n*0x1p-53)) }

// Product bounds |x̂ŷ - xy| for |x̂ - x| ≤ ex, |ŷ - y| ≤ ey, the products exact: |x|ey + |y|ex + ex·ey. An exact 0
// annihilates even a factor without a bound; a 0 that is not exact does not, though 0·Inf is NaN.
func Product(x, ex, y, ey float64) float64 {
	if x == 0 && ex == 0 || y == 0 && ey == 0 {
		return 0
	}
	bound := Up(math.Abs(x)*ey+math.Abs(y)*ex+ex*ey, 5)
	if math.IsNaN(bound) {
		return math.Inf(1)
	}
	return bound
}
