package function

import (
	"github.com/backpropgen/backpropgen/verify/internal/linear"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
	"gonum.org/v1/gonum/mat"
)

// slope is σ' of unit i, and how far a kernel's may be off, from z or from a, whichever is worse.
func (p pointwise) slope(r rounding.Pair, z, a rounding.Estimate, i int) (slope, bound float64) {
	slope = p.derivative.At(z.Value[i])
	bound = p.derivative.Bound(r, z.Value[i], z.Bound[i], slope)
	if p.fromPost.At != nil {
		bound = max(bound, p.fromPost.Bound(r, a.Value[i], a.Bound[i], slope))
	}
	return slope, bound
}

// bend is σ″ of unit i likewise.
func (p pointwise) bend(r rounding.Pair, z, a rounding.Estimate, i int) (bend, bound float64) {
	if p.second.At == nil {
		return 0, 0
	}
	bend = p.second.At(z.Value[i])
	bound = p.second.Bound(r, z.Value[i], z.Bound[i], bend)
	if p.secondFromPost.At != nil {
		bound = max(bound, p.secondFromPost.Bound(r, a.Value[i], a.Bound[i], bend))
	}
	return bend, bound
}

// TangentBound is that of a pullback: the matrix is diagonal.
func (p pointwise) TangentBound(r rounding.Pair, z, a, t rounding.Estimate) []float64 {
	return p.PullbackBound(r, z, a, t)
}

// Curvature is the diagonal matrix of σ″(z) ⊙ t.
func (p pointwise) Curvature(z, t *mat.VecDense) mat.Matrix {
	bends := make([]float64, z.Len())
	for i := range bends {
		if p.second.At != nil {
			bends[i] = p.second.At(z.AtVec(i)) * t.AtVec(i)
		}
	}
	return linear.Diagonal(bends)
}

// SecondPullbackBound is the product rule on σ'(z) ⊙ v̇ + σ″(z) ⊙ ż ⊙ v.
func (p pointwise) SecondPullbackBound(r rounding.Pair, s rounding.Second) []float64 {
	return s.Diagonal(r, func(i int) (slope, eSlope, bend, eBend float64) {
		slope, eSlope = p.slope(r, s.Z, s.A, i)
		bend, eBend = p.bend(r, s.Z, s.A, i)
		return slope, eSlope, bend, eBend
	})
}
