package verify

import (
	"math"
	"slices"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/finding"
	"github.com/backpropgen/backpropgen/verify/internal/linear"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
	"github.com/backpropgen/backpropgen/verify/internal/verifytest"
	"gonum.org/v1/gonum/floats"
)

// TestBoundsHold runs naive evaluators of both precisions over all activations and costs, all kinds of trials,
// and several orders of summation: every result must lie within its bound.
func TestBoundsHold(t *testing.T) {
	for k, n := range verifytest.EveryPair(t, spec.Float32) {
		if testing.Short() && k%4 != 0 {
			continue // -short has one in four
		}
		t.Run(verifytest.Title(n), func(t *testing.T) { holds[float32](t, n, 2*len(trial.Kinds)) })
	}
	for k, n := range verifytest.EveryPair(t, spec.Float64) {
		if testing.Short() && k%4 != 2 {
			continue
		}
		t.Run(verifytest.Title(n), func(t *testing.T) { holds[float64](t, n, 2*len(trial.Kinds)) })
	}
}

// TestBoundsAreTight shows that the bounds say something on typical networks: the largest observed error is not
// less than a thousandth of its bound, and bounds are below 1e-2 of the numbers they bound.
func TestBoundsAreTight(t *testing.T) {
	pooled := verifytest.Build("half-squared-error", spec.Float32, []int{8, 24, 12, 3}, "avg-pool", "max-pool",
		"identity")
	for l := range 2 {
		pooled.Layers[l].Activation.Params = map[string]float64{spec.Window: 3}
	}
	for _, n := range []spec.Network{
		verifytest.Build("mse", spec.Float32, []int{2, 3, 1}, "sigmoid", "sigmoid"),
		verifytest.Build("cross-entropy", spec.Float32, []int{4, 8, 3}, "tanh", "softmax"),
		verifytest.Build("mse", spec.Float32, []int{16, 32, 16, 4}, "tanh", "tanh", "identity"),
		verifytest.Build("cross-entropy", spec.Float32, []int{64, 64, 10}, "relu", "softmax"),
		verifytest.Build("binary-cross-entropy", spec.Float32, []int{32, 24, 5}, "sigmoid", "sigmoid"),
		verifytest.Build("huber", spec.Float32, []int{8, 16, 12, 4}, "gelu", "selu", "identity"),
		verifytest.Build("mae", spec.Float32, []int{8, 16, 6}, "elu", "log-softmax"),
		verifytest.Build("log-cosh", spec.Float32, []int{8, 16, 5}, "radial-sigmoid", "leaky-relu"),
		pooled,
	} {
		t.Run(verifytest.Title(n), func(t *testing.T) {
			for quantity, fraction := range holds[float32](t, n, 16) {
				t.Logf("largest error of %s: %.3f of its bound", quantity, fraction)
				if fraction < 1e-3 {
					t.Errorf("%s: the largest error is %.2g of its bound: the bound is too wide to find mistakes",
						quantity, fraction)
				}
			}
			s := drawn(t, n, 0)
			_, trace, bounds := run(t, n, s)
			for quantity, pair := range map[string][2][]float64{
				"loss":     {{trace.Loss}, {bounds.Loss}},
				"output":   {linear.Elements(trace.Output), linear.Elements(bounds.Output)},
				"gradient": {trace.Flat(), bounds.Flat()},
				"input":    {linear.Elements(trace.X), linear.Elements(bounds.X)},
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
	report := &finding.Report{}
	for i := range trials + 2 {
		number := i
		if i >= trials {
			number = trial.NearFirst + i // close to kinks
		}
		s := drawn(t, n, number)
		want, err := trial.Expect(n, s)
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
			format, err := rounding.FormatOf(n.Precision)
			if err != nil {
				t.Fatal(err)
			}
			r := finding.Ruler{Report: report, Format: format, Where: s.Kind + ", " + name}
			params := finding.Block{Name: "gradient", N: n.Params()}
			finding.Compare(r, "naive", finding.Block{Name: "output", N: len(s.Y)}, got.output, want.Output,
				want.OutputBound)
			finding.Compare(r, "naive", finding.Block{Name: "loss"}, []F{got.loss}, []float64{want.Loss},
				[]float64{want.LossBound})
			finding.Compare(r, "naive", params, got.grad, want.Grad, want.GradBound)
			finding.Compare(r, "naive", finding.Block{Name: "input", N: len(s.X)}, got.x, want.X, want.XBound)
			params.Name = "step"
			finding.Compare(r, "naive", params, got.step, want.Step, want.StepBound)
		}
	}
	if err := report.Finish().Err(); err != nil {
		t.Error(err)
	}
	fractions := map[string]float64{}
	for _, a := range report.Accuracies {
		fractions[a.Quantity] = a.Fraction
	}
	return fractions
}
