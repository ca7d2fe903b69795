package verify

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// logSoftmax is a_i = z_i - lse(z), lse = log Σ exp(z_j), over the whole layer.
type logSoftmax struct{}

func (logSoftmax) value(z *mat.VecDense) *mat.VecDense {
	logSum, m := logSumExp(elements(z))
	a := mat.NewVecDense(z.Len(), nil)
	for i := range z.Len() {
		a.SetVec(i, (z.AtVec(i)-m)-logSum)
	}
	return a
}

// jacobian is ∂a_i/∂z_j = δ_ij - softmax(z)_j: every row subtracts the same probabilities.
func (logSoftmax) jacobian(z *mat.VecDense) *mat.Dense {
	p := softmax{}.value(z)
	n := z.Len()
	jac := mat.NewDense(n, n, nil)
	for i := range n {
		for j := range n {
			d := 0.0
			if i == j {
				d = 1
			}
			jac.Set(i, j, d-p.AtVec(j))
		}
	}
	return jac
}

// valueBound: what the errors e of z do is, by the mean value theorem, at most Σ_j |δ_ij - p_j| e_j for
// some p between, with |p_j - softmax(z)_j| ≤ softmax(z)_j expm1(e_j + Δ), Δ the shift of lse. Then come
// the roundings: those of the sum of exponentials are relative to the sum, hence absolute in its
// logarithm; the others act on z_i, max z and log Σ, which a kernel may add up in any order.
func (logSoftmax) valueBound(r rounding, z estimate, _ []float64) []float64 {
	p := elements(softmax{}.value(vector(z.value)))
	logSum, m := logSumExp(z.value)
	n := float64(len(p))
	off := floats.Max(z.bound)
	// lse moves by no more than the largest error either, which stays finite for longer.
	shift := min(lseShift(p, z.bound), off)
	exponents := exponentBounds(r, estimate{z.value, make([]float64, len(p))})
	sum := lseShift(p, exponents) + r.local(work{roundings: n, elementary: 1}, 1, 1)

	bound := make([]float64, len(p))
	for i := range bound {
		propagated := 0.0
		for j, pj := range p {
			slope := pj
			if j == i {
				slope = 1 - pj
			}
			// pj is the reference's own and thus slightly off.
			slope += growth(pj, z.bound[j]+shift) + pj*arithmetic64.gamma(3*n+32)
			if slope > 0 && z.bound[j] > 0 {
				propagated += min(1, slope) * z.bound[j]
			}
		}
		propagated = up(propagated, 3*n+32)
		bound[i] = propagated + up(sum, 8) + r.local(work{roundings: 4, elementary: 1},
			up(logSum+shift+math.Abs(m)+off+z.magnitude(i), 8), up(logSum+math.Abs(m-z.value[i]), 8))
	}
	return bound
}

// pullbackBound bounds Jacᵀ·v in the closed form v_i - p_i s, s = Σ v_j, with p = exp(a) or, from z, softmax(z),
// whichever is worse. The roundings act on |v_i| + p_i Σ|v_j|: the difference cancels, in the kernel as in
// the matrix of the reference.
func (logSoftmax) pullbackBound(r rounding, z, a, v estimate) []float64 {
	p := elements(softmax{}.value(vector(z.value)))
	fromZ := softmax{}.valueBound(r, z, p)
	n := float64(len(p))
	var s, ds, kernel, reference float64
	for j := range v.value {
		s += v.value[j]
		ds += v.bound[j]
		kernel += v.magnitude(j)
		reference += math.Abs(v.value[j])
	}
	ds = up(ds, n)
	bound := make([]float64, len(p))
	for i, pi := range p {
		fromA := up(growth(pi, a.bound[i]), 8)
		fromA += r.local(work{elementary: 1}, pi+fromA, pi)
		e := max(fromZ[i], fromA)
		bound[i] = up(v.bound[i]+product(pi, e, s, ds), 4) + r.local(work{roundings: n + 3},
			up(v.magnitude(i)+(pi+e)*kernel, 2*n), up(math.Abs(v.value[i])+pi*reference, 2*n))
	}
	return bound
}
