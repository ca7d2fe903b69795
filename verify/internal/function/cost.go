package function

import (
	"fmt"
	"math"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/formula"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
	"gonum.org/v1/gonum/mat"
)

// Cost is C(ŷ, y): its value, its gradient with respect to ŷ, and how far a kernel may be off in each.
type Cost interface {
	// Value returns C(a, y).
	Value(a, y *mat.VecDense) float64
	// Gradient returns ∇C(-, y) at a.
	Gradient(a, y *mat.VecDense) *mat.VecDense
	// ValueBound bounds the error of C(a, y).
	ValueBound(r rounding.Pair, a rounding.Estimate, y *mat.VecDense) float64
	// GradientBound bounds the error of ∇C(-, y) at a, element by element.
	GradientBound(r rounding.Pair, a rounding.Estimate, y *mat.VecDense) []float64
}

// CostOf returns the cost that a spec names or writes as a formula.
func CostOf(f spec.Function) (Cost, error) {
	if f.Expr != "" {
		terms, err := formula.Cost(f.Expr)
		if err != nil {
			return nil, err
		}
		return terms, nil
	}
	if f.Name == "huber" {
		return huber(f.Param(spec.CostRole, "delta")), nil
	}
	for _, row := range costTable {
		if row.name == f.Name {
			return row, nil
		}
	}
	return nil, fmt.Errorf("no reference for the cost %q", f.Name)
}

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
}

// costTable has the costs without parameters.
var costTable = []termCost{
	{name: "mse", mean: true, term: square, slope: squareSlope},
	{name: "mae", mean: true, term: distance, slope: distanceSlope},
	{name: "log-cosh", mean: true, term: logCosh, slope: logCoshSlope},
	{name: "squared-error", term: square, slope: squareSlope},
	{name: "half-squared-error", term: halfSquare, slope: halfSquareSlope},
	{name: "cross-entropy", term: crossEntropy, slope: crossEntropySlope},
	{name: "binary-cross-entropy", term: binaryCrossEntropy, slope: binaryCrossEntropySlope},
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
	scale := c.scale(len(a.Value))
	bound := make([]float64, len(a.Value))
	for i := range bound {
		slope := c.slope(y.AtVec(i))
		value := slope.At(a.Value[i])
		e := slope.Bound(r, a.Value[i], a.Bound[i], value)
		size := scale * (math.Abs(value) + e)
		bound[i] = rounding.Up(scale*e, 2) + r.Local(rounding.Work{Roundings: 2}, size, size)
	}
	return bound
}
