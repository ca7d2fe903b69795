package verify

import (
	"slices"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
)

// blockOf sets the block size of a network.
func blockOf(n spec.Network, batch int) spec.Network {
	n.Batch = batch
	return n
}

// mutantsBatch are mistakes of batch functions over blocks of 4 samples.
var mutantsBatch = []mutant{
	{"remainder forgotten", "ForwardBatch", "ŷ[", "got NaN", ""},
	{"remainder forgotten", "GradBatch", "∂L/∂W1[", "of layer 1", ""},
	{"first of the second block twice", "GradBatch", "∂L/∂W2[", "of layer 2", "ForwardBatch"},
	{"first of the second block twice", "LossBatch", "loss", "of 5 samples", "ForwardBatch"},
	{"loss of the last block", "GradBatch", "loss", "must not hide", "ForwardBatch LossBatch"},
	{"one gradient off by 1e-3", "GradBatch", "∂L/∂W1[", "of layer 1", "ForwardBatch LossBatch"},
	{"depends on the call before", "GradBatch", "loss", "a second call gave", "ForwardBatch LossBatch"},
	{"allocates", "LossBatch", "allocations", "per call", ""},
	{
		"a sample too many", "ForwardBatch", "out[1]", "the slice has 1 sample",
		"LossBatch GradBatch StepBatch InputGradBatch",
	},
	{
		"whole blocks", "ForwardBatch", "out[1]", "the slice has 1 sample",
		"LossBatch GradBatch StepBatch InputGradBatch",
	},
	{"last two swapped", "ForwardBatch", "ŷ[", "want", "LossBatch GradBatch StepBatch InputGradBatch"},
	{"NaN hides", "ForwardBatch", "ŷ[4][", "must not hide", "LossBatch GradBatch StepBatch InputGradBatch"},
	{"loss without NaN", "LossBatch", "loss", "must not hide", "ForwardBatch GradBatch StepBatch InputGradBatch"},
	{
		"NaN spreads", "ForwardBatch", "ŷ[1][", "without NaN in another sample",
		"LossBatch GradBatch StepBatch InputGradBatch",
	},
	{"NaN sticks", "LossBatch", "loss", "after others with NaN", "ForwardBatch GradBatch StepBatch InputGradBatch"},
	{
		"results written first", "ForwardBatch", "lengths that differ", "out was written before",
		"LossBatch GradBatch StepBatch InputGradBatch",
	},
	{
		"lengths unchecked", "LossBatch", "lengths that differ", "index out of range",
		"ForwardBatch GradBatch StepBatch InputGradBatch",
	},
	{
		"lengths unchecked", "LossBatch", "lengths that differ", "accepted",
		"ForwardBatch GradBatch StepBatch InputGradBatch",
	},
	{
		"shorter of two", "GradBatch", "lengths that differ", "accepted",
		"ForwardBatch LossBatch StepBatch InputGradBatch",
	},
	{
		"gxs unchecked", "InputGradBatch", "lengths that differ", "5 xs, 5 ys, 4 results",
		"ForwardBatch LossBatch StepBatch GradBatch",
	},
	{"writes xs", "LossBatch", "xs[", "written", "ForwardBatch GradBatch StepBatch InputGradBatch"},
	{"writes p", "GradBatch", "W1[", "only StepBatch may write p", "ForwardBatch LossBatch StepBatch InputGradBatch"},
	{"loss of nothing", "LossBatch", "loss", "want 0", "ForwardBatch GradBatch StepBatch InputGradBatch"},
	{"gradient of nothing", "GradBatch", "∂L/∂W1[", "of 0 samples", "ForwardBatch LossBatch StepBatch InputGradBatch"},
	{"accumulates", "GradBatch", "∂L/∂W1[", "got NaN", "ForwardBatch LossBatch StepBatch InputGradBatch"},
	{"mean for sum", "GradBatch", "∂L/∂W1[", "of layer 1", "ForwardBatch LossBatch StepBatch InputGradBatch"},
	{"sum of calls", "StepBatch", "W1[", "got NaN", "ForwardBatch LossBatch GradBatch InputGradBatch"},
	{"steps block by block", "StepBatch", "W1[", "of layer 1", "ForwardBatch LossBatch GradBatch InputGradBatch"},
	{"rate over samples", "StepBatch", "b2[", "of layer 2", "ForwardBatch LossBatch GradBatch InputGradBatch"},
	{"input gradients summed", "InputGradBatch", "∂L/∂x[", "want", "ForwardBatch LossBatch GradBatch StepBatch"},
}

// TestRightBatches: the judge accepts batch functions that are right, for blocks of several sizes and networks in every
// cache mode.
func TestRightBatches(t *testing.T) {
	for _, block := range []int{1, 2, 7, 32} {
		if testing.Short() && block != 7 {
			continue
		}
		Test(t, string(blockOf(twoThreeTwo(spec.Float32), block).JSON()),
			batched(kernel232[float32](none), block, none))
		Test(t, string(blockOf(twoThreeTwo(spec.Float64), block).JSON()),
			batched(kernel232[float64](none), block, none))
		Test(t, string(blockOf(threeFourTwo(spec.Float32), block).JSON()),
			batched(kernel342[float32](none), block, none))
	}
}

func TestBatchMutants(t *testing.T) {
	const block = 4
	singles := []string{"Init", "Forward", "Loss", "Backward", "Grad", "Step"}
	for i, m := range mutantsBatch {
		t.Run(string(m.flaw)+" "+m.call, func(t *testing.T) {
			for _, name := range singles {
				m.innocent += " " + name
			}
			o := Options{Short: true}
			single, double := precisionsOf(i)
			if single {
				m.judged(t,
					Check(blockOf(twoThreeTwo(spec.Float32), block), batched(kernel232[float32](none), block, m.flaw),
						o))
			}
			if double {
				m.judged(t,
					Check(blockOf(twoThreeTwo(spec.Float64), block), batched(kernel232[float64](none), block, m.flaw),
						o))
			}
		})
	}
}

// TestBatchCounts: none, one, and both sides of multiples of a block, as far as time allows.
func TestBatchCounts(t *testing.T) {
	for _, c := range []struct {
		block, largest int
		want           []int
	}{
		{1, 1000, []int{0, 1, 2, 5}},
		{2, 1000, []int{0, 1, 2, 3, 4, 7}},
		{32, 1000, []int{0, 1, 2, 31, 32, 33, 64, 67}},
		{32, 40, []int{0, 1, 2, 31, 32, 33}},
		{1000, 1, []int{0, 1, 2}},
	} {
		if got := trial.BatchCounts(c.block, c.largest); !slices.Equal(got, c.want) {
			t.Errorf("blocks of %d, at most %d samples: %v, want %v", c.block, c.largest, got, c.want)
		}
	}
}
