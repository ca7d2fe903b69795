// Package formula is the reference of formulas that users write: an activation in z, or a cost in a and y. A formula is
// evaluated with its derivative, and followed through a kernel's arithmetic: an enclosure says of every part where the
// real number lies for all arguments that the kernel may have, where the kernel's lies, and how far the two are apart.
// Generators write formulas in many ways; where two of them differ in what they lose, the enclosure holds both.
package formula

import (
	"fmt"
	"math"

	"github.com/backpropgen/backpropgen/spec/formula"
	"github.com/backpropgen/backpropgen/verify/internal/linear"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
	"gonum.org/v1/gonum/mat"
)

// Activation returns the pointwise activation that a formula in z says.
func Activation(text string) (Units, error) {
	n, err := formula.Parse(text, "z")
	if err != nil {
		return Units{}, fmt.Errorf("formula %q: %w", text, err)
	}
	e, err := newExpression(n, "z", "")
	if err != nil {
		return Units{}, err
	}
	return Units{e, e.derivative()}, nil
}

// Cost returns the cost whose term is a formula in a and y, summed over the outputs.
func Cost(text string) (terms, error) {
	n, err := formula.Parse(text, "a", "y")
	if err != nil {
		return terms{}, fmt.Errorf("formula %q: %w", text, err)
	}
	e, err := newExpression(n, "a", "y")
	if err != nil {
		return terms{}, err
	}
	return terms{e, e.derivative()}, nil
}

// Units is an activation that maps every unit by the same formula in z.
type Units struct{ of, slope *expression }

func (f Units) Value(z *mat.VecDense) *mat.VecDense {
	a := mat.NewVecDense(z.Len(), nil)
	for i := range z.Len() {
		v, _ := f.of.evaluate(z.AtVec(i), 0)
		a.SetVec(i, v)
	}
	return a
}

func (f Units) Jacobian(z *mat.VecDense) mat.Matrix {
	slopes := make([]float64, z.Len())
	for i := range slopes {
		_, slopes[i] = f.of.evaluate(z.AtVec(i), 0)
	}
	return linear.Diagonal(slopes)
}

func (f Units) ValueBound(r rounding.Pair, z rounding.Estimate, a []float64) []float64 {
	bound := make([]float64, len(a))
	for i := range bound {
		k := newAnalysis(r.Kernel, z.Value[i], z.Bound[i], 0)
		bound[i] = k.valueBound(f.of, a[i])
	}
	return bound
}

// PullbackBound is the product rule on σ'(z) ⊙ v. Where σ' may be infinite so may the product, even with a 0.
func (f Units) PullbackBound(r rounding.Pair, z, _, v rounding.Estimate) []float64 {
	bound := make([]float64, len(v.Value))
	for i := range bound {
		_, slope := f.of.evaluate(z.Value[i], 0)
		k := newAnalysis(r.Kernel, z.Value[i], z.Bound[i], 0)
		e := k.slopeBound(f.of, slope)
		// Factors of σ' may be multiplied by v one after the other.
		bound[i] = rounding.Product(slope, e, v.Value[i], v.Bound[i]) +
			r.Local(rounding.Work{Roundings: 2}, (math.Abs(slope)+e)*v.Magnitude(i), math.Abs(slope*v.Value[i]))
		if !(math.Abs(v.Value[i]) <= math.MaxFloat64) {
			bound[i] = math.Inf(1)
		}
	}
	return bound
}

// TangentBound is that of a pullback: the matrix is diagonal.
func (f Units) TangentBound(r rounding.Pair, z, a, t rounding.Estimate) []float64 {
	return f.PullbackBound(r, z, a, t)
}

func (f Units) Curvature(z, t *mat.VecDense) mat.Matrix {
	bends := make([]float64, z.Len())
	for i := range bends {
		bends[i] = product(f.of.jet(z.AtVec(i), 0).dd, t.AtVec(i))
	}
	return linear.Diagonal(bends)
}

// SecondPullbackBound is the product rule on σ'(z) ⊙ v̇ + σ″(z) ⊙ ż ⊙ v.
func (f Units) SecondPullbackBound(r rounding.Pair, s rounding.Second) []float64 {
	lost := make([]bool, len(s.Z.Value)) // by an infinity
	bound := s.Diagonal(r, func(i int) (slope, eSlope, bend, eBend float64) {
		j := f.of.jet(s.Z.Value[i], 0)
		k := newAnalysis(r.Kernel, s.Z.Value[i], s.Z.Bound[i], 0)
		for _, v := range []float64{j.dd, s.V.Value[i], s.DotV.Value[i], s.DotZ.Value[i]} {
			lost[i] = lost[i] || !(math.Abs(v) <= math.MaxFloat64)
		}
		return j.d, k.slopeBound(f.of, j.d), j.dd, k.bendBound(f.slope, j.dd)
	})
	for i := range bound {
		if lost[i] {
			bound[i] = math.Inf(1)
		}
	}
	return bound
}

// terms is a cost that adds up a formula in a and y over the outputs.
type terms struct{ of, slope *expression }

func (f terms) Value(a, y *mat.VecDense) float64 {
	sum := 0.0
	for i := range a.Len() {
		v, _ := f.of.evaluate(a.AtVec(i), y.AtVec(i))
		sum += v
	}
	return sum
}

func (f terms) Gradient(a, y *mat.VecDense) *mat.VecDense {
	g := mat.NewVecDense(a.Len(), nil)
	for i := range a.Len() {
		_, slope := f.of.evaluate(a.AtVec(i), y.AtVec(i))
		g.SetVec(i, slope)
	}
	return g
}

// ValueBound is the error of each term, and a sum of n terms in any order.
func (f terms) ValueBound(r rounding.Pair, a rounding.Estimate, y *mat.VecDense) float64 {
	n := float64(len(a.Value))
	var bound, kernel, reference float64
	for i := range a.Value {
		value, _ := f.of.evaluate(a.Value[i], y.AtVec(i))
		k := newAnalysis(r.Kernel, a.Value[i], a.Bound[i], y.AtVec(i))
		e := k.valueBound(f.of, value)
		bound += e
		kernel += math.Abs(value) + e
		reference += math.Abs(value)
	}
	return rounding.Up(bound, n) + r.Local(rounding.Work{Roundings: n}, rounding.Up(kernel, 2*n),
		rounding.Up(reference, n))
}

func (f terms) GradientBound(r rounding.Pair, a rounding.Estimate, y *mat.VecDense) []float64 {
	bound := make([]float64, len(a.Value))
	for i := range bound {
		_, slope := f.of.evaluate(a.Value[i], y.AtVec(i))
		k := newAnalysis(r.Kernel, a.Value[i], a.Bound[i], y.AtVec(i))
		bound[i] = k.slopeBound(f.of, slope)
	}
	return bound
}

func (f terms) Curvature(a, y *mat.VecDense) *mat.VecDense {
	c := mat.NewVecDense(a.Len(), nil)
	for i := range a.Len() {
		c.SetVec(i, f.of.jet(a.AtVec(i), y.AtVec(i)).dd)
	}
	return c
}

func (f terms) CurvatureBound(r rounding.Pair, a rounding.Estimate, y *mat.VecDense) []float64 {
	bound := make([]float64, len(a.Value))
	for i := range bound {
		k := newAnalysis(r.Kernel, a.Value[i], a.Bound[i], y.AtVec(i))
		bound[i] = k.bendBound(f.slope, f.of.jet(a.Value[i], y.AtVec(i)).dd)
	}
	return bound
}
