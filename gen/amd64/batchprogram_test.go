package amd64

import (
	"testing"

	"github.com/backpropgen/backpropgen/gen/amd64/isa"
	"github.com/backpropgen/backpropgen/gen/assembly/assemblytest"
	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/spec"
)

// TestBatchProgramsCompute executes those of batches, over one tile that is not full and over two that are, and over
// few samples.
func TestBatchProgramsCompute(t *testing.T) {
	for _, rounding := range []spec.Rounding{spec.RoundingFast, spec.RoundingStrict} {
		for _, n := range assemblytest.Networks(t, rounding) {
			p, err := plan.Compile(n)
			if err != nil {
				t.Fatal(err)
			}
			c := commonOf(p)
			for _, l := range isa.Levels {
				lay := kernel.NewTileLayout(p, kernel.Tiling{})
				assemblytest.Batch(t, p, c, machineOf(l, p.ElementBytes()), lay, 1, lay.Samples-3)
				assemblytest.Batch(t, p, c, machineOf(l, p.ElementBytes()), lay, 2, lay.Samples)
				for _, samples := range []int{1, 3} {
					assemblytest.Few(t, p, c, machineOf(l, p.ElementBytes()), lay, samples)
				}
			}
		}
	}
}
