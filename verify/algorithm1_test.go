package verify

import (
	"math"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
)

// TestAlgorithmsAgree holds algorithm 1 against algorithm 4: two evaluations in float64, so that they may
// differ by no more than the bounds for a float64 kernel.
func TestAlgorithmsAgree(t *testing.T) {
	for _, n := range everyPair(t, spec.Float64) {
		t.Run(title(n), func(t *testing.T) {
			for i := range 2 * len(kinds) {
				s := draw(t, n, i)
				reference, trace, bounds := run(t, n, s)
				g := reference.Algorithm1(s.x, s.y)
				within(t, "loss", []float64{g.Loss}, []float64{trace.Loss}, []float64{bounds.Loss})
				within(t, "output", elements(g.Output), elements(trace.Output), elements(bounds.Output))
				within(t, "gradient", g.Flat(), trace.Flat(), bounds.Flat())
				within(t, "input gradient", elements(g.X), elements(trace.X), elements(bounds.X))
			}
		})
	}
}

func within(t *testing.T, what string, got, want, bound []float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d numbers, want %d", what, len(got), len(want))
	}
	for i := range got {
		if math.IsNaN(got[i]) || math.IsNaN(bound[i]) || math.Abs(got[i]-want[i]) > bound[i] {
			t.Errorf("%s[%d]: got %v, want %v ± %v", what, i, got[i], want[i], bound[i])
		}
	}
}
