package train_test

import (
	"context"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/generated/spirals"
	"github.com/backpropgen/backpropgen/generated/xor"
	"github.com/backpropgen/backpropgen/train"
)

// fitted is a network of the spirals after a training with some options.
func fitted(t *testing.T, xs, ys [][2]float32, adam bool, o train.Options) (spirals.Spirals, train.Result) {
	t.Helper()
	var optimizer *spirals.SpiralsAdam
	if adam {
		optimizer = spirals.NewSpiralsAdam()
	}
	net, trainer := drawn(1, optimizer)
	result, err := trainer.Fit(context.Background(), xs, ys, o)
	if err != nil {
		t.Fatal(err)
	}
	return *net, result
}

// off is the largest difference of the parameters of two networks.
func off(a, b spirals.Spirals) (largest float64) {
	for i, v := range a.Flat() {
		largest = max(largest, math.Abs(float64(v-b.Flat()[i])))
	}
	return largest
}

// A weight counts as so many copies of a sample, in the steps and in the losses, with an optimizer and without; weights
// that are all alike change nothing but roundings, however large they are.
func TestWeightsAreCopies(t *testing.T) {
	xs, ys := disc(60)
	weights := make([]float64, len(xs))
	var copiesX, copiesY [][2]float32
	for i := range xs {
		weights[i] = float64(i % 3) // 0, 1 and 2
		for range i % 3 {
			copiesX, copiesY = append(copiesX, xs[i]), append(copiesY, ys[i])
		}
	}
	// One step an epoch, in the order of the data, so that steps are of the same samples.
	for _, adam := range []bool{false, true} {
		o := train.Options{Epochs: 20, Batch: 1000, Rate: train.Constant(0.01), InOrder: true}
		copies, copied := fitted(t, copiesX, copiesY, adam, o)
		plain, _ := fitted(t, xs, ys, adam, o)
		o.Weights = weights
		weighted, result := fitted(t, xs, ys, adam, o)
		apart, same := off(weighted, plain), off(weighted, copies)
		if !(same < apart/100) {
			t.Errorf("adam %t: %g from copies, %g from no weights", adam, same, apart)
		}
		for i, e := range result.Epochs {
			if want := copied.Epochs[i].Loss; !(math.Abs(e.Loss-want) < 1e-4*want) {
				t.Errorf("adam %t: epoch %d: loss %g, of copies %g", adam, i, e.Loss, want)
			}
		}
		for _, w := range []float64{1e-300, 1, 1e300} {
			for i := range weights {
				o.Weights[i] = w
			}
			alike, _ := fitted(t, xs, ys, adam, o)
			if d := off(alike, plain); !(d < apart/100) {
				t.Errorf("adam %t: weights of %g move the parameters by %g", adam, w, d)
			}
			for i := range weights {
				o.Weights[i] = float64(i % 3)
			}
		}
	}
}

// With batches of one sample a weight still counts: the step of a sample does not depend on what comes with it.
func TestWeightsInSmallBatches(t *testing.T) {
	xs, ys := disc(40)
	o := train.Options{Epochs: 2, Batch: 1, Rate: train.Constant(0.01), Seed: 1}
	plain, _ := fitted(t, xs, ys, false, o)
	o.ClassWeights = []float64{1, 9}
	weighted, _ := fitted(t, xs, ys, false, o)
	if off(weighted, plain) < 1e-3 {
		t.Error("weights change nothing")
	}
}

// The weights of classes are those of their samples; both together are multiplied. The validation loss is weighted too,
// of a part that is held out and of ValidateOn.
func TestClassWeights(t *testing.T) {
	xs, ys := disc(80)
	class := []float64{0.5, 3}
	each := make([]float64, len(xs))
	for i := range xs {
		each[i] = class[0]
		if ys[i][1] == 1 {
			each[i] = class[1]
		}
	}
	o := train.Options{Epochs: 5, Batch: 16, Rate: train.Constant(0.01), Validation: 0.25, Seed: 3}
	byClass, bySample, both := o, o, o
	byClass.ClassWeights, bySample.Weights = class, each
	both.ClassWeights, both.Weights = []float64{0.25, 1.5}, make([]float64, len(xs))
	for i := range both.Weights {
		both.Weights[i] = 2
	}
	first, result := fitted(t, xs, ys, true, byClass)
	for name, other := range map[string]train.Options{"weights of samples": bySample, "both": both} {
		net, r := fitted(t, xs, ys, true, other)
		if net != first || r.Epochs[4].Loss != result.Epochs[4].Loss ||
			r.Epochs[4].Validation != result.Epochs[4].Validation {
			t.Errorf("%s give other bits than weights of classes", name)
		}
	}

	heldX, heldY := disc(50)
	net, trainer := drawn(1, nil)
	trainer.ValidateOn(heldX, heldY)
	var b spirals.SpiralsBatch
	byHand := func() float64 {
		sum, total := 0.0, 0.0
		for i := range heldX {
			w := class[0]
			if heldY[i][1] == 1 {
				w = class[1]
			}
			sum, total = sum+w*float64(net.LossBatch(&b, heldX[i:i+1], heldY[i:i+1])), total+w
		}
		return sum / total
	}
	o = train.Options{Epochs: 2, Batch: 16, Rate: train.Constant(0.01), ClassWeights: class,
		OnEpoch: func(e train.Epoch) error {
			if want := byHand(); !(math.Abs(e.Validation-want) < 1e-5*want) {
				t.Errorf("validation loss %g, want %g", e.Validation, want)
			}
			return nil
		}}
	if _, err := trainer.Fit(context.Background(), xs, ys, o); err != nil {
		t.Fatal(err)
	}
}

