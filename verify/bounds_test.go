package verify

import (
	"math"
	"slices"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
	"gonum.org/v1/gonum/floats"
)

// TestBoundsHold runs naive evaluators of both precisions over all activations and costs, all kinds of trials,
// and several orders of summation: every result must lie within its bound.
func TestBoundsHold(t *testing.T) {
	for _, n := range everyPair(t, spec.Float32) {
		t.Run(title(n), func(t *testing.T) { holds[float32](t, n, 2*len(kinds)) })
	}
	for _, n := range everyPair(t, spec.Float64) {
		t.Run(title(n), func(t *testing.T) { holds[float64](t, n, 2*len(kinds)) })
	}
}

// TestBoundsAreTight shows that the bounds say something on typical networks: the largest observed error is not
// less than a thousandth of its bound, and bounds are below 1e-2 of the numbers they bound.
func TestBoundsAreTight(t *testing.T) {
	pooled := build("half-squared-error", spec.Float32, []int{8, 24, 12, 3}, "avg-pool", "max-pool", "identity")
	for l := range 2 {
		pooled.Layers[l].Activation.Params = map[string]float64{spec.Window: 3}
	}
	for _, n := range []spec.Network{
		build("mse", spec.Float32, []int{2, 3, 1}, "sigmoid", "sigmoid"),
		build("cross-entropy", spec.Float32, []int{4, 8, 3}, "tanh", "softmax"),
		build("mse", spec.Float32, []int{16, 32, 16, 4}, "tanh", "tanh", "identity"),
		build("cross-entropy", spec.Float32, []int{64, 64, 10}, "relu", "softmax"),
		build("binary-cross-entropy", spec.Float32, []int{32, 24, 5}, "sigmoid", "sigmoid"),
		build("huber", spec.Float32, []int{8, 16, 12, 4}, "gelu", "selu", "identity"),
		build("mae", spec.Float32, []int{8, 16, 6}, "elu", "log-softmax"),
		build("log-cosh", spec.Float32, []int{8, 16, 5}, "radial-sigmoid", "leaky-relu"),
		pooled,
	} {
		t.Run(title(n), func(t *testing.T) {
			for quantity, fraction := range holds[float32](t, n, 16) {
				t.Logf("largest error of %s: %.3f of its bound", quantity, fraction)
				if fraction < 1e-3 {
					t.Errorf("%s: the largest error is %.2g of its bound: the bound is too wide to find mistakes", quantity, fraction)
				}
			}
			s := draw(t, n, 0)
			_, trace, bounds := run(t, n, s)
			for quantity, pair := range map[string][2][]float64{
				"loss":     {{trace.Loss}, {bounds.Loss}},
				"output":   {elements(trace.Output), elements(bounds.Output)},
				"gradient": {trace.Flat(), bounds.Flat()},
				"input":    {elements(trace.X), elements(bounds.X)},
			} {
				scale, bound := floats.Norm(pair[0], math.Inf(1)), floats.Norm(pair[1], math.Inf(1))
				t.Logf("bound of %s: %.2g of its size", quantity, bound/scale)
				if !(bound < 1e-2*scale) {
					t.Errorf("%s: bound %.2g on numbers of size %.2g", quantity, bound, scale)
				}
			}
		})
	}
}

// holds checks naive evaluations against the bounds, and returns the largest error of every quantity as a
// fraction of its bound.
func holds[F Float](t *testing.T, n spec.Network, trials int) map[string]float64 {
	t.Helper()
	report := &findings{}
	for i := range trials + 2 {
		trial := i
		if i >= trials {
			trial = nearFirst + i // close to kinks
		}
		s := draw(t, n, trial)
		want, err := newExpectation(n, s)
		if err != nil {
			t.Fatal(err)
		}
		evaluators := naives[F]()
		names := make([]string, 0, len(evaluators))
		for name := range evaluators {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			got := evaluators[name].run(n, s)
			format, err := arithmeticOf(n.Precision)
			if err != nil {
				t.Fatal(err)
			}
			r := ruler{report, format, s.kind + ", " + name}
			params := block{name: "gradient", n: n.Params()}
			compare(r, "naive", block{name: "output", n: len(s.y)}, got.output, want.output, want.outputBound)
			compare(r, "naive", block{name: "loss"}, []F{got.loss}, []float64{want.loss}, []float64{want.lossBound})
			compare(r, "naive", params, got.grad, want.grad, want.gradBound)
			compare(r, "naive", block{name: "input", n: len(s.x)}, got.x, want.x, want.xBound)
			params.name = "step"
			compare(r, "naive", params, got.step, want.step, want.stepBound)
		}
	}
	if err := report.finish().Err(); err != nil {
		t.Error(err)
	}
	fractions := map[string]float64{}
	for _, a := range report.Accuracies {
		fractions[a.Quantity] = a.Fraction
	}
	return fractions
}
