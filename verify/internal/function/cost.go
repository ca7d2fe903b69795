package function

import (
	"fmt"

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
	// Curvature returns ∂²C(-, y)/∂a_i² at a. Every cost adds up terms of single outputs, so that all other second
	// derivatives are 0. At a kink, where the gradient jumps, it is 0, and so it is at the corner of a gradient.
	Curvature(a, y *mat.VecDense) *mat.VecDense
	// CurvatureBound bounds the error of that, element by element.
	CurvatureBound(r rounding.Pair, a rounding.Estimate, y *mat.VecDense) []float64
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

// costTable has the costs without parameters.
var costTable = []termCost{
	{name: "mse", mean: true, term: square, slope: squareSlope, bend: always(2)},
	{name: "mae", mean: true, term: distance, slope: distanceSlope, bend: always(0)},
	{name: "log-cosh", mean: true, term: logCosh, slope: logCoshSlope, bend: logCoshBend},
	{name: "squared-error", term: square, slope: squareSlope, bend: always(2)},
	{name: "half-squared-error", term: halfSquare, slope: halfSquareSlope, bend: always(1)},
	{name: "cross-entropy", term: crossEntropy, slope: crossEntropySlope, bend: crossEntropyBend},
	{
		name: "binary-cross-entropy", term: binaryCrossEntropy, slope: binaryCrossEntropySlope,
		bend: binaryCrossEntropyBend,
	},
}
