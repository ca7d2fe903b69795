package leastsquares_test

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/leastsquares"
)

// TestRefused: what cannot be fitted is refused with what to do, and the network is left as it was.
func TestRefused(t *testing.T) {
	xs, ys := split(misraData)
	spoilt := func(v float64, of [][1]float64) [][1]float64 {
		list := append([][1]float64{}, of...)
		list[3][0] = v
		return list
	}
	start := misra{250, 0.0005}
	for _, c := range []struct {
		says   string
		xs, ys [][1]float64
		start  misra
		o      leastsquares.Options
	}{
		{"14 inputs and 13 targets", xs, ys[1:], start, leastsquares.Options{}},
		{"there are no samples", nil, nil, start, leastsquares.Options{}},
		{"2 parameters and only 1 residual", xs[:1], ys[:1], start, leastsquares.Options{}},
		{"input 0 of sample 3 is NaN", spoilt(math.NaN(), xs), ys, start, leastsquares.Options{}},
		{"target 0 of sample 3 is NaN or infinite", xs, spoilt(math.Inf(1), ys), start, leastsquares.Options{}},
		{"parameter 1 of the network is NaN", xs, ys, misra{1, math.NaN()}, leastsquares.Options{}},
		{"3 weights for 14 samples", xs, ys, start, leastsquares.Options{Weights: make([]float64, 3)}},
		{"all weights are 0", xs, ys, start, leastsquares.Options{Weights: make([]float64, 14)}},
		{"Weights[0] is -1", xs, ys, start,
			leastsquares.Options{Weights: append(make([]float64, 0, 14), -1, 1, 1, 1, 1, 1,
				1, 1, 1, 1, 1, 1, 1, 1)}},
		{"Iterations is -1", xs, ys, start, leastsquares.Options{Iterations: -1}},
		{"Workers is -2", xs, ys, start, leastsquares.Options{Workers: -2}},
		{"StepLimit is NaN", xs, ys, start, leastsquares.Options{StepLimit: math.NaN()}},
		{"1 StepLimit for 2 parameters", xs, ys, start, leastsquares.Options{StepLimits: []float64{1}}},
		{"StepLimits[1] is -1", xs, ys, start, leastsquares.Options{StepLimits: []float64{1, -1}}},
		{"LossTolerance is 2", xs, ys, start, leastsquares.Options{LossTolerance: 2}},
		{"Method is 7", xs, ys, start, leastsquares.Options{Method: 7}},
		{"Solver is 9", xs, ys, start, leastsquares.Options{Solver: 9}},
		{"does not come from a fit of this network", xs, ys, start,
			leastsquares.Options{Start: leastsquares.State{Scale: make([]float64, 3)}}},
		{"the loss of output 0 of sample 0 is NaN or infinite", xs, ys, misra{1e308, -1e308}, leastsquares.Options{}},
		{"must be positive", xs, ys, start, leastsquares.Options{Cost: leastsquares.Custom("none",
			func(a, y float64) (float64, float64, float64) { return a, 1, 0 })}},
		{"is singular", xs, ys, misra{5, 0}, leastsquares.Options{Method: leastsquares.GaussNewton}},
	} {
		net := c.start
		_, err := leastsquares.New(&net).Fit(context.Background(), c.xs, c.ys, c.o)
		if err == nil || !strings.Contains(err.Error(), c.says) || !strings.HasPrefix(err.Error(), "leastsquares: ") {
			t.Errorf("said %v, want %q", err, c.says)
		}
		if net[0] != c.start[0] {
			t.Errorf("%s: the network is %v, it was %v", c.says, net, c.start)
		}
	}
	net := misra{0, 0}
	f := leastsquares.New(&net)
	if _, err := f.Uncertainty(context.Background(), xs, ys, leastsquares.Options{}); err == nil ||
		!strings.Contains(err.Error(), "do not determine parameter") {
		t.Errorf("the covariance of a singular fit: %v", err)
	}
	if _, err := f.Uncertainty(context.Background(), xs[:2], ys[:2], leastsquares.Options{}); err == nil ||
		!strings.Contains(err.Error(), "no degree of freedom") {
		t.Errorf("the covariance of as many residuals as parameters: %v", err)
	}
	// Damping can do with fewer residuals than parameters, where that is allowed.
	net = start
	r, err := leastsquares.New(&net).Fit(context.Background(), xs[:1], ys[:1],
		leastsquares.Options{Underdetermined: true})
	if err != nil || r.Loss > 1e-10 {
		t.Errorf("one sample for two parameters: loss %v, %v", r.Loss, err)
	}
}
