package function

import (
	"math"

	"github.com/backpropgen/backpropgen/verify/internal/rounding"
	"gonum.org/v1/gonum/mat"
)

// termCost is a sum or mean over the outputs of one scalar term. A row of costTable is all that a new
// one takes.
type termCost struct {
	name string
	// mean divides the sum, and with it the gradient, by the number of outputs.
	mean bool
	// term returns the term of one output as a function of a, for the target y.
	term func(y float64) rounding.Curve
	// slope returns its derivative with respect to a.
	slope func(y float64) rounding.Curve
	// bend returns the derivative of that.
	bend func(y float64) rounding.Curve
}

// scale is the factor on the sum of the terms.
func (c termCost) scale(outputs int) float64 {
	if c.mean {
		return 1 / float64(outputs)
	}
	return 1
}

// Value returns C(a, y).
func (c termCost) Value(a, y *mat.VecDense) float64 {
	sum := 0.0
	for i := range a.Len() {
		sum += c.term(y.AtVec(i)).At(a.AtVec(i))
	}
	return c.scale(a.Len()) * sum
}

// Gradient returns ∇C(-, y) at a.
func (c termCost) Gradient(a, y *mat.VecDense) *mat.VecDense {
	g := mat.NewVecDense(a.Len(), nil)
	for i := range a.Len() {
		g.SetVec(i, c.scale(a.Len())*c.slope(y.AtVec(i)).At(a.AtVec(i)))
	}
	return g
}

// ValueBound bounds the error of the cost at a: that of each term, and a sum of n terms in any order.
func (c termCost) ValueBound(r rounding.Pair, a rounding.Estimate, y *mat.VecDense) float64 {
	n := float64(len(a.Value))
	var bound, size float64
	for i := range a.Value {
		term := c.term(y.AtVec(i))
		value := term.At(a.Value[i])
		e := term.Bound(r, a.Value[i], a.Bound[i], value)
		bound += e
		size += math.Abs(value) + e
	}
	// One more rounding for the division by n, one for 1/n.
	scale := c.scale(len(a.Value))
	return rounding.Up(scale*bound, 2*n) + r.Local(rounding.Work{Roundings: n + 2}, rounding.Up(scale*size, 2*n),
		rounding.Up(scale*size, 2*n))
}

// GradientBound bounds the error of ∇C(-, y) at a, element by element.
func (c termCost) GradientBound(r rounding.Pair, a rounding.Estimate, y *mat.VecDense) []float64 {
	return c.elementBounds(r, a, y, c.slope)
}

// Curvature returns ∂²C(-, y)/∂a_i² at a.
func (c termCost) Curvature(a, y *mat.VecDense) *mat.VecDense {
	return termCost{mean: c.mean, slope: c.bend}.Gradient(a, y)
}

// CurvatureBound bounds the error of that, element by element.
func (c termCost) CurvatureBound(r rounding.Pair, a rounding.Estimate, y *mat.VecDense) []float64 {
	return c.elementBounds(r, a, y, c.bend)
}

// elementBounds bounds the errors of one curve for each output, times the factor on the sum.
func (c termCost) elementBounds(
	r rounding.Pair, a rounding.Estimate, y *mat.VecDense, of func(y float64) rounding.Curve,
) []float64 {
	scale := c.scale(len(a.Value))
	bound := make([]float64, len(a.Value))
	for i := range bound {
		slope := of(y.AtVec(i))
		value := slope.At(a.Value[i])
		e := slope.Bound(r, a.Value[i], a.Bound[i], value)
		size := scale * (math.Abs(value) + e)
		bound[i] = rounding.Up(scale*e, 2) + r.Local(rounding.Work{Roundings: 2}, size, size)
	}
	return bound
}
