package verify

import (
	"fmt"
	"math"

	"github.com/backpropgen/backpropgen/spec"
	"gonum.org/v1/gonum/mat"
)

// probabilityFloor is the smallest normal float32. Logarithms take a probability below it for this one,
// log = -87.3 in either precision, so that no loss is infinite; the gradient there is 0, as of any
// constant.
const probabilityFloor = 0x1p-126

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
		return formulaCost(f.Expr)
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

// costTable has the costs.
var costTable = []termCost{
	{name: "mse", mean: true, term: square, slope: squareSlope},
	{name: "squared-error", term: square, slope: squareSlope},
	{name: "cross-entropy", term: crossEntropy, slope: crossEntropySlope},
	{name: "binary-cross-entropy", term: binaryCrossEntropy, slope: binaryCrossEntropySlope},
}

// square is (a - y)².
func square(y float64) curve {
	return curve{
		at:     func(a float64) float64 { return (a - y) * (a - y) },
		breaks: []float64{y}, work: work{roundings: 3}, // the difference counts twice
	}
}

func squareSlope(y float64) curve {
	return curve{at: func(a float64) float64 { return 2 * (a - y) }, work: work{roundings: 2}}
}

// crossEntropy is -y log max(a, 2^-126).
func crossEntropy(y float64) curve {
	return curve{
		at:     func(a float64) float64 { return -y * logFloored(a) },
		breaks: []float64{probabilityFloor}, work: work{elementary: 1, roundings: 1},
	}
}

func crossEntropySlope(y float64) curve {
	return curve{
		at:     func(a float64) float64 { return -y * reciprocalFloored(a) },
		breaks: []float64{probabilityFloor}, work: work{roundings: 2},
	}
}

// binaryCrossEntropy is -(y log max(a, 2^-126) + (1 - y) log max(1 - a, 2^-126)), stationary at a = y.
func binaryCrossEntropy(y float64) curve {
	return curve{
		at:     func(a float64) float64 { return -(y*logFloored(a) + (1-y)*logFloored(1-a)) },
		breaks: []float64{probabilityFloor, y, 1 - probabilityFloor},
		work:   work{elementary: 1, roundings: 3},
		magnitude: func(a float64) float64 {
			// The 1 is the argument of log(1 - a), rounded: it shifts the logarithm absolutely.
			return math.Abs(y*logFloored(a)) + math.Abs(1-y)*(math.Abs(logFloored(1-a))+1)
		},
	}
}

// binaryCrossEntropySlope is -y/a + (1 - y)/(1 - a), increasing between the breaks for y in [0, 1].
func binaryCrossEntropySlope(y float64) curve {
	return curve{
		at: func(a float64) float64 {
			return -y*reciprocalFloored(a) + (1-y)*reciprocalFloored(1-a)
		},
		breaks: []float64{probabilityFloor, 1 - probabilityFloor}, work: work{roundings: 5},
		magnitude: func(a float64) float64 {
			return math.Abs(y)*reciprocalFloored(a) + math.Abs(1-y)*reciprocalFloored(1-a)
		},
	}
}

func logFloored(a float64) float64 { return math.Log(max(a, probabilityFloor)) }

// reciprocalFloored is the derivative of logFloored, at the break that of the constant side.
func reciprocalFloored(a float64) float64 {
	if a <= probabilityFloor {
		return 0
	}
	return 1 / a // also NaN
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
