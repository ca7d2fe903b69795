package trial

import (
	"math"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/linear"
	"github.com/backpropgen/backpropgen/verify/internal/reference"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
)

// Expectation is what a kernel must compute on a sample, and how far off it may be. Parameters are flat.
type Expectation struct {
	Loss, LossBound     float64
	Output, OutputBound []float64
	Grad, GradBound     []float64
	Step, StepBound     []float64
	X, XBound           []float64
	// Between is what fields of the workspace hold.
	Between reference.Intermediates
}

// Expect is what a kernel must compute on a sample.
func Expect(n spec.Network, s Sample) (*Expectation, error) {
	network, err := reference.New(n, s.Params)
	if err != nil {
		return nil, err
	}
	t := network.Algorithm4(s.X, s.Y)
	format, err := rounding.FormatOf(n.Precision)
	if err != nil {
		return nil, err
	}
	bounds, between := network.Estimates(t, rounding.PairOf(format))
	// The trace has what the bounds are computed from. The numbers are those of the algorithm for the cache mode,
	// whose own rounding the bounds include, since it does the same operations.
	g := &t.Gradient
	if n.Cache == spec.CachePre || n.Cache == spec.CachePost {
		g = network.Reference(n.Cache, s.X, s.Y)
	}
	e := &Expectation{
		Loss: g.Loss, LossBound: bounds.Loss,
		Output: linear.Elements(g.Output), OutputBound: linear.Elements(bounds.Output),
		Grad: g.Flat(), GradBound: bounds.Flat(),
		X: linear.Elements(g.X), XBound: linear.Elements(bounds.X),
		Between: between,
	}
	if e.Step, e.StepBound, err = network.Step(t, bounds, n.Precision, s.Rate); err != nil {
		return nil, err
	}
	if s.finite() {
		e.overflowed()
	}
	return e, nil
}

// overflowed takes the bound from numbers that the reference itself cannot represent: with finite parameters and inputs
// a NaN is the difference of two overflows, which a kernel need not meet in the same places.
func (e *Expectation) overflowed() {
	drop := func(v, bound *float64) {
		if math.IsNaN(*v) {
			*v, *bound = 0, math.Inf(1)
		}
	}
	drop(&e.Loss, &e.LossBound)
	for _, c := range [][2][]float64{
		{e.Output, e.OutputBound}, {e.Grad, e.GradBound}, {e.Step, e.StepBound}, {e.X, e.XBound},
	} {
		for i := range c[0] {
			drop(&c[0][i], &c[1][i])
		}
	}
	for _, layers := range [][]rounding.Estimate{e.Between.Z, e.Between.A, e.Between.D} {
		for _, v := range layers {
			for i := range v.Value {
				drop(&v.Value[i], &v.Bound[i])
			}
		}
	}
}

// ExpectBatch is Expect for a batch, outputs and gradients of inputs a sample a row: by the algorithm
// of batches that keeps what the cache mode keeps.
func ExpectBatch(n spec.Network, b Batch) (*Expectation, error) {
	network, err := reference.New(n, b.Params)
	if err != nil {
		return nil, err
	}
	format, err := rounding.FormatOf(n.Precision)
	if err != nil {
		return nil, err
	}
	x, y := b.matrices(n)
	r := rounding.PairOf(format)
	g, estimate := network.BatchReference(n.Cache, x, y), network.BatchEstimate(x, y, r)
	return batchExpectation(network, g, estimate, b, r), nil
}

// batchExpectation is that of a batch for which the reference has computed g.
func batchExpectation(
	n *reference.Network, g *reference.BatchGradient, estimate reference.BatchEstimate, b Batch, r rounding.Pair,
) *Expectation {
	e := &Expectation{
		Loss: g.Loss, LossBound: estimate.Bounds.Loss,
		Output: g.Output.RawMatrix().Data, OutputBound: estimate.Bounds.Output.RawMatrix().Data,
		Grad: g.Flat(), GradBound: estimate.Bounds.Flat(),
		X: g.X.RawMatrix().Data, XBound: estimate.Bounds.X.RawMatrix().Data,
	}
	e.Step, e.StepBound = n.BatchStep(g, estimate, r, b.Rate, b.Count)
	if AllFinite(b.Params, b.Xs, b.Ys) {
		e.overflowed()
	}
	return e
}
