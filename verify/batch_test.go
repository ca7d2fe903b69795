package verify

import (
	"fmt"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
	"gonum.org/v1/gonum/mat"
)

// TestBatches: on a batch of several kinds of samples, loss and gradients are the sums of those of the samples, outputs
// and input gradients theirs row by row, within the bounds.
func TestBatches(t *testing.T) {
	for _, n := range everyPair(t, spec.Float64) {
		t.Run(title(n), func(t *testing.T) {
			const count = 5
			params := draw(t, n, 0).params
			reference, err := NewNetwork(n, params)
			if err != nil {
				t.Fatal(err)
			}
			x, y := mat.NewDense(count, n.Width(0), nil), mat.NewDense(count, n.Width(n.Depth()), nil)
			loss, flat := 0.0, make([]float64, len(params))
			var output, input []float64
			for i := range count {
				s := draw(t, n, i)
				x.SetRow(i, s.x)
				y.SetRow(i, s.y)
				g := reference.Algorithm4(s.x, s.y)
				loss += g.Loss
				for k, v := range g.Flat() {
					flat[k] += v
				}
				output, input = append(output, elements(g.Output)...), append(input, elements(g.X)...)
			}
			bounds, err := reference.BatchBounds(x, y, n.Precision)
			if err != nil {
				t.Fatal(err)
			}
			for _, g := range []*BatchGradient{reference.Algorithm2(x, y), reference.Algorithm5(x, y)} {
				within(t, "loss", []float64{g.Loss}, []float64{loss}, []float64{bounds.Loss})
				within(t, "output", data(g.Output), output, data(bounds.Output))
				within(t, "gradient", g.Flat(), flat, bounds.Flat())
				within(t, "input gradient", data(g.X), input, data(bounds.X))
			}
		})
	}
}

// TestEmptyBatch: no samples sum to 0, with bound 0.
func TestEmptyBatch(t *testing.T) {
	n := build("mse", spec.Float64, []int{3, 4, 2}, "tanh", "max-pool")
	n.Layers[0].NoBias = true
	reference, err := NewNetwork(n, draw(t, n, 0).params)
	if err != nil {
		t.Fatal(err)
	}
	none := new(mat.Dense)
	bounds, err := reference.BatchBounds(none, none, spec.Float32)
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range []*BatchGradient{reference.Algorithm2(none, none), reference.Algorithm5(none, none), bounds} {
		if g.Loss != 0 || !g.Output.IsEmpty() || !g.X.IsEmpty() || len(g.Flat()) != n.Params() {
			t.Errorf("an empty batch gives %+v", g)
		}
		for _, v := range g.Flat() {
			if v != 0 {
				t.Errorf("an empty batch has the gradient %v", g.Flat())
			}
		}
	}
	if _, err := reference.BatchBounds(none, none, "float16"); err == nil {
		t.Error("an unknown precision is no error")
	}
}

// TestBatchBoundsHold sums naive evaluations of samples in the precision, in several orders, over all kinds of trials:
// losses, gradients and steps lie within the bounds, and some come near enough to them that mistakes would not.
func TestBatchBoundsHold(t *testing.T) {
	for i, n := range everyPair(t, spec.Float32) {
		if i%16 == 0 { // what is not of batches is judged on all of them
			t.Run(title(n), func(t *testing.T) { batchHolds[float32](t, n) })
		}
	}
	tight := build("mse", spec.Float64, []int{8, 12, 3}, "tanh", "sigmoid")
	t.Run(title(tight), func(t *testing.T) {
		for _, a := range batchHolds[float64](t, tight).Accuracies {
			if a.Fraction < 0.01 {
				t.Errorf("%s: the largest error is %.2g of its bound: the bound is too wide to find mistakes", a.Quantity, a.Fraction)
			}
		}
	})
}

// batchHolds compares sums of naive evaluations with the bounds.
func batchHolds[F Float](t *testing.T, n spec.Network) *findings {
	t.Helper()
	format, err := arithmeticOf(n.Precision)
	if err != nil {
		t.Fatal(err)
	}
	report := &findings{}
	for i := range kinds {
		const count = 9
		b, err := newBatch(n, i, count, 4)
		if err != nil {
			t.Fatal(err)
		}
		want, err := newBatchExpectation(n, b)
		if err != nil {
			t.Fatal(err)
		}
		for name, sum := range map[string]func([]F) F{"ascending": ascending[F], "pairwise": pairwise[F]} {
			e := naive[F]{sum: sum}
			var losses []F
			terms, rated := make([][]F, n.Params()), make([][]F, n.Params())
			for s := range count {
				r := e.run(n, b.sample(n, s))
				losses = append(losses, r.loss)
				for k, v := range r.grad {
					terms[k], rated[k] = append(terms[k], v), append(rated[k], F(b.rate)*v)
				}
			}
			grad, late, early := make([]F, n.Params()), make([]F, n.Params()), make([]F, n.Params())
			for k := range grad {
				grad[k] = sum(terms[k])
				late[k], early[k] = F(b.params[k])-F(b.rate)*grad[k], F(b.params[k])-sum(rated[k])
			}
			r := ruler{report, format, b.kind + ", " + name}
			compare(r, "naive", block{name: "loss"}, []F{sum(losses)}, []float64{want.loss}, []float64{want.lossBound})
			all := block{name: "gradient", n: n.Params()}
			compare(r, "naive", all, grad, want.grad, want.gradBound)
			all.name = "step"
			compare(r, "naive", all, late, want.step, want.stepBound)
			compare(r, "naive", all, early, want.step, want.stepBound)
		}
	}
	if err := report.finish().Err(); err != nil {
		t.Error(err)
	}
	return report
}

// TestAlike: rows that repeat are found, in whatever order, and a sample counts as another where only its target
// differs.
func TestAlike(t *testing.T) {
	x := mat.NewDense(5, 2, []float64{1, 2, 3, 4, 1, 2, 1, 2, 3, 4})
	y := mat.NewDense(5, 1, []float64{0, 0, 0, 1, 0})
	if got, want := fmt.Sprint(alike(x, y)), "[[0 2] [1 4] [3]]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
