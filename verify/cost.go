package verify

import (
	"fmt"
	"math"

	"github.com/backpropgen/backpropgen/spec"
	"gonum.org/v1/gonum/mat"
)

// cost is C(ŷ, y): its value, its gradient with respect to ŷ, and how far a kernel may be off in each.
type cost interface {
	// value returns C(a, y).
	value(a, y *mat.VecDense) float64
	// gradient returns ∇C(-, y) at a.
	gradient(a, y *mat.VecDense) *mat.VecDense
	// valueBound bounds the error of C(a, y).
	valueBound(r rounding, a estimate, y *mat.VecDense) float64
	// gradientBound bounds the error of ∇C(-, y) at a, element by element.
	gradientBound(r rounding, a estimate, y *mat.VecDense) []float64
}

// costOf returns the cost that a spec names or writes as a formula.
func costOf(f spec.Function) (cost, error) {
	if f.Expr != "" {
		terms, err := formulaCost(f.Expr)
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
	term func(y float64) curve
	// slope returns its derivative with respect to a.
	slope func(y float64) curve
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

// value returns C(a, y).
func (c termCost) value(a, y *mat.VecDense) float64 {
	sum := 0.0
	for i := range a.Len() {
		sum += c.term(y.AtVec(i)).at(a.AtVec(i))
	}
	return c.scale(a.Len()) * sum
}

// gradient returns ∇C(-, y) at a.
func (c termCost) gradient(a, y *mat.VecDense) *mat.VecDense {
	g := mat.NewVecDense(a.Len(), nil)
	for i := range a.Len() {
		g.SetVec(i, c.scale(a.Len())*c.slope(y.AtVec(i)).at(a.AtVec(i)))
	}
	return g
}

// valueBound bounds the error of the cost at a: that of each term, and a sum of n terms in any order.
func (c termCost) valueBound(r rounding, a estimate, y *mat.VecDense) float64 {
	n := float64(len(a.value))
	var bound, size float64
	for i := range a.value {
		term := c.term(y.AtVec(i))
		value := term.at(a.value[i])
		e := term.bound(r, a.value[i], a.bound[i], value)
		bound += e
		size += math.Abs(value) + e
	}
	// One more rounding for the division by n, one for 1/n.
	scale := c.scale(len(a.value))
	return up(scale*bound, 2*n) + r.local(work{roundings: n + 2}, up(scale*size, 2*n), up(scale*size, 2*n))
}

// gradientBound bounds the error of ∇C(-, y) at a, element by element.
func (c termCost) gradientBound(r rounding, a estimate, y *mat.VecDense) []float64 {
	scale := c.scale(len(a.value))
	bound := make([]float64, len(a.value))
	for i := range bound {
		slope := c.slope(y.AtVec(i))
		value := slope.at(a.value[i])
		e := slope.bound(r, a.value[i], a.bound[i], value)
		size := scale * (math.Abs(value) + e)
		bound[i] = up(scale*e, 2) + r.local(work{roundings: 2}, size, size)
	}
	return bound
}
