package train

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"
)

// Every way for numbers to be lost, with and without an optimizer: the sample and the one to blame are named, and the
// network has its parameters from before the step.
func TestFitNotFinite(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, c := range []struct {
		name   string
		set    func(net *unit, xs [][2]float64, ys [][1]float64, o *Options)
		want   NotFiniteError // Epoch, Step and Rate apart
		text   string
		wanted string // optional: the step in the text
	}{
		{"input NaN", func(_ *unit, xs [][2]float64, _ [][1]float64, _ *Options) { xs[17][1] = nan },
			NotFiniteError{Sample: 17, Blame: BlameInput, Index: 1, Value: nan},
			"input 1 of sample 17 is NaN; repair the sample or leave it out", ""},
		// tanh(±Inf) is ±1 and so the loss is finite; the gradient is 0·Inf.
		{"input Inf", func(net *unit, xs [][2]float64, _ [][1]float64, _ *Options) { net.P[0], xs[5][0] = 1, -inf },
			NotFiniteError{Sample: 5, Blame: BlameInput, Index: 0, Value: -inf}, "input 0 of sample 5 is -Inf", ""},
		{"target Inf", func(_ *unit, _ [][2]float64, ys [][1]float64, _ *Options) { ys[49][0] = inf },
			NotFiniteError{Sample: 49, Blame: BlameTarget, Index: 0, Value: inf}, "target 0 of sample 49 is +Inf", ""},
		{"parameter NaN", func(net *unit, _ [][2]float64, _ [][1]float64, _ *Options) { net.P[2] = nan },
			NotFiniteError{Sample: -1, Blame: BlameParameters, Index: 2, Value: nan},
			"epoch 1, step 1: parameter 2 is NaN before any training; call Init, or load others", ""},
		{"loss overflows", func(_ *unit, _ [][2]float64, ys [][1]float64, _ *Options) { ys[8][0] = 1e200 },
			NotFiniteError{Sample: 8, Blame: BlameParameters, Index: -1, Value: inf},
			"the loss of sample 8 is +Inf although its data are finite; lower the rate, which is 0.5 here", ""},
		{"gradient overflows", func(_ *unit, xs [][2]float64, ys [][1]float64, o *Options) {
			xs[9], ys[9], o.Rate = [2]float64{1e308, 0}, [1]float64{10}, Constant(0)
		}, NotFiniteError{Sample: 9, Blame: BlameParameters, Index: -1, Value: 50},
			"the gradient of sample 9 overflows although its data and its loss, 50, are finite", ""},
		{"sum overflows", func(_ *unit, _ [][2]float64, ys [][1]float64, o *Options) {
			ys[20][0], ys[21][0], ys[22][0], o.InOrder, o.Rate = 1.3e154, 1.3e154, 1.3e154, true, Constant(0)
		}, NotFiniteError{Sample: -1, Blame: BlameParameters, Index: -1},
			"overflows although the gradient of every sample is finite", "step 3"},
	} {
		for _, optimizer := range []bool{false, true} {
			xs, ys := data(50)
			var net, before unit
			o := options()
			c.set(&net, xs, ys, &o)
			before = net
			o.Progress = onStep(func(Status) {
				if firstBad(net.P[:]) < 0 { // the step that fails may be noticed only at the next
					before = net
				}
			})
			trainer := New(&net)
			m := &momentum{}
			if optimizer {
				trainer.Optimizer = m
			}
			r, err := trainer.Fit(context.Background(), xs, ys, o)
			var got *NotFiniteError
			if !errors.As(err, &got) {
				t.Errorf("%s: error %v, want a NotFiniteError", c.name, err)
				continue
			}
			if !strings.HasPrefix(err.Error(), "train: epoch 1, step ") || !strings.Contains(err.Error(), c.text) ||
				!strings.Contains(err.Error(), c.wanted) {
				t.Errorf("%s: %v, want %q", c.name, err, c.text)
			}
			if got.Epoch != 1 || got.Step < 1 || got.Step > 7 || r.Steps != got.Step-1 {
				t.Errorf("%s: epoch %d, step %d after %d steps", c.name, got.Epoch, got.Step, r.Steps)
			}
			if got.Sample != c.want.Sample || got.Blame != c.want.Blame || got.Index != c.want.Index ||
				!same(got.Value, c.want.Value) {
				t.Errorf("%s: got %+v, want %+v", c.name, *got, c.want)
			}
			for i, v := range net.P {
				if !same(v, before.P[i]) {
					t.Errorf("%s, optimizer %t: parameters %v, before the step %v", c.name, optimizer, net, before)
					break
				}
			}
			if firstBad(m.V.P[:]) >= 0 {
				t.Errorf("%s: the optimizer has seen %v", c.name, m.V)
			}
		}
	}
}

