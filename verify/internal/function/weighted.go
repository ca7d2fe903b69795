package function

import (
	"github.com/backpropgen/backpropgen/verify/internal/linear"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
	"gonum.org/v1/gonum/mat"
)

// WeightedCost is w·C(ŷ, y), the cost of a sample of weight w. A kernel multiplies the loss and every element of the
// gradient by w, with a rounding each.
func WeightedCost(c Cost, w float64) Cost { return weightedCost{c, w} }

// WeightedFused is the closed form of an activation and w·C.
func WeightedFused(f Fused, w float64) Fused { return weightedFused{f, w} }

type weightedCost struct {
	of     Cost
	weight float64
}

func (c weightedCost) Value(a, y *mat.VecDense) float64 { return c.weight * c.of.Value(a, y) }

func (c weightedCost) Gradient(a, y *mat.VecDense) *mat.VecDense {
	g := c.of.Gradient(a, y)
	g.ScaleVec(c.weight, g)
	return g
}

func (c weightedCost) ValueBound(r rounding.Pair, a rounding.Estimate, y *mat.VecDense) float64 {
	return weighed(r, c.weight, c.of.Value(linear.Vector(a.Value), y), c.of.ValueBound(r, a, y))
}

func (c weightedCost) GradientBound(r rounding.Pair, a rounding.Estimate, y *mat.VecDense) []float64 {
	return allWeighed(r, c.weight, c.of.Gradient(linear.Vector(a.Value), y), c.of.GradientBound(r, a, y))
}

func (c weightedCost) Curvature(a, y *mat.VecDense) *mat.VecDense {
	v := c.of.Curvature(a, y)
	v.ScaleVec(c.weight, v)
	return v
}

func (c weightedCost) CurvatureBound(r rounding.Pair, a rounding.Estimate, y *mat.VecDense) []float64 {
	return allWeighed(r, c.weight, c.of.Curvature(linear.Vector(a.Value), y), c.of.CurvatureBound(r, a, y))
}

type weightedFused struct {
	of     Fused
	weight float64
}

func (f weightedFused) Loss(z, y *mat.VecDense) float64 { return f.weight * f.of.Loss(z, y) }

func (f weightedFused) Delta(z, y *mat.VecDense) *mat.VecDense {
	d := f.of.Delta(z, y)
	d.ScaleVec(f.weight, d)
	return d
}

func (f weightedFused) LossBound(r rounding.Pair, z rounding.Estimate, y *mat.VecDense) float64 {
	return weighed(r, f.weight, f.of.Loss(linear.Vector(z.Value), y), f.of.LossBound(r, z, y))
}

func (f weightedFused) DeltaBound(r rounding.Pair, z, a rounding.Estimate, y *mat.VecDense) []float64 {
	return allWeighed(r, f.weight, f.of.Delta(linear.Vector(z.Value), y), f.of.DeltaBound(r, z, a, y))
}

func (f weightedFused) DeltaSlope(y *mat.VecDense) *mat.VecDense {
	v := f.of.DeltaSlope(y)
	v.ScaleVec(f.weight, v)
	return v
}

// weighed bounds the error of w·v where that of v is at most bound.
func weighed(r rounding.Pair, w, v, bound float64) float64 {
	return r.Times(rounding.Given(w), rounding.Number{Value: v, Bound: bound}).Bound
}

func allWeighed(r rounding.Pair, w float64, v *mat.VecDense, bounds []float64) []float64 {
	out := make([]float64, len(bounds))
	for i, b := range bounds {
		out[i] = weighed(r, w, v.AtVec(i), b)
	}
	return out
}
