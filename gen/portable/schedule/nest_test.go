package schedule

import (
	"math/rand/v2"
	"testing"

	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/plan/plantest"
	"github.com/backpropgen/backpropgen/spec"
)

// TestNests checks over random networks that large weights are read for all samples in a row, and what stands together
// in a loop over samples is small.
func TestNests(t *testing.T) {
	within, together := 0, 0
	plantest.Each(t, func(t *testing.T, _ *rand.Rand, n spec.Network) {
		s := drawnSchedule(t, n)
		for _, f := range s.Program.Funcs {
			for _, part := range s.Function(f).Parts {
				size, pieces := 0, 0
				for _, p := range part.Pieces {
					if p.Nest != Continue {
						size, pieces = 0, 0
					}
					size, pieces = size+s.nestedSize(p), pieces+1
					if p.Nest == Within {
						within++
					}
					if p.Nest == Continue {
						together++
					}
					for _, op := range p.Ops() {
						if w, weights := plan.WeightsOf(op); weights && p.Nest != Unnested && p.Nest != Within &&
							w.Len() > nearWeights && (p.Call != nil && s.Loops(op).Outer[0].Looped() ||
							p.Call == nil && p.Outer[0].Looped()) {
							t.Errorf("%s: %s reads %d weights in a loop for every sample", f.Name, op, w.Len())
						}
					}
					if f.Batch && pieces > 1 && size > sampleLoop {
						t.Errorf("%s: %d statements stand together in a loop over samples", f.Name, size)
					}
				}
			}
		}
	})
	if within == 0 && !testing.Short() || together == 0 {
		t.Errorf("%d pieces with samples within, %d that go on in a loop: draw other networks", within, together)
	}
}
