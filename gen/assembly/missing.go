package assembly

import (
	"fmt"

	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/kernel/idiom"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/spec"
)

// Which functions and sweeps there can be code for, whatever the instructions.

// ByUse are the functions in the order in which they are given what may be written: the code of all the others is part
// of that of the first ones.
var ByUse = []string{
	plan.Forward, plan.Grad, plan.Step, plan.ForwardBatch, plan.GradBatch, plan.StepBatch, plan.Backward,
	plan.InputGradBatch, plan.LossOnly, plan.LossBatch, plan.GradBatchWeighted, plan.StepBatchWeighted,
	plan.LossBatchWeighted, plan.Tangent, plan.Jacobian, plan.HessianVector, plan.ParameterJacobian,
}

// PartOf says which function's operations are all among those of another, or hardly ever longer, which has no room
// where that one has none: Backward goes the same way back, ForwardBatch the same way for many samples. StepBatch calls
// GradBatch.
var PartOf = map[string]string{
	plan.Grad: plan.Forward, plan.Step: plan.Forward, plan.LossOnly: plan.Forward, plan.Backward: plan.Forward,
	plan.ForwardBatch: plan.Forward, plan.GradBatch: plan.ForwardBatch, plan.InputGradBatch: plan.ForwardBatch,
	plan.LossBatch: plan.ForwardBatch, plan.StepBatch: plan.GradBatch, plan.GradBatchWeighted: plan.GradBatch,
	plan.StepBatchWeighted: plan.GradBatchWeighted, plan.LossBatchWeighted: plan.LossBatch,
	plan.Tangent: plan.Forward, plan.Jacobian: plan.Forward, plan.HessianVector: plan.Forward,
	plan.ParameterJacobian: plan.Forward,
}

// maxTileBytes is the most that the area of tiles may take.
const maxTileBytes = 256 << 20

// Missing says why a function has no assembly whatever its size; it is empty for others.
func Missing(p *plan.Program, fn *plan.Func) string {
	if fn.Each != "" {
		return fmt.Sprintf("every sample is one call of %s", fn.Each)
	}
	if fn.Batch && kernel.NewTileLayout(p, kernel.Tiling{}).Bytes() > maxTileBytes {
		return fmt.Sprintf("a tile of samples takes more than %d MB", maxTileBytes>>20)
	}
	if p.Network.Rounding == spec.RoundingStrict {
		return "" // elementary functions are translated
	}
	for _, op := range fn.All() {
		for _, e := range plan.Expressions(op) {
			if name := idiom.Missing(e); name != "" {
				return fmt.Sprintf("%s has no vector code", name)
			}
		}
	}
	return ""
}

// Fewer parameters are gone through in Go sooner than assembly is called: it takes what is left of a vector with a
// mask, which is slow to store and to read again. Roots and quotients take so long that some are enough. What teams
// share out comes once for a run of many samples, beside which fewer parameters are nothing.
const (
	leastSwept   = 32
	leastDivided = 12
	leastShared  = 256
)

// Few says whether a network has so few parameters that a sweep over them is left to Go.
func Few(p *plan.Program, s plan.Sweep) bool {
	least := leastSwept
	if s.Shared() {
		least = leastShared
	}
	if ops := s.Ops(); ops.Divs > 0 || ops.Calls > 0 {
		least = leastDivided
	}
	return p.Network.Params() < least
}

// MissingSweep says why a sweep has no assembly; it is empty for others.
func MissingSweep(p *plan.Program, s plan.Sweep) string {
	if p.Network.Rounding == spec.RoundingStrict {
		return "" // elementary functions are translated
	}
	for _, e := range s.Expressions() {
		if name := idiom.Missing(e); name != "" {
			return name + " has no vector code"
		}
	}
	return ""
}

// SweptAtOnce is how many elements a sweep takes in a call of so many cycles, whole rounds of any loop: with numbers
// that come from memory, 20 cycles an element are more than any optimizer needs.
func SweptAtOnce(callCycles int) int {
	const most, rounds = 20, 64
	return max(callCycles/most/rounds, 1) * rounds
}
