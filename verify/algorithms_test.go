package verify

import (
	"fmt"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
	"gonum.org/v1/gonum/mat"
)

// TestAlgorithmsAgree holds the five algorithms against one another over all activations and costs, at every kind of
// trial. Algorithms 1, 3 and 4 do the same operations in the same order, so that their bits are the same; 2 and 5
// multiply matrices where those multiply vectors, so that they may differ by no more than the bounds for a float64
// kernel.
func TestAlgorithmsAgree(t *testing.T) {
	for _, n := range everyPair(t, spec.Float64) {
		t.Run(title(n), func(t *testing.T) {
			for i := range len(kinds) {
				s := draw(t, n, i)
				reference, trace, bounds := run(t, n, s)
				for _, cache := range []spec.Cache{spec.CachePre, spec.CachePost, spec.CacheBoth} {
					g := reference.Reference(cache, s.x, s.y)
					same(t, string(cache)+" loss", []float64{g.Loss}, []float64{trace.Loss})
					same(t, string(cache)+" output", elements(g.Output), elements(trace.Output))
					same(t, string(cache)+" gradient", g.Flat(), trace.Flat())
					same(t, string(cache)+" input gradient", elements(g.X), elements(trace.X))
				}
				x, y := mat.NewDense(1, len(s.x), s.x), mat.NewDense(1, len(s.y), s.y)
				for _, cache := range []spec.Cache{spec.CachePre, spec.CacheBoth} {
					g := reference.BatchReference(cache, x, y)
					within(t, string(cache)+" batch loss", []float64{g.Loss}, []float64{trace.Loss}, []float64{bounds.Loss})
					within(t, string(cache)+" batch output", data(g.Output), elements(trace.Output), elements(bounds.Output))
					within(t, string(cache)+" batch gradient", g.Flat(), trace.Flat(), bounds.Flat())
					within(t, string(cache)+" batch input gradient", data(g.X), elements(trace.X), elements(bounds.X))
				}
			}
		})
	}
}

// TestBatchOfOne: with N = 1, algorithm 2 is algorithm 1, and so 5 is 4: rows are columns transposed and sums have one
// term.
func TestBatchOfOne(t *testing.T) {
	for _, n := range everyPair(t, spec.Float64) {
		t.Run(title(n), func(t *testing.T) {
			for _, i := range []int{0, 8} { // "random" and "one layer at kinks"
				s := draw(t, n, i)
				reference, trace, bounds := run(t, n, s)
				x, y := mat.NewDense(1, len(s.x), s.x), mat.NewDense(1, len(s.y), s.y)
				for _, pair := range []struct {
					name   string
					batch  *BatchGradient
					single *Gradient
				}{
					{"algorithm 2 and 1", reference.Algorithm2(x, y), reference.Algorithm1(s.x, s.y)},
					{"algorithm 5 and 4", reference.Algorithm5(x, y), &trace.Gradient},
				} {
					b, g := pair.batch, pair.single
					within(t, pair.name+": loss", []float64{b.Loss}, []float64{g.Loss}, []float64{bounds.Loss})
					within(t, pair.name+": output", data(b.Output), elements(g.Output), elements(bounds.Output))
					for l := range g.W {
						name := fmt.Sprintf("%s: layer %d", pair.name, l+1)
						within(t, name, data(b.W[l]), data(g.W[l]), data(bounds.W[l]))
						if (b.B[l] == nil) != (g.B[l] == nil) {
							t.Fatalf("%s: one has a bias, one has none", name)
						}
						if g.B[l] != nil {
							within(t, name, elements(b.B[l]), elements(g.B[l]), elements(bounds.B[l]))
						}
					}
					within(t, pair.name+": input gradient", data(b.X), elements(g.X), elements(bounds.X))
				}
			}
		})
	}
}

// same checks the bits of numbers.
func same(t *testing.T, what string, got, want []float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d numbers, want %d", what, len(got), len(want))
	}
	if i := sameBits(got, want); i >= 0 {
		t.Errorf("%s[%d]: got %v, want the bits of %v", what, i, got[i], want[i])
	}
}