// A sample of weight 0 is left out: what stands in it does not matter, in training, validation, metrics or what Fit
// refuses. A team sees the same.
func TestWeightZeroLeavesOut(t *testing.T) {
	xs, ys := disc(60)
	weights := make([]float64, len(xs))
	for i := range weights {
		weights[i] = float64(1 + i%2)
	}
	weights[7], weights[8], weights[59] = 0, 0, 0
	for _, validation := range []float64{0, 0.3} {
		for _, workers := range []int{0, 2} {
			fit := func(xs, ys [][2]float32) (spirals.Spirals, train.Result) {
				net, trainer := drawn(1, spirals.NewSpiralsAdam())
				trainer.Report("accuracy", train.Accuracy)
				if workers > 0 {
					team := spirals.NewSpiralsTeam(workers)
					defer team.Close()
					trainer.Team = team
				}
				r, err := trainer.Fit(context.Background(), xs, ys, train.Options{
					Epochs: 3, Batch: 8, Rate: train.Constant(0.01), Weights: weights, Validation: validation, Seed: 2,
				})
				if err != nil {
					t.Fatal(err)
				}
				for i := range r.Epochs {
					r.Epochs[i].Elapsed = 0
					if validation == 0 {
						r.Epochs[i].Validation = 0 // NaN
					}
				}
				return *net, r
			}
			clean, result := fit(xs, ys)
			badX, badY := append([][2]float32{}, xs...), append([][2]float32{}, ys...)
			badX[7], badY[8], badX[59] = [2]float32{float32(nan), 0}, [2]float32{0, 0}, [2]float32{float32(inf), 0}
			spoilt, other := fit(badX, badY)
			if spoilt != clean || !reflect.DeepEqual(result, other) {
				t.Errorf("validation %g, %d workers: samples of weight 0 change what comes out", validation, workers)
			}
		}
	}
}

// A NaN in a sample that counts is blamed on it.
func TestWeightsBlame(t *testing.T) {
	xs, ys := disc(20)
	xs[11][0] = float32(nan)
	weights := make([]float64, len(xs))
	for i := range weights {
		weights[i] = 2
	}
	weights[3] = 0
	_, trainer := drawn(1, spirals.NewSpiralsAdam())
	_, err := trainer.Fit(context.Background(), xs, ys, train.Options{
		Epochs: 1, Batch: 5, Rate: train.Constant(0.01), Weights: weights, Seed: 2,
	})
	if err == nil || !strings.Contains(err.Error(), "input 0 of sample 11 is NaN") {
		t.Errorf("%v", err)
	}
}

// What cannot be a weight is refused before anything is touched, and so are networks that take none.
func TestWeightsRefused(t *testing.T) {
	xs, ys := disc(4)
	base := train.Options{Epochs: 1, Batch: 2, Rate: train.Constant(0.01)}
	for want, edit := range map[string]func(o *train.Options){
		"Options.Weights has 3 weights for 4 samples": func(o *train.Options) {
			o.Weights = []float64{1, 2, 3}
		},
		"Options.Weights has 0 weights for 4 samples": func(o *train.Options) { o.Weights = []float64{} },
		"Options.Weights is -1 for sample 2": func(o *train.Options) {
			o.Weights = []float64{1, 2, -1, nan}
		},
		"Options.Weights is NaN for sample 0": func(o *train.Options) {
			o.Weights = []float64{nan, 1, 1, 1}
		},
		"Options.Weights is +Inf for sample 3": func(o *train.Options) {
			o.Weights = []float64{1, 1, 1, inf}
		},
		"Options.ClassWeights is -2 for class 1": func(o *train.Options) {
			o.ClassWeights = []float64{1, -2}
		},
		"Options.ClassWeights has 3 weights; the network has 2 cla": func(o *train.Options) {
			o.ClassWeights = []float64{1, 2, 3}
		},
		"the training part: every weight is 0": func(o *train.Options) {
			o.Weights = []float64{0, 0, 0, 0}
		},
	} {
		o := base
		edit(&o)
		net, trainer := drawn(1, nil)
		before := *net
		if _, err := trainer.Fit(context.Background(), xs, ys, o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want an error with %q", err, want)
		}
		if *net != before {
			t.Errorf("%s: the network was trained", want)
		}
	}
	o := base
	o.ClassWeights = []float64{1, 2}
	var net xor.Xor
	_, err := train.New(&net).Fit(context.Background(), [][2]float32{{1, 0}}, [][1]float32{{1}}, o)
	if err == nil || !strings.Contains(err.Error(), "write sample_weights: true into the spec") {
		t.Errorf("%v", err)
	}
}
