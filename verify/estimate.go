package verify

import (
	"math"
	"math/bits"

	"gonum.org/v1/gonum/mat"
)

// estimate is a vector of the reference with a bound for each element on how far a kernel's may be off.
type estimate struct {
	value, bound []float64
}

// exact is a vector that both sides are given: no error.
func exact(v *mat.VecDense) estimate {
	return estimate{elements(v), make([]float64, v.Len())}
}

// magnitude is the largest absolute value the kernel's element i can have.
func (e estimate) magnitude(i int) float64 { return math.Abs(e.value[i]) + e.bound[i] }

// affineBound bounds the error of W·a + b, b nil for none, with any order of summation and with or
// without fused multiply-adds:
//
//	|ẑ - z| ≤ |W|ea + γ_{n+2} (|W|(|a| + ea) + |b|)      n = columns of W
//
// (Higham, section 3.5, for matrix times vector; n products and n additions put at most n + 1
// factors on any term, one more is spare). W and b are the same on both sides. Sums that cannot round have
// the bound 0, so that units at a kink, and units that tie, are judged by the convention for them.
func affineBound(r rounding, w mat.Matrix, a estimate, b *mat.VecDense) []float64 {
	rows, cols := w.Dims()
	bound := make([]float64, rows)
	for i := range bound {
		var propagated, kernel, reference float64
		given := true // every a that counts is without error
		for j := range cols {
			wij := math.Abs(w.At(i, j))
			if wij == 0 && a.bound[j] <= r.kernel.max {
				continue // adds 0; times an a that may have overflowed, it would be NaN
			}
			given = given && a.bound[j] == 0
			if wij == 0 {
				propagated = math.Inf(1)
				continue
			}
			propagated += wij * a.bound[j]
			kernel += wij * a.magnitude(j)
			reference += wij * math.Abs(a.value[j])
		}
		if b != nil {
			kernel += math.Abs(b.AtVec(i))
			reference += math.Abs(b.AtVec(i))
		}
		if given && exactSum(r.kernel, w, i, a.value, b, reference) {
			continue
		}
		n := float64(cols)
		bound[i] = up(propagated, 2*n) + up(r.local(work{roundings: n + 2}, kernel, reference), 2*n)
	}
	return bound
}

// exactSum says whether row i of W·a + b comes out exactly in the kernel's format, whatever the order of the sum,
// for a without error: if all terms are multiples of one power of 2, and the sum of their absolute values, size, is at
// most 1/u of it, then so is every partial sum, and the format holds it. The reference's format is the kernel's
// or wider.
func exactSum(kernel arithmetic, w mat.Matrix, i int, a []float64, b *mat.VecDense, size float64) bool {
	if size == 0 {
		return true
	}
	if !(size <= kernel.max) {
		return false
	}
	unit := math.MaxInt
	for j, aj := range a {
		if wij := w.At(i, j); wij != 0 && aj != 0 {
			unit = min(unit, lowestBit(wij)+lowestBit(aj))
		}
		if size*kernel.u > math.Ldexp(1, unit) {
			return false // early, as almost all sums that are not meant to be exact
		}
	}
	if b != nil && b.AtVec(i) != 0 {
		unit = min(unit, lowestBit(b.AtVec(i)))
	}
	step := math.Ldexp(1, unit)
	return step >= kernel.tiny && size <= step/kernel.u
}

// lowestBit returns the exponent of the last bit set in v, which is finite and not 0: v is an odd multiple of 2 to the
// power of it.
func lowestBit(v float64) int {
	fraction, exponent := math.Frexp(v)
	return exponent - 53 + bits.TrailingZeros64(uint64(math.Abs(math.Ldexp(fraction, 53))))
}

// outerBound bounds the error of the outer product d·aᵀ, row-major: the product rule and one
// rounding (Higham, section 3.1).
func outerBound(r rounding, d, a estimate) []float64 {
	bound := make([]float64, 0, len(d.value)*len(a.value))
	for i, di := range d.value {
		for j, aj := range a.value {
			e := product(di, d.bound[i], aj, a.bound[j])
			bound = append(bound, e+r.local(work{roundings: 1},
				d.magnitude(i)*a.magnitude(j), math.Abs(di*aj)))
		}
	}
	return bound
}

// near says whether an element of the kernel's may be at b, or on the other side of it than that of the reference.
func (e estimate) near(b float64) bool {
	for i, v := range e.value {
		if math.Abs(v-b) <= e.bound[i] {
			return true
		}
	}
	return false
}

// excess is the error as a multiple of the bound: 0 for no error, +Inf for one where none is allowed.
func excess(got, want, bound float64) float64 {
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
