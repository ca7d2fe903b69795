package verify

import (
	"fmt"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/linear"
	"github.com/backpropgen/backpropgen/verify/internal/memory"
	"github.com/backpropgen/backpropgen/verify/internal/reference"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
	"github.com/backpropgen/backpropgen/verify/internal/verifytest"
	"gonum.org/v1/gonum/mat"
)

// TestAlgorithmsAgree holds the five algorithms against one another over all activations and costs, at every kind of
// trial. Algorithms 1, 3 and 4 do the same operations in the same order, so that their bits are the same; 2 and 5
// multiply matrices where those multiply vectors, so that they may differ by no more than the bounds for a float64
// kernel.
func TestAlgorithmsAgree(t *testing.T) {
	for _, n := range verifytest.EveryPair(t, spec.Float64) {
		t.Run(verifytest.Title(n), func(t *testing.T) {
			for i := range len(trial.Kinds) {
				s := drawn(t, n, i)
				network, trace, bounds := run(t, n, s)
				for _, cache := range []spec.Cache{spec.CachePre, spec.CachePost, spec.CacheBoth} {
					g := network.Reference(cache, s.X, s.Y)
					same(t, string(cache)+" loss", []float64{g.Loss}, []float64{trace.Loss})
					same(t, string(cache)+" output", linear.Elements(g.Output), linear.Elements(trace.Output))
					same(t, string(cache)+" gradient", g.Flat(), trace.Flat())
					same(t, string(cache)+" input gradient", linear.Elements(g.X), linear.Elements(trace.X))
				}
				x, y := mat.NewDense(1, len(s.X), s.X), mat.NewDense(1, len(s.Y), s.Y)
				for _, cache := range []spec.Cache{spec.CachePre, spec.CacheBoth} {
					g := network.BatchReference(cache, x, y)
					verifytest.Within(t, string(cache)+" batch loss", []float64{g.Loss}, []float64{trace.Loss},
						[]float64{bounds.Loss})
					verifytest.Within(t, string(cache)+" batch output", verifytest.Data(g.Output),
						linear.Elements(trace.Output), linear.Elements(bounds.Output))
					verifytest.Within(t, string(cache)+" batch gradient", g.Flat(), trace.Flat(), bounds.Flat())
					verifytest.Within(t, string(cache)+" batch input gradient", verifytest.Data(g.X),
						linear.Elements(trace.X), linear.Elements(bounds.X))
				}
			}
		})
	}
}

// TestBatchOfOne: with N = 1, algorithm 2 is algorithm 1, and so 5 is 4: rows are columns transposed and sums have one
// term.
func TestBatchOfOne(t *testing.T) {
	for _, n := range verifytest.EveryPair(t, spec.Float64) {
		t.Run(verifytest.Title(n), func(t *testing.T) {
			for _, i := range []int{0, 8} { // "random" and "one layer at kinks"
				s := drawn(t, n, i)
				network, trace, bounds := run(t, n, s)
				x, y := mat.NewDense(1, len(s.X), s.X), mat.NewDense(1, len(s.Y), s.Y)
				for _, pair := range []struct {
					name   string
					batch  *reference.BatchGradient
					single *reference.Gradient
				}{
					{"algorithm 2 and 1", network.Algorithm2(x, y), network.Algorithm1(s.X, s.Y)},
					{"algorithm 5 and 4", network.Algorithm5(x, y), &trace.Gradient},
				} {
					b, g := pair.batch, pair.single
					verifytest.Within(t, pair.name+": loss", []float64{b.Loss}, []float64{g.Loss},
						[]float64{bounds.Loss})
					verifytest.Within(t, pair.name+": output", verifytest.Data(b.Output), linear.Elements(g.Output),
						linear.Elements(bounds.Output))
					for l := range g.W {
						name := fmt.Sprintf("%s: layer %d", pair.name, l+1)
						verifytest.Within(t, name, verifytest.Data(b.W[l]), verifytest.Data(g.W[l]),
							verifytest.Data(bounds.W[l]))
						if (b.B[l] == nil) != (g.B[l] == nil) {
							t.Fatalf("%s: one has a bias, one has none", name)
						}
						if g.B[l] != nil {
							verifytest.Within(t, name, linear.Elements(b.B[l]), linear.Elements(g.B[l]),
								linear.Elements(bounds.B[l]))
						}
					}
					verifytest.Within(t, pair.name+": input gradient", verifytest.Data(b.X), linear.Elements(g.X),
						linear.Elements(bounds.X))
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
	if i := memory.FirstDifference(got, want); i >= 0 {
		t.Errorf("%s[%d]: got %v, want the bits of %v", what, i, got[i], want[i])
	}
}
