package train

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"

	"github.com/backpropgen/backpropgen/internal/absent"
)

// check finds what is missing of a trainer, before anything is touched. A nil pointer in a field of an interface type
// is not nil itself, and would fail inside the first step.
func (t *Trainer[P, G, X, Y, F]) check(ctx context.Context) error {
	var errs []error
	if t == nil || t.net == nil {
		return errors.New("train: the Trainer is nil or a zero value; make one with New")
	}
	if ctx == nil || absent.Pointer(ctx) {
		errs = append(errs, errors.New("train: ctx is nil; give context.Background() where nothing cancels"))
	}
	if absent.Pointer(t.Optimizer) {
		errs = append(errs,
			fmt.Errorf("train: Trainer.Optimizer is a nil %T; "+
				"give one that exists, or leave the field alone for gradient descent", t.Optimizer))
	} else {
		errs = append(errs, t.checkHyperparameters()...)
	}
	if absent.Pointer(t.Team) {
		errs = append(errs,
			fmt.Errorf("train: Trainer.Team is a nil %T; give one that exists, or leave the field alone for one core",
				t.Team))
	}
	return errors.Join(errs...)
}

// targetSlack is how far the sum of targets may be from what it must be, as a part of the sum of their magnitudes. It
// is half a unit in the last place of bfloat16, the coarsest format that targets are kept in: so much may rounding each
// of them to it move the sum.
const targetSlack = 0x1p-9

// checkTargets finds targets that do not sum to what the network asks for. It says nothing of those that are not
// finite: the step that meets them does. Samples of weight 0 are left out; weights are nil where all count. part says
// which samples they are of: "sample".
func (t *Trainer[P, G, X, Y, F]) checkTargets(ys []Y, weights []float64, part string) error {
	if t.targetSum == 0 {
		return nil
	}
	targets := reflect.ValueOf(ys)
	first, wrong, was := -1, 0, 0.0
	for i := range ys {
		if weights != nil && weights[i] == 0 {
			continue
		}
		sum, size := 0.0, 0.0
		for k, y := 0, targets.Index(i); k < y.Len(); k++ {
			v := y.Index(k).Float()
			sum, size = sum+v, size+math.Abs(v)
		}
		if math.Abs(sum-t.targetSum) > targetSlack*max(size, t.targetSum) {
			if wrong++; first < 0 {
				first, was = i, sum
			}
		}
	}
	if wrong == 0 {
		return nil
	}
	others := ""
	if wrong > 1 {
		others = fmt.Sprintf(", and those of %d others do not either", wrong-1)
	}
	return fmt.Errorf("train: the targets of %s %d sum to %.6g, not to %g%s; "+
		"the gradient is that of the loss only where they do: to weight a sample "+
		"or a class use Options.Weights or ClassWeights, to mask a sample leave it out", part, first, was, t.targetSum,
		others)
}
