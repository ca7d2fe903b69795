package verify

import (
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
