package verify

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// pointwise is an activation that maps every unit by the same scalar function: its Jacobian matrix
// is diagonal. A row of pointwiseTable is all that a new one takes.
type pointwise struct {
	name string
	// function is σ.
	function curve
	// derivative is σ' in terms of z.
	derivative curve
	// fromPost is σ' in terms of a = σ(z), for the kernels that keep only a; without a function
	// where a does not determine it.
	fromPost curve
}

func (p pointwise) value(z *mat.VecDense) *mat.VecDense {
	a := mat.NewVecDense(z.Len(), nil)
	for i := range z.Len() {
		a.SetVec(i, p.function.at(z.AtVec(i)))
	}
	return a
}

func (p pointwise) jacobian(z *mat.VecDense) *mat.Dense {
	n := z.Len()
	jac := mat.NewDense(n, n, nil)
	for i := range n {
		jac.Set(i, i, p.derivative.at(z.AtVec(i)))
	}
	return jac
}

func (p pointwise) valueBound(r rounding, z estimate, a []float64) []float64 {
	bound := make([]float64, len(a))
	for i := range bound {
		bound[i] = p.function.bound(r, z.value[i], z.bound[i], a[i])
	}
	return bound
}

// pullbackBound is the product rule on σ'(z) ⊙ v, with σ' from z or from a, whichever is worse.
func (p pointwise) pullbackBound(r rounding, z, a, v estimate) []float64 {
	bound := make([]float64, len(v.value))
	for i := range bound {
		slope := p.derivative.at(z.value[i])
		e := p.derivative.bound(r, z.value[i], z.bound[i], slope)
		if p.fromPost.at != nil {
			e = max(e, p.fromPost.bound(r, a.value[i], a.bound[i], slope))
		}
		bound[i] = product(slope, e, v.value[i], v.bound[i]) +
			r.local(work{roundings: 1}, (math.Abs(slope)+e)*v.magnitude(i), math.Abs(slope*v.value[i]))
	}
	return bound
}
