package function

import (
	"math"

	"github.com/backpropgen/backpropgen/verify/internal/linear"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// logSoftmax is a_i = z_i - lse(z), lse = log Σ exp(z_j), over the whole layer.
type logSoftmax struct{}

func (logSoftmax) Value(z *mat.VecDense) *mat.VecDense {
	logSum, m := logSumExp(linear.Elements(z))
	a := mat.NewVecDense(z.Len(), nil)
	for i := range z.Len() {
		a.SetVec(i, (z.AtVec(i)-m)-logSum)
	}
	return a
}

// Jacobian is ∂a_i/∂z_j = δ_ij - softmax(z)_j: every row subtracts the same probabilities.
func (logSoftmax) Jacobian(z *mat.VecDense) mat.Matrix {
	p := softmax{}.Value(z)
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

// ValueBound: what the errors e of z do is, by the mean value theorem, at most Σ_j |δ_ij - p_j| e_j for
// some p between, with |p_j - softmax(z)_j| ≤ softmax(z)_j expm1(e_j + Δ), Δ the shift of lse. Then come
// the roundings: those of the sum of exponentials are relative to the sum, hence absolute in its
// logarithm; the others act on z_i, max z and log Σ, which a kernel may add up in any order.
func (logSoftmax) ValueBound(r rounding.Pair, z rounding.Estimate, _ []float64) []float64 {
	p := linear.Elements(softmax{}.Value(linear.Vector(z.Value)))
	logSum, m := logSumExp(z.Value)
	n := float64(len(p))
	off := floats.Max(z.Bound)
	// lse moves by no more than the largest error either, which stays finite for longer.
	shift := min(lseShift(p, z.Bound), off)
	exponents := exponentBounds(r, rounding.Estimate{Value: z.Value, Bound: make([]float64, len(p))})
	sum := lseShift(p, exponents) + r.Local(rounding.Work{Roundings: n, Elementary: 1}, 1, 1)

	bound := make([]float64, len(p))
	for i := range bound {
		propagated := 0.0
		for j, pj := range p {
			slope := pj
			if j == i {
				slope = 1 - pj
			}
			// pj is the reference's own and thus slightly off.
			slope += growth(pj, z.Bound[j]+shift) + pj*rounding.Float64.Gamma(3*n+32)
			if slope > 0 && z.Bound[j] > 0 {
				propagated += min(1, slope) * z.Bound[j]
			}
		}
		propagated = rounding.Up(propagated, 3*n+32)
		bound[i] = propagated + rounding.Up(sum, 8) + r.Local(rounding.Work{Roundings: 4, Elementary: 1},
			rounding.Up(logSum+shift+math.Abs(m)+off+z.Magnitude(i), 8), rounding.Up(logSum+math.Abs(m-z.Value[i]), 8))
	}
	return bound
}

// probabilities are exp(a), and how far a kernel's may be off, from a or as softmax(z), whichever is worse.
func probabilities(r rounding.Pair, z, a rounding.Estimate) rounding.Estimate {
	p := linear.Elements(softmax{}.Value(linear.Vector(z.Value)))
	bound := softmax{}.ValueBound(r, z, p)
	for i, pi := range p {
		fromA := rounding.Up(growth(pi, a.Bound[i]), 8)
		fromA += r.Local(rounding.Work{Elementary: 1}, pi+fromA, pi)
		bound[i] = max(bound[i], fromA)
	}
	return rounding.Estimate{Value: p, Bound: bound}
}

// PullbackBound bounds Jacᵀ·v in the closed form v_i - p_i s, s = Σ v_j, with p = exp(a) or, from z, softmax(z),
// whichever is worse. The roundings act on |v_i| + p_i Σ|v_j|: the difference cancels, in the kernel as in
// the matrix of the reference.
func (logSoftmax) PullbackBound(r rounding.Pair, z, a, v rounding.Estimate) []float64 {
	p := probabilities(r, z, a)
	n := float64(len(p.Value))
	var s, ds, kernel, reference float64
	for j := range v.Value {
		s += v.Value[j]
		ds += v.Bound[j]
		kernel += v.Magnitude(j)
		reference += math.Abs(v.Value[j])
	}
	ds = rounding.Up(ds, n)
	bound := make([]float64, len(p.Value))
	for i, pi := range p.Value {
		e := p.Bound[i]
		bound[i] = rounding.Up(v.Bound[i]+rounding.Product(pi, e, s, ds), 4) + r.Local(rounding.Work{Roundings: n + 3},
			rounding.Up(v.Magnitude(i)+(pi+e)*kernel, 2*n), rounding.Up(math.Abs(v.Value[i])+pi*reference, 2*n))
	}
	return bound
}
