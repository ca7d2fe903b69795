package verify

import (
	"fmt"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/finding"
	"github.com/backpropgen/backpropgen/verify/internal/linear"
	"github.com/backpropgen/backpropgen/verify/internal/reference"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
	"github.com/backpropgen/backpropgen/verify/internal/verifytest"
	"gonum.org/v1/gonum/mat"
)

// TestBatches: on a batch of several kinds of samples, loss and gradients are the sums of those of the samples, outputs
// and input gradients theirs row by row, within the bounds.
func TestBatches(t *testing.T) {
	for _, n := range verifytest.EveryPair(t, spec.Float64) {
		t.Run(verifytest.Title(n), func(t *testing.T) {
			const count = 5
			params := drawn(t, n, 0).Params
			network, err := reference.New(n, params)
			if err != nil {
				t.Fatal(err)
			}
			x, y := mat.NewDense(count, n.Width(0), nil), mat.NewDense(count, n.Width(n.Depth()), nil)
			loss, flat := 0.0, make([]float64, len(params))
			var output, input []float64
			for i := range count {
				s := drawn(t, n, i)
				x.SetRow(i, s.X)
				y.SetRow(i, s.Y)
				g := network.Algorithm4(s.X, s.Y)
				loss += g.Loss
				for k, v := range g.Flat() {
					flat[k] += v
				}
				output, input = append(output, linear.Elements(g.Output)...), append(input, linear.Elements(g.X)...)
			}
			bounds, err := network.BatchBounds(x, y, n.Precision)
			if err != nil {
				t.Fatal(err)
			}
			for _, g := range []*reference.BatchGradient{network.Algorithm2(x, y), network.Algorithm5(x, y)} {
				verifytest.Within(t, "loss", []float64{g.Loss}, []float64{loss}, []float64{bounds.Loss})
				verifytest.Within(t, "output", verifytest.Data(g.Output), output, verifytest.Data(bounds.Output))
				verifytest.Within(t, "gradient", g.Flat(), flat, bounds.Flat())
				verifytest.Within(t, "input gradient", verifytest.Data(g.X), input, verifytest.Data(bounds.X))
			}
		})
	}
}

// TestEmptyBatch: no samples sum to 0, with bound 0.
func TestEmptyBatch(t *testing.T) {
	n := verifytest.Build("mse", spec.Float64, []int{3, 4, 2}, "tanh", "max-pool")
	n.Layers[0].NoBias = true
	network, err := reference.New(n, drawn(t, n, 0).Params)
	if err != nil {
		t.Fatal(err)
	}
	none := new(mat.Dense)
	bounds, err := network.BatchBounds(none, none, spec.Float32)
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range []*reference.BatchGradient{
		network.Algorithm2(none, none), network.Algorithm5(none, none), bounds,
	} {
		if g.Loss != 0 || !g.Output.IsEmpty() || !g.X.IsEmpty() || len(g.Flat()) != n.Params() {
			t.Errorf("an empty batch gives %+v", g)
		}
		for _, v := range g.Flat() {
			if v != 0 {
				t.Errorf("an empty batch has the gradient %v", g.Flat())
			}
		}
	}
	if _, err := network.BatchBounds(none, none, "float16"); err == nil {
		t.Error("an unknown precision is no error")
	}
}

// TestBatchBoundsHold sums naive evaluations of samples in the precision, in several orders, over all kinds of trials:
// losses, gradients and steps lie within the bounds, and some come near enough to them that mistakes would not.
func TestBatchBoundsHold(t *testing.T) {
	for i, n := range verifytest.EveryPair(t, spec.Float32) {
		if i%16 == 0 { // what is not of batches is judged on all of them
			t.Run(verifytest.Title(n), func(t *testing.T) { batchHolds[float32](t, n) })
		}
	}
	tight := verifytest.Build("mse", spec.Float64, []int{8, 12, 3}, "tanh", "sigmoid")
	t.Run(verifytest.Title(tight), func(t *testing.T) {
		for _, a := range batchHolds[float64](t, tight).Accuracies {
			if a.Fraction < 0.01 {
				t.Errorf("%s: the largest error is %.2g of its bound: the bound is too wide to find mistakes",
					a.Quantity, a.Fraction)
			}
		}
	})
}

// batchHolds compares sums of naive evaluations with the bounds.
func batchHolds[F Float](t *testing.T, n spec.Network) *finding.Report {
	t.Helper()
	format, err := rounding.FormatOf(n.Precision)
	if err != nil {
		t.Fatal(err)
	}
	report := &finding.Report{}
	for i := range trial.Kinds {
		const count = 9
		b, err := trial.NewBatch(n, i, count, 4)
		if err != nil {
			t.Fatal(err)
		}
		want, err := trial.ExpectBatch(n, b)
		if err != nil {
			t.Fatal(err)
		}
		for name, sum := range map[string]func([]F) F{"ascending": ascending[F], "pairwise": pairwise[F]} {
			e := naive[F]{sum: sum}
			var losses []F
			terms, rated := make([][]F, n.Params()), make([][]F, n.Params())
			for s := range count {
				r := e.run(n, b.Sample(n, s))
				losses = append(losses, r.loss)
				for k, v := range r.grad {
					terms[k], rated[k] = append(terms[k], v), append(rated[k], F(b.Rate)*v)
				}
			}
			grad, late, early := make([]F, n.Params()), make([]F, n.Params()), make([]F, n.Params())
			for k := range grad {
				grad[k] = sum(terms[k])
				late[k], early[k] = F(b.Params[k])-F(b.Rate)*grad[k], F(b.Params[k])-sum(rated[k])
			}
			r := finding.Ruler{Report: report, Format: format, Where: b.Kind + ", " + name}
			finding.Compare(r, "naive", finding.Block{Name: "loss"}, []F{sum(losses)}, []float64{want.Loss},
				[]float64{want.LossBound})
			all := finding.Block{Name: "gradient", N: n.Params()}
			finding.Compare(r, "naive", all, grad, want.Grad, want.GradBound)
			all.Name = "step"
			finding.Compare(r, "naive", all, late, want.Step, want.StepBound)
			finding.Compare(r, "naive", all, early, want.Step, want.StepBound)
		}
	}
	if err := report.Finish().Err(); err != nil {
		t.Error(err)
	}
	return report
}

// TestAlike: rows that repeat are found, in whatever order, and a sample counts as another where only its target
// differs.
func TestAlike(t *testing.T) {
	x := mat.NewDense(5, 2, []float64{1, 2, 3, 4, 1, 2, 1, 2, 3, 4})
	y := mat.NewDense(5, 1, []float64{0, 0, 0, 1, 0})
	if got, want := fmt.Sprint(reference.Alike(x, y)), "[[0 2] [1 4] [3]]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
