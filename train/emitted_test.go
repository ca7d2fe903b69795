package train_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/generated/spirals"
	"github.com/backpropgen/backpropgen/train"
)

// The steps of an emitted network allocate nothing, with an optimizer and without.
func TestEmittedDoesNotAllocateInSteps(t *testing.T) {
	xs, ys := disc(100)
	for _, optimizer := range []bool{false, true} {
		var net spirals.Spirals
		net.Init(rand.New(rand.NewPCG(1, 2)).NormFloat64)
		trainer := train.New(&net)
		o := train.Options{Batch: 7, Rate: train.Constant(0.01), Validation: 0.2}
		if optimizer {
			trainer.Optimizer = spirals.NewSpiralsAdam()
			o.Clip = 1
		}
		allocs := func(epochs int) float64 {
			o.Epochs = epochs
			return testing.AllocsPerRun(5, func() {
				if _, err := trainer.Fit(context.Background(), xs, ys, o); err != nil {
					t.Fatal(err)
				}
			})
		}
		if short, long := allocs(1), allocs(50); long > short {
			t.Errorf("optimizer %t: %g allocations in 1 epoch, %g in 50", optimizer, short, long)
		}
	}
}

// A team trains to the same bits with any number of workers, and close to those of one core: the sums of a batch are
// added up in another order.
func TestEmittedTeams(t *testing.T) {
	xs, ys := disc(500)
	fit := func(team train.Team[spirals.Spirals, spirals.SpiralsGrad, [2]float32, [2]float32,
		float32]) (spirals.Spirals, train.Result) {
		var net spirals.Spirals
		net.Init(rand.New(rand.NewPCG(1, 2)).NormFloat64)
		trainer := train.New(&net)
		trainer.Team = team
		trainer.Optimizer = spirals.NewSpiralsAdam()
		r, err := trainer.Fit(context.Background(), xs, ys, train.Options{
			Epochs: 3, Batch: 150, Rate: train.Constant(0.01), Validation: 0.2, Seed: 1,
		})
		if err != nil {
			t.Fatal(err)
		}
		return net, r
	}
	var first spirals.Spirals
	var firstResult train.Result
	for workers := 1; workers <= 4; workers++ {
		team := spirals.NewSpiralsTeam(workers)
		net, r := fit(team)
		team.Close()
		if workers == 1 {
			first, firstResult = net, r
		}
		if net != first || r.Epochs[2].Loss != firstResult.Epochs[2].Loss ||
			r.Epochs[2].Validation != firstResult.Epochs[2].Validation {
			t.Errorf("%d workers give other bits than one", workers)
		}
	}
	_, alone := fit(nil)
	if a, b := alone.Epochs[2].Loss, firstResult.Epochs[2].Loss; math.Abs(a-b) > 1e-4*a {
		t.Errorf("losses %g without a team, %g with one", a, b)
	}
}

// Batches of emitted networks give the steps of their mean: one epoch by hand, with the single-sample functions. The
// two differ in the order of their sums only, which is some units in the last place of a gradient of length about 1.
func TestEmittedTakesStepsOfTheMean(t *testing.T) {
	xs, ys := disc(50)
	var net spirals.Spirals
	net.Init(rand.New(rand.NewPCG(1, 2)).NormFloat64)
	want := net
	_, err := train.New(&net).Fit(context.Background(), xs, ys, train.Options{
		Epochs: 1, Batch: 20, Rate: train.Constant(0.1), InOrder: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	var ws spirals.SpiralsWorkspace
	var g spirals.SpiralsGrad
	for start := 0; start < 50; start += 20 {
		end := min(start+20, 50)
		var sum [spirals.SpiralsParams]float64
		for i := start; i < end; i++ {
			want.Grad(&ws, &xs[i], &ys[i], &g)
			for k, v := range g.Flat() {
				sum[k] += float64(v)
			}
		}
		for k, v := range sum {
			want.Flat()[k] -= float32(0.1 * v / float64(end-start))
		}
	}
	for k, v := range want.Flat() {
		if got := net.Flat()[k]; math.Abs(float64(got-v)) > 1e-5 {
			t.Fatalf("parameter %d is %v, want %v", k, got, v)
		}
	}
}

// A rate far too high ruins an emitted network like any other: it is brought back to finite parameters.
func TestEmittedOverflow(t *testing.T) {
	xs, ys := disc(100)
	var net spirals.Spirals
	net.Init(rand.New(rand.NewPCG(1, 2)).NormFloat64)
	_, err := train.New(&net).Fit(context.Background(), xs, ys, train.Options{
		Epochs: 5, Batch: 10, Rate: train.Constant(math.MaxFloat32),
	})
	var overflow *train.NotFiniteError
	if !errors.As(err, &overflow) || overflow.Blame != train.BlameParameters {
		t.Fatalf("error %v", err)
	}
	for k, v := range net.Flat() {
		if v-v != 0 {
			t.Fatalf("%v; parameter %d is left %v", err, k, v)
		}
	}
}

// An emitted network of softmax with cross-entropy asks for targets with a sum of 1, and leaves others untouched.
func TestEmittedTargets(t *testing.T) {
	xs, ys := disc(100)
	ys[17] = [2]float32{2.5, 0}
	var net spirals.Spirals
	net.Init(rand.New(rand.NewPCG(1, 2)).NormFloat64)
	before := net
	_, err := train.New(&net).Fit(context.Background(), xs, ys,
		train.Options{Epochs: 1, Batch: 10, Rate: train.Constant(0.1)})
	if err == nil || !strings.HasPrefix(err.Error(), "train: the targets of sample 17 sum to 2.5, not to 1;") ||
		net != before {
		t.Errorf("error %v", err)
	}
}
