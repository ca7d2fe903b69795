package verify

import (
	"math"

	"github.com/backpropgen/backpropgen/spec"
)

// expectation is what a kernel must compute on a sample, and how far off it may be. Parameters are flat.
type expectation struct {
	loss, lossBound     float64
	output, outputBound []float64
	grad, gradBound     []float64
	step, stepBound     []float64
	x, xBound           []float64
	// between is what fields of the workspace hold.
	between intermediates
}

func newExpectation(n spec.Network, s sample) (*expectation, error) {
	reference, err := NewNetwork(n, s.params)
	if err != nil {
		return nil, err
	}
	t := reference.Algorithm4(s.x, s.y)
	format, err := arithmeticOf(n.Precision)
	if err != nil {
		return nil, err
	}
	bounds, between := reference.estimates(t, newRounding(format))
	// The trace has what the bounds are computed from. The numbers are those of the algorithm for the cache mode,
	// whose own rounding the bounds include, since it does the same operations.
	g := &t.Gradient
	if n.Cache == spec.CachePre || n.Cache == spec.CachePost {
		g = reference.Reference(n.Cache, s.x, s.y)
	}
	e := &expectation{
		loss: g.Loss, lossBound: bounds.Loss,
		output: elements(g.Output), outputBound: elements(bounds.Output),
		grad: g.Flat(), gradBound: bounds.Flat(),
		x: elements(g.X), xBound: elements(bounds.X),
		between: between,
	}
	if e.step, e.stepBound, err = reference.Step(t, bounds, n.Precision, s.rate); err != nil {
		return nil, err
	}
	if s.finite() {
		e.overflowed()
	}
	return e, nil
}

// overflowed takes the bound from numbers that the reference itself cannot represent: with finite parameters and inputs
// a NaN is the difference of two overflows, which a kernel need not meet in the same places.
func (e *expectation) overflowed() {
	drop := func(v, bound *float64) {
		if math.IsNaN(*v) {
			*v, *bound = 0, math.Inf(1)
		}
	}
	drop(&e.loss, &e.lossBound)
	for _, c := range [][2][]float64{
		{e.output, e.outputBound}, {e.grad, e.gradBound}, {e.step, e.stepBound}, {e.x, e.xBound},
	} {
		for i := range c[0] {
			drop(&c[0][i], &c[1][i])
		}
	}
	for _, layers := range [][]estimate{e.between.z, e.between.a, e.between.d} {
		for _, v := range layers {
			for i := range v.value {
				drop(&v.value[i], &v.bound[i])
			}
		}
	}
}

// newBatchExpectation is newExpectation for a batch, outputs and gradients of inputs a sample a row: by the algorithm
// of batches that keeps what the cache mode keeps.
func newBatchExpectation(n spec.Network, b batch) (*expectation, error) {
	reference, err := NewNetwork(n, b.params)
	if err != nil {
		return nil, err
	}
	format, err := arithmeticOf(n.Precision)
	if err != nil {
		return nil, err
	}
	x, y := b.matrices(n)
	r := newRounding(format)
	g, estimate := reference.BatchReference(n.Cache, x, y), reference.batchEstimate(x, y, r)
	return batchExpectation(reference, g, estimate, b, r), nil
}

// batchExpectation is that of a batch for which the reference has computed g.
func batchExpectation(n *Network, g *BatchGradient, estimate batchEstimate, b batch, r rounding) *expectation {
	e := &expectation{
		loss: g.Loss, lossBound: estimate.bounds.Loss,
		output: g.Output.RawMatrix().Data, outputBound: estimate.bounds.Output.RawMatrix().Data,
		grad: g.Flat(), gradBound: estimate.bounds.Flat(),
		x: g.X.RawMatrix().Data, xBound: estimate.bounds.X.RawMatrix().Data,
	}
	e.step, e.stepBound = n.batchStep(g, estimate, r, b.rate, b.count)
	if allFinite(b.params, b.xs, b.ys) {
		e.overflowed()
	}
	return e
}