// same holds for equal numbers and for two NaNs.
func same(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) }

// A step can make parameters infinite although the loss before it and after it, of a tanh, is finite. Gradient descent
// is brought back to before it, wherever in the epoch it was.
func TestFitStepOverflows(t *testing.T) {
	for _, failing := range []int{1, 4, 7} {
		xs, ys := data(50)
		for i := range xs {
			xs[i][0] *= 100 // so that the mean gradient is beyond 1
		}
		var net unit
		o := options()
		o.Rate = func(epoch float64) float64 {
			if epoch < 1+float64(failing-1)/7 {
				return 0
			}
			return math.MaxFloat64
		}
		r, err := New(&net).Fit(context.Background(), xs, ys, o)
		var got *NotFiniteError
		if !errors.As(err, &got) || got.Epoch != 2 || got.Step != failing || got.Sample != -1 ||
			got.Blame != BlameParameters || got.Rate != math.MaxFloat64 {
			t.Fatalf("error %v, want that step %d of epoch 2 overflows", err, failing)
		}
		if net != (unit{}) || r.Steps != 7+failing-1 || len(r.Epochs) != 1 {
			t.Errorf("parameters %v after %d steps; want zeros after %d", net, r.Steps, 7+failing-1)
		}
	}
}

// A step by an optimizer that holds a NaN makes the parameters NaN, which the next step meets: the rate is not the only
// thing to look at.
func TestFitOptimizerNotFinite(t *testing.T) {
	xs, ys := data(50)
	var net unit
	trainer := New(&net)
	m := &momentum{}
	m.V.P[1] = math.NaN()
	trainer.Optimizer = m
	_, err := trainer.Fit(context.Background(), xs, ys, options())
	if err == nil || !strings.Contains(err.Error(), "parameter 1 has become NaN; lower the rate") ||
		!strings.HasSuffix(err.Error(), "; hyperparameters or a state of the optimizer may be the cause as well") {
		t.Errorf("error %v, want that the optimizer may be the cause", err)
	}
}

func TestValidationNotFinite(t *testing.T) {
	for _, given := range []bool{false, true} {
		xs, ys := data(50)
		var net, after unit
		trainer := New(&net)
		o := options()
		o.Progress = onStep(func(Status) { after = net })
		sample := 3
		if given {
			vx, vy := data(300)
			sample = 280 // beyond the first block
			vy[sample][0] = math.NaN()
			trainer.ValidateOn(vx, vy)
		} else {
			o.Validation, o.InOrder = 0.5, true
			sample = 30
			ys[sample][0] = math.NaN()
		}
		r, err := trainer.Fit(context.Background(), xs, ys, o)
		var got *NotFiniteError
		if !errors.As(err, &got) || got.Epoch != 1 || got.Step != 0 || got.Sample != sample ||
			got.Blame != BlameTarget || len(r.Epochs) != 0 {
			t.Fatalf("ValidateOn %t: error %v after %d epochs", given, err, len(r.Epochs))
		}
		if !strings.HasPrefix(err.Error(), "train: validation after epoch 1: target 0 of validation sample ") {
			t.Errorf("ValidateOn %t: %v", given, err)
		}
		if net != after {
			t.Errorf("ValidateOn %t: parameters %v, after the epoch %v", given, net, after)
		}
	}
}
