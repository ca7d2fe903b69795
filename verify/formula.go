package verify

import (
	"fmt"
	"math"

	"github.com/backpropgen/backpropgen/spec/formula"
	"gonum.org/v1/gonum/mat"
)

// formulaActivation returns the pointwise activation that a formula in z says.
func formulaActivation(text string) (formulaUnits, error) {
	n, err := formula.Parse(text, "z")
	if err != nil {
		return formulaUnits{}, fmt.Errorf("formula %q: %w", text, err)
	}
	e, err := newExpression(n, "z", "")
	if err != nil {
		return formulaUnits{}, err
	}
	return formulaUnits{e}, nil
}

// formulaCost returns the cost whose term is a formula in a and y, summed over the outputs.
func formulaCost(text string) (formulaTerms, error) {
	n, err := formula.Parse(text, "a", "y")
	if err != nil {
		return formulaTerms{}, fmt.Errorf("formula %q: %w", text, err)
	}
	e, err := newExpression(n, "a", "y")
	if err != nil {
		return formulaTerms{}, err
	}
	return formulaTerms{e}, nil
}

// formulaUnits is an activation that maps every unit by the same formula in z.
type formulaUnits struct{ of *expression }

func (f formulaUnits) value(z *mat.VecDense) *mat.VecDense {
	a := mat.NewVecDense(z.Len(), nil)
	for i := range z.Len() {
		v, _ := f.of.evaluate(z.AtVec(i), 0)
		a.SetVec(i, v)
	}
	return a
}

func (f formulaUnits) jacobian(z *mat.VecDense) *mat.Dense {
	n := z.Len()
	jac := mat.NewDense(n, n, nil)
	for i := range n {
		_, slope := f.of.evaluate(z.AtVec(i), 0)
		jac.Set(i, i, slope)
	}
	return jac
}

func (f formulaUnits) valueBound(r rounding, z estimate, a []float64) []float64 {
	bound := make([]float64, len(a))
	for i := range bound {
		k := newAnalysis(r.kernel, z.value[i], z.bound[i], 0)
		bound[i] = k.valueBound(f.of, a[i])
	}
	return bound
}

// pullbackBound is the product rule on σ'(z) ⊙ v. Where σ' may be infinite so may the product, even with a 0.
func (f formulaUnits) pullbackBound(r rounding, z, _, v estimate) []float64 {
	bound := make([]float64, len(v.value))
	lost := false
	for i := range bound {
		_, slope := f.of.evaluate(z.value[i], 0)
		k := newAnalysis(r.kernel, z.value[i], z.bound[i], 0)
		e := k.slopeBound(f.of, slope)
		// Factors of σ' may be multiplied by v one after the other.
		bound[i] = product(slope, e, v.value[i], v.bound[i]) +
			r.local(work{roundings: 2}, (math.Abs(slope)+e)*v.magnitude(i), math.Abs(slope*v.value[i]))
		lost = lost || !(math.Abs(v.value[i]) <= math.MaxFloat64)
	}
	if lost {
		// The reference multiplies by a matrix, whose zeros make NaN of an infinity elsewhere in the layer.
		for i := range bound {
			bound[i] = math.Inf(1)
		}
	}
	return bound
}

// formulaTerms is a cost that adds up a formula in a and y over the outputs.
type formulaTerms struct{ of *expression }

func (f formulaTerms) value(a, y *mat.VecDense) float64 {
	sum := 0.0
	for i := range a.Len() {
		v, _ := f.of.evaluate(a.AtVec(i), y.AtVec(i))
		sum += v
	}
	return sum
}

func (f formulaTerms) gradient(a, y *mat.VecDense) *mat.VecDense {
	g := mat.NewVecDense(a.Len(), nil)
	for i := range a.Len() {
		_, slope := f.of.evaluate(a.AtVec(i), y.AtVec(i))
		g.SetVec(i, slope)
	}
	return g
}

// valueBound is the error of each term, and a sum of n terms in any order.
func (f formulaTerms) valueBound(r rounding, a estimate, y *mat.VecDense) float64 {
	n := float64(len(a.value))
	var bound, kernel, reference float64
	for i := range a.value {
		value, _ := f.of.evaluate(a.value[i], y.AtVec(i))
		k := newAnalysis(r.kernel, a.value[i], a.bound[i], y.AtVec(i))
		e := k.valueBound(f.of, value)
		bound += e
		kernel += math.Abs(value) + e
		reference += math.Abs(value)
	}
	return up(bound, n) + r.local(work{roundings: n}, up(kernel, 2*n), up(reference, n))
}

func (f formulaTerms) gradientBound(r rounding, a estimate, y *mat.VecDense) []float64 {
	bound := make([]float64, len(a.value))
	for i := range bound {
		_, slope := f.of.evaluate(a.value[i], y.AtVec(i))
		k := newAnalysis(r.kernel, a.value[i], a.bound[i], y.AtVec(i))
		bound[i] = k.slopeBound(f.of, slope)
	}
	return bound
}
