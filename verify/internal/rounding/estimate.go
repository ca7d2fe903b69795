package rounding

import (
	"math"
	"math/bits"

	"github.com/backpropgen/backpropgen/verify/internal/linear"
	"gonum.org/v1/gonum/mat"
)

// Estimate is a vector of the reference with a bound for each element on how far a kernel's may be off.
type Estimate struct {
	Value, Bound []float64
}

// Exact is a vector that both sides are given: no error.
func Exact(v *mat.VecDense) Estimate {
	return Estimate{linear.Elements(v), make([]float64, v.Len())}
}

// Magnitude is the largest absolute value the kernel's element i can have.
func (e Estimate) Magnitude(i int) float64 { return math.Abs(e.Value[i]) + e.Bound[i] }

// AffineBound bounds the error of W·a + b, b nil for none, with any order of summation and with or
// without fused multiply-adds:
//
//	|ẑ - z| ≤ |W|ea + γ_{n+2} (|W|(|a| + ea) + |b|)      n = columns of W
//
// (Higham, section 3.5, for matrix times vector; n products and n additions put at most n + 1
// factors on any term, one more is spare). W and b are the same on both sides. Sums that cannot round have
// the bound 0, so that units at a kink, and units that tie, are judged by the convention for them.
func AffineBound(r Pair, w mat.Matrix, a Estimate, b *mat.VecDense) []float64 {
	rows, cols := w.Dims()
	bound := make([]float64, rows)
	for i := range bound {
		var propagated, kernel, reference float64
		given := true // every a that counts is without error
		for j := range cols {
			wij := math.Abs(w.At(i, j))
			if wij == 0 && a.Bound[j] <= r.Kernel.Max {
				continue // adds 0; times an a that may have overflowed, it would be NaN
			}
			given = given && a.Bound[j] == 0
			if wij == 0 {
				propagated = math.Inf(1)
				continue
			}
			propagated += wij * a.Bound[j]
			kernel += wij * a.Magnitude(j)
			reference += wij * math.Abs(a.Value[j])
		}
		if b != nil {
			kernel += math.Abs(b.AtVec(i))
			reference += math.Abs(b.AtVec(i))
		}
		if given && exactSum(r.Kernel, w, i, a.Value, b, reference) {
			continue
		}
		n := float64(cols)
		bound[i] = Up(propagated, 2*n) + Up(r.Local(Work{Roundings: n + 2}, kernel, reference), 2*n)
	}
	return bound
}

// exactSum says whether row i of W·a + b comes out exactly in the kernel's format, whatever the order of the sum,
// for a without error: if all terms are multiples of one power of 2, and the sum of their absolute values, size, is at
// most 1/u of it, then so is every partial sum, and the format holds it. The reference's format is the kernel's
// or wider.
func exactSum(kernel Format, w mat.Matrix, i int, a []float64, b *mat.VecDense, size float64) bool {
	if size == 0 {
		return true
	}
	if !(size <= kernel.Max) {
		return false
	}
	unit := math.MaxInt
	for j, aj := range a {
		if wij := w.At(i, j); wij != 0 && aj != 0 {
			unit = min(unit, lowestBit(wij)+lowestBit(aj))
		}
		if size*kernel.U > math.Ldexp(1, unit) {
			return false // early, as almost all sums that are not meant to be exact
		}
	}
	if b != nil && b.AtVec(i) != 0 {
		unit = min(unit, lowestBit(b.AtVec(i)))
	}
	step := math.Ldexp(1, unit)
	return step >= kernel.Tiny && size <= step/kernel.U
}

// lowestBit returns the exponent of the last bit set in v, which is finite and not 0: v is an odd multiple of 2 to the
// power of it.
func lowestBit(v float64) int {
	fraction, exponent := math.Frexp(v)
	return exponent - 53 + bits.TrailingZeros64(uint64(math.Abs(math.Ldexp(fraction, 53))))
}

// OuterBound bounds the error of the outer product d·aᵀ, row-major: the product rule and one
// rounding (Higham, section 3.1).
func OuterBound(r Pair, d, a Estimate) []float64 {
	bound := make([]float64, 0, len(d.Value)*len(a.Value))
	loss := r.Loss(Work{Roundings: 1})
	for i, di := range d.Value {
		for j, aj := range a.Value {
			e := Product(di, d.Bound[i], aj, a.Bound[j])
			bound = append(bound, e+loss.Local(d.Magnitude(i)*a.Magnitude(j), math.Abs(di*aj)))
		}
	}
	return bound
}

// Near says whether an element of the kernel's may be at b, or on the other side of it than that of the reference.
func (e Estimate) Near(b float64) bool {
	for i, v := range e.Value {
		if math.Abs(v-b) <= e.Bound[i] {
			return true
		}
	}
	return false
}

// Excess is the error as a multiple of the bound: 0 for no error, +Inf for one where none is allowed.
func Excess(got, want, bound float64) float64 {
	switch {
	case math.IsNaN(want):
		if math.IsNaN(got) {
			return 0
		}
		return math.Inf(1)
	case got == want || math.IsNaN(bound) || math.IsInf(bound, 1):
		return 0 // no bound: the kernel may overflow, and so need not even be a number
	case math.IsNaN(got) || bound == 0:
		return math.Inf(1)
	}
	return math.Abs(got-want) / bound
}
