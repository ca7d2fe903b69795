package assembly

import (
	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/plan"
)

// A tile takes as long for one sample as for as many as it holds. So the last samples of a batch, where they are few,
// are taken one by one through the code of one sample, and gradients are added up as they come. How many are few
// depends on the network, the function and the core, but not on the batch: the same number of samples gives the same
// bits. In large networks the gradients are summed up when all few samples have come, in registers, into the gradient
// or right into the parameters of a step.

// Single is the function of one sample that does for a sample what a function of a batch does, "" where there is none.
// GradBatch has code of its own for that, and so do gradients with weights not.
func Single(function string) string {
	return map[string]string{
		plan.ForwardBatch: plan.Forward, plan.LossBatch: plan.LossOnly, plan.GradBatch: plan.GradBatch + OneSuffix,
		plan.InputGradBatch: plan.Grad,
	}[function]
}

// TakesFew says whether few samples can be taken one by one through a function of a batch; has says what has assembly.
// The gradient of the parameters that comes with that of the input needs a place.
func TakesFew(p *plan.Program, function string, has func(function string) bool) bool {
	single := Single(function)
	switch {
	case single == "" || !has(function):
		return false
	case function == plan.GradBatch:
		return true
	case function == plan.InputGradBatch && !p.SumsUp():
		return false
	}
	return has(single)
}

// apartFrom is from how many parameters on the gradients of few samples are summed up in the end. To add each when it
// comes is to read and write all of the gradient, which in a large network takes as long as what comes before. In small
// ones the loops over samples take longer.
const apartFrom = 512

// SumsApart says whether they are: GradBatch then leaves of each sample what its gradient is made of in a workspace of
// its own, and a function of its own sums up. The code of deep networks may be rolled up, where layers are alike; that
// of this function is not.
func SumsApart(p *plan.Program) bool {
	return p.Network.Params() >= apartFrom && !Deep(p.Network) && kernel.SumsApart(p.Func(plan.GradBatch))
}

// Times are what samples take on a core: One by itself, a tile with the First one of its samples and with All of them,
// and, where gradients are summed up apart, the sum over FirstSum sample and over AllSums of a tile.
type Times struct{ One, First, All, FirstSum, AllSums float64 }

// Copies are the cycles that it takes to bring a rest of samples to where there is room for a whole tile, and results
// back: so many for each call, and for each sample.
func Copies(p *plan.Program, function string) (call, sample float64) {
	const calls, bytes = 40, 32 // cycles of a copy, and what it copies in one
	numbers := 0
	for _, arg := range plan.SignatureOf(function).Slices() {
		numbers += plan.ArgWidth(p.Network, arg)
		call += calls
	}
	return call, float64(numbers*p.ElementBytes()) / bytes
}

// FewSamples is the largest number of samples that are taken one by one sooner than in a tile. On several cores it is
// that by which the worst of them loses least beside its own best.
// They are no more than there are workspaces, so that results can stay there until all have come.
func FewSamples(p *plan.Program, lay *kernel.TileLayout, cores []Times) (few int) {
	between := func(first, all float64, n int) float64 {
		return first + (all-first)*float64(n-1)/float64(max(1, lay.Samples-1))
	}
	tile := func(t Times, n int) float64 { return between(t.First, t.All, n) }
	alone := func(t Times, n int) float64 { return float64(n)*t.One + between(t.FirstSum, t.AllSums, n) }
	least := 0.0
	for m := range min(lay.Samples, p.Block+1) {
		worst := 0.0
		for _, t := range cores {
			for n := 1; n < lay.Samples; n++ {
				takes := tile(t, n)
				if n <= m {
					takes = alone(t, n)
				}
				worst = max(worst, takes/min(alone(t, n), tile(t, n)))
			}
		}
		if m == 0 || worst < least {
			few, least = m, worst
		}
	}
	return few
}
