package verify

import "github.com/backpropgen/backpropgen/spec"

// expectation is what a kernel must compute on a sample, and how far off it may be. Parameters are flat.
type expectation struct {
	loss, lossBound     float64
	output, outputBound []float64
	grad, gradBound     []float64
	step, stepBound     []float64
	x, xBound           []float64
}

func newExpectation(n spec.Network, s sample) (*expectation, error) {
	reference, err := NewNetwork(n, s.params)
	if err != nil {
		return nil, err
	}
	t := reference.Algorithm4(s.x, s.y)
	bounds, err := reference.Bounds(t, n.Precision)
	if err != nil {
		return nil, err
	}
	e := &expectation{
		loss: t.Loss, lossBound: bounds.Loss,
		output: elements(t.Output), outputBound: elements(bounds.Output),
		grad: t.Flat(), gradBound: bounds.Flat(),
		x: elements(t.X), xBound: elements(bounds.X),
	}
	e.step, e.stepBound, err = reference.Step(t, bounds, n.Precision, s.rate)
	return e, err
}
