package amd64

import (
	"testing"

	"github.com/backpropgen/backpropgen/gen/amd64/cores"
	"github.com/backpropgen/backpropgen/gen/amd64/isa"
	"github.com/backpropgen/backpropgen/gen/assembly/assemblytest"
)

// TestSweepProgramsAgree executes the updates of all optimizers at both levels.
func TestSweepProgramsAgree(t *testing.T) {
	assemblytest.Sweeps(t, set{isa.AVX2, cores.All[0]}, set{isa.AVX512, cores.All[0]})
}
