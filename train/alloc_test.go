package train

import (
	"context"
	"testing"
)

// The allocations of a training are those of its beginning: they do not depend on the number of steps.
func TestFitDoesNotAllocateInSteps(t *testing.T) {
	xs, ys := data(100)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	for name, c := range map[string]struct {
		optimizer bool
		o         Options
	}{
		"gradient descent":     {false, Options{}},
		"optimizer, clipped":   {true, Options{Clip: 1}},
		"validation, patience": {true, Options{Validation: 0.2, Patience: 1000}},
		"progress, in order":   {false, Options{Progress: onStep(func(Status) {}), InOrder: true}},
	} {
		var net unit
		trainer := New(&net)
		if c.optimizer {
			trainer.Optimizer = &momentum{}
		}
		o := c.o
		o.Batch, o.Rate = 7, Cosine(0.1, 1, 100)
		allocs := func(epochs int) float64 {
			o.Epochs = epochs
			return testing.AllocsPerRun(5, func() {
				if _, err := trainer.Fit(ctx, xs, ys, o); err != nil {
					t.Fatal(err)
				}
			})
		}
		if short, long := allocs(1), allocs(100); long > short {
			t.Errorf("%s: %g allocations in 1 epoch, %g in 100", name, short, long)
		}
	}
}
