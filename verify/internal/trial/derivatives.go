package trial

import (
	"math"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/draw"
	"github.com/backpropgen/backpropgen/verify/internal/linear"
	"github.com/backpropgen/backpropgen/verify/internal/reference"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
)

// Direction is what derivatives of trial i are taken along: dx of the input and v of the parameters, numbers of the
// network's precision.
type Direction struct{ X, V []float64 }

// NewDirection draws those of trial i: any numbers, in turn with single elements and whole numbers, and now and then
// nothing but zeros.
func NewDirection(n spec.Network, i int) Direction {
	rng, _ := Random(n, derivativeTrials+uint64(i))
	d := Direction{X: make([]float64, n.Width(0)), V: make([]float64, n.Params())}
	for _, v := range [][]float64{d.X, d.V} {
		switch i % 8 {
		case 3:
			v[rng.IntN(len(v))] = 1
		case 5:
			draw.WholeNumbers(rng, v)
		case 7:
		default:
			draw.Normal(rng, v)
		}
		for k := range v {
			v[k] = rounded(n.Precision, v[k])
		}
	}
	return d
}

// derivativeTrials is where the trials of derivatives begin among the seeds.
const derivativeTrials = 1 << 40

// Derived says which derivatives there are.
type Derived struct{ Jacobian, Tangent, ParameterJacobian, HessianVector bool }

// Derivatives is what a kernel's derivatives must be on a sample, and how far off they may be: matrices row by row, a
// row of ParameterJacobian in the layout of the parameters. What was not asked for is nil.
type Derivatives struct {
	Loss, LossBound                           float64
	Output, OutputBound                       []float64
	Jacobian, JacobianBound                   []float64
	Tangent, TangentBound                     []float64
	ParameterJacobian, ParameterJacobianBound []float64
	HessianVector, HessianVectorBound         []float64
}

// ExpectDerivatives is what the derivatives asked for must be on a sample along a direction.
func ExpectDerivatives(n spec.Network, s Sample, d Direction, asked Derived) (*Derivatives, error) {
	network, err := reference.New(n, s.Params)
	if err != nil {
		return nil, err
	}
	format, err := rounding.FormatOf(n.Precision)
	if err != nil {
		return nil, err
	}
	t, r := network.Algorithm4(s.X, s.Y), rounding.PairOf(format)
	bounds, _ := network.Estimates(t, r)
	e := &Derivatives{
		Loss: t.Loss, LossBound: bounds.Loss,
		Output: linear.Elements(t.Output), OutputBound: linear.Elements(bounds.Output),
	}
	m := network.Linearise(t, r)
	if asked.Jacobian {
		e.Jacobian, e.JacobianBound = m.Jacobian()
	}
	if asked.Tangent {
		e.Tangent, e.TangentBound = m.Tangent(d.X)
	}
	if asked.ParameterJacobian {
		e.ParameterJacobian, e.ParameterJacobianBound = m.ParameterJacobian()
	}
	if asked.HessianVector {
		e.HessianVector, e.HessianVectorBound = m.HessianVector(d.V)
	}
	if s.finite() && AllFinite(d.X, d.V) {
		e.overflowed()
	}
	return e, nil
}

// overflowed takes the bound from what the reference itself cannot represent, as that of Expectation.
func (e *Derivatives) overflowed() {
	if math.IsNaN(e.Loss) {
		e.Loss, e.LossBound = 0, math.Inf(1)
	}
	for _, c := range [][2][]float64{
		{e.Output, e.OutputBound}, {e.Jacobian, e.JacobianBound}, {e.Tangent, e.TangentBound},
		{e.ParameterJacobian, e.ParameterJacobianBound}, {e.HessianVector, e.HessianVectorBound},
	} {
		for i, v := range c[0] {
			if math.IsNaN(v) {
				c[0][i], c[1][i] = 0, math.Inf(1)
			}
		}
	}
}
