package function

import (
	"math"

	"github.com/backpropgen/backpropgen/verify/internal/linear"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
	"gonum.org/v1/gonum/mat"
)

// pointwise is an activation that maps every unit by the same scalar function: its Jacobian matrix
// is diagonal. A row of pointwiseTable is all that a new one takes.
type pointwise struct {
	name string
	// function is σ.
	function rounding.Curve
	// derivative is σ' in terms of z.
	derivative rounding.Curve
	// fromPost is σ' in terms of a = σ(z), for the kernels that keep only a; without a function
	// where a does not determine it.
	fromPost rounding.Curve
	// second and secondFromPost are σ″ likewise; without a function where it is 0, and where a does not determine it.
	second, secondFromPost rounding.Curve
}

func (p pointwise) Value(z *mat.VecDense) *mat.VecDense {
	a := mat.NewVecDense(z.Len(), nil)
	for i := range z.Len() {
		a.SetVec(i, p.function.At(z.AtVec(i)))
	}
	return a
}

func (p pointwise) Jacobian(z *mat.VecDense) mat.Matrix {
	slopes := make([]float64, z.Len())
	for i := range slopes {
		slopes[i] = p.derivative.At(z.AtVec(i))
	}
	return linear.Diagonal(slopes)
}

func (p pointwise) ValueBound(r rounding.Pair, z rounding.Estimate, a []float64) []float64 {
	bound := make([]float64, len(a))
	for i := range bound {
		bound[i] = p.function.Bound(r, z.Value[i], z.Bound[i], a[i])
	}
	return bound
}

// PullbackBound is the product rule on σ'(z) ⊙ v, with σ' from z or from a, whichever is worse.
func (p pointwise) PullbackBound(r rounding.Pair, z, a, v rounding.Estimate) []float64 {
	bound := make([]float64, len(v.Value))
	for i := range bound {
		slope, e := p.slope(r, z, a, i)
		bound[i] = rounding.Product(slope, e, v.Value[i], v.Bound[i]) +
			r.Local(rounding.Work{Roundings: 1}, (math.Abs(slope)+e)*v.Magnitude(i), math.Abs(slope*v.Value[i]))
	}
	return bound
}
