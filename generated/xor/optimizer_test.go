package xor_test

import (
	"math"
	"testing"

	"github.com/backpropgen/backpropgen/generated/xor"
)

// TestReset: an optimizer that was reset does what a new one with its hyperparameters does, even if it was left with NaN.
func TestReset(t *testing.T) {
	for name, fresh := range optimizers {
		want, o := start(), fresh()
		train(want, o, 0, 20)
		p, used := start(), fresh()
		train(p, used, 0, 7)
		used.Update(p, &xor.XorGrad{B2: [1]float32{float32(math.NaN())}}, 0.1)
		used.Reset()
		p = start()
		if train(p, used, 0, 20); *p != *want {
			t.Errorf("%s: after Reset %v, new %v", name, p, want)
		}
	}
}

// TestLearns: each optimizer lowers the loss over all samples.
func TestLearns(t *testing.T) {
	for name, fresh := range optimizers {
		p := start()
		before := loss(p)
		if train(p, fresh(), 0, 2000); !(loss(p) < before) {
			t.Errorf("%s: the loss was %v and is %v", name, before, loss(p))
		}
	}
}

func loss(p *xor.Xor) float32 {
	var ws xor.XorWorkspace
	var sum float32
	for i := range inputs {
		sum += p.Loss(&ws, &inputs[i], &targets[i])
	}
	return sum
}
