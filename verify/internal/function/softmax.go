package function

import (
	"math"

	"github.com/backpropgen/backpropgen/verify/internal/rounding"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// softmax is a_i = exp(z_i) / Σ exp(z_j), over the whole layer.
type softmax struct{}

// Value subtracts the largest z first, so that no exponential overflows and one of them is 1.
func (softmax) Value(z *mat.VecDense) *mat.VecDense {
	m := mat.Max(z)
	a := mat.NewVecDense(z.Len(), nil)
	for i := range z.Len() {
		a.SetVec(i, math.Exp(z.AtVec(i)-m))
	}
	a.ScaleVec(1/mat.Sum(a), a)
	return a
}

// Jacobian is ∂a_i/∂z_j = a_i(δ_ij - a_j).
func (s softmax) Jacobian(z *mat.VecDense) mat.Matrix {
	a := s.Value(z)
	n := z.Len()
	jac := mat.NewDense(n, n, nil)
	for i := range n {
		for j := range n {
			d := 0.0
			if i == j {
				d = 1
			}
			jac.Set(i, j, a.AtVec(i)*(d-a.AtVec(j)))
		}
	}
	return jac
}

// ValueBound follows log a_i = z_i - lse(z). If every z_j is off by at most e_j, log a_i is off by at
// most e_i + Δ, Δ = log Σ a_j exp(e_j), the most that lse can move (and by Jensen's inequality it
// cannot fall further than it can rise). To e_j add the rounding of the exponent, u|z_j - max z|.
// The exponentials, their sum and the division add relative roundings. All in relative terms, so
// |â_i - a_i| ≤ a_i expm1(e_i + Δ) + …; nor can two numbers of [0, 1] be further apart than 1.
func (softmax) ValueBound(r rounding.Pair, z rounding.Estimate, a []float64) []float64 {
	if !(floats.Max(z.Bound) <= math.MaxFloat64) {
		bound := make([]float64, len(a))
		for i := range bound {
			bound[i] = math.Inf(1) // one z that is NaN makes all of a NaN
		}
		return bound
	}
	e := exponentBounds(r, z)
	delta := lseShift(a, e)
	w := rounding.Work{Roundings: float64(len(a)) + 2, Elementary: 2} // exp of z_i, and those in the sum
	bound := make([]float64, len(a))
	for i, ai := range a {
		propagated := min(rounding.Up(growth(ai, e[i]+delta), 8), max(ai, 1-ai))
		// Σ exp(z_j - max z) ≥ 1, so an exponential that underflows leaves no more than tiny.
		bound[i] = propagated + r.Local(w, ai+propagated, ai) + r.Kernel.Tiny*(2*r.Kernel.ULPs+2) +
			r.Reference.Tiny*(2*r.Reference.ULPs+2)
	}
	return bound
}

// exponentBounds bounds the error of every z_i - max z as the argument of exp: that of z_i, and the
// rounding of the difference on both sides. (The error of the maximum itself cancels: softmax and
// lse - z do not change when a number is added to all z.)
func exponentBounds(r rounding.Pair, z rounding.Estimate) []float64 {
	top, off := floats.Max(z.Value), floats.Max(z.Bound)
	e := make([]float64, len(z.Value))
	for i := range e {
		difference := top - z.Value[i]
		e[i] = z.Bound[i] + r.Local(rounding.Work{Roundings: 1}, difference+z.Bound[i]+off, difference)
	}
	return e
}

// lseShift bounds how far log Σ exp(z_j) moves when every z_j moves by at most e_j and a = softmax(z):
// log(1 + Σ a_j expm1(e_j)).
func lseShift(a, e []float64) float64 {
	sum := 0.0
	for j, aj := range a {
		sum += growth(aj, e[j])
	}
	n := float64(len(a))
	// a is the reference's own and thus slightly off, relatively by γ_{n+...}.
	return rounding.Up(math.Log1p(rounding.Up(sum, 3*n+32)), 8)
}

// growth is a·expm1(e), what a ≥ 0 gains if its logarithm grows by e. An a that underflowed in the reference gains
// nothing that counts, unless the growth is such that it may be anything.
func growth(a, e float64) float64 {
	switch {
	case e > 600:
		return math.Inf(1)
	case a == 0:
		return 0
	}
	return a * math.Expm1(e)
}

// PullbackBound bounds Jacᵀ·v in the closed form a_i(v_i - s), s = Σ a_j v_j. With r_i = v_i - s,
//
//	|Δs|   ≤ Σ (a_j ev_j + |v_j| ea_j + ea_j ev_j)
//	|Δr_i| ≤ ev_i + |Δs|
//	|Δd_i| ≤ |r_i| ea_i + a_i |Δr_i| + ea_i |Δr_i|
//
// and roundings on all terms a_i(|v_i| + Σ a_j|v_j|), the row sums of |M| with M_ij = a_i(δ_ij + a_j):
// v_i - s cancels, in the kernel as in the reference, which multiplies by the matrix. Its elements a_i·a_j may
// underflow before they meet a large v_j, which the closed form does not do.
func (softmax) PullbackBound(r rounding.Pair, _, a, v rounding.Estimate) []float64 {
	n := float64(len(a.Value))
	var s, ds, kernel, reference, lost float64
	for j, aj := range a.Value {
		s += aj * v.Value[j]
		ds += rounding.Product(aj, a.Bound[j], v.Value[j], v.Bound[j])
		kernel += a.Magnitude(j) * v.Magnitude(j)
		reference += aj * math.Abs(v.Value[j])
		lost += r.Reference.Tiny * math.Abs(v.Value[j])
	}
	bound := make([]float64, len(a.Value))
	for i, ai := range a.Value {
		ri := v.Value[i] - s
		dr := v.Bound[i] + ds
		bound[i] = rounding.Up(rounding.Product(ri, dr, ai, a.Bound[i]), 2*n) +
			r.Local(rounding.Work{Roundings: n + 3}, rounding.Up(a.Magnitude(i)*(v.Magnitude(i)+kernel), 2*n),
				rounding.Up(ai*(math.Abs(v.Value[i])+reference), 2*n)) + rounding.Up(lost, 2*n)
	}
	return bound
}
