package verify

import "github.com/backpropgen/backpropgen/spec"

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
	g := reference.Reference(n.Cache, s.x, s.y)
	e := &expectation{
		loss: g.Loss, lossBound: bounds.Loss,
		output: elements(g.Output), outputBound: elements(bounds.Output),
		grad: g.Flat(), gradBound: bounds.Flat(),
		x: elements(g.X), xBound: elements(bounds.X),
		between: between,
	}
	e.step, e.stepBound, err = reference.Step(t, bounds, n.Precision, s.rate)
	return e, err
}
