package train

import (
	"errors"
	"fmt"
	"math"

	"github.com/backpropgen/backpropgen/internal/absent"
	"github.com/backpropgen/backpropgen/internal/plural"
)

// Options say how to train. Epochs, Batch and Rate are needed; the zero value of the others leaves them out.
type Options struct {
	// Epochs is the number of passes over the training data, including those before Start; at least 1.
	Epochs int
	// Batch is the number of samples of a step, at least 1. If there are fewer samples, all of them make one step.
	Batch int
	// Rate is the learning rate over time, such as Constant(0.05). It is for the mean gradient of a batch.
	Rate Schedule
	// Seed chooses the order of the samples and the validation part.
	Seed uint64

	// Clip limits the length of the mean gradient of a batch: a longer one is scaled down to it. It needs an Optimizer,
	// because gradient descent without one stores no gradient.
	Clip float64
	// Validation is the fraction of the data that is held out, from 0 up to but not including 1. Fit measures the loss
	// on it after every epoch. The same seed holds out the same samples.
	Validation float64
	// Patience stops training after so many epochs in a row that did not lower the validation loss. With it, Fit leaves
	// the network with the parameters of the lowest validation loss, however the training ends. To have only that, set
	// Patience to Epochs. It needs a validation part.
	Patience int
	// Weights has a weight for each sample, by which its loss is multiplied. ClassWeights has one for each class, which
	// multiplies the weights of its samples; Confuse says what the class of a target is. They need a network with
	// sample_weights.
	//
	// Only the ratios of weights matter: they are divided by their mean over the training part. The validation loss is
	// weighted likewise, with the mean over the validation part. A sample of weight 0 is left out: nothing reads it.
	// Samples of ValidateOn have the weights of their classes alone.
	Weights, ClassWeights []float64
	// InOrder trains in the order of the data and holds out its end, for samples that follow one another in time.
	InOrder bool

	// Start is the number of epochs trained before; Trainer.Load returns it. If the parameters and the state of the
	// optimizer are as they were after that epoch, and all else is equal, Fit gives the same bits as if it had never
	// stopped. Only Patience begins to count again.
	Start int

	// OnEpoch is called after every epoch. The network is as the epoch left it. Use it for metrics, checkpoints and
	// logs. ErrStop ends the training without an error. Fit returns any other error.
	OnEpoch func(Epoch) error
	// Progress is told of every step; see Terminal.
	Progress Progress
}

// ErrStop is what OnEpoch returns to end the training there.
var ErrStop = errors.New("stop training here")

// check finds all that cannot be trained with, before anything is touched. n and m are the numbers of inputs and
// targets, vn and vm those of ValidateOn.
func (o Options) check(n, m, vn, vm int, optimizer bool) error {
	var errs []error
	refuse := func(bad bool, format string, args ...any) {
		if bad {
			errs = append(errs, fmt.Errorf("train: "+format, args...))
		}
	}
	refuse(n != m, "%s and %s; every sample needs one of each", plural.Of(n, "input"), plural.Of(m, "target"))
	refuse(n == 0 && m == 0, "there are no samples to train on")
	refuse(o.Epochs < 1, "Options.Epochs is %d; give the passes over the data, at least 1", o.Epochs)
	refuse(o.Batch < 1, "Options.Batch is %d; give the samples of a step, at least 1, such as 32", o.Batch)
	refuse(o.Rate == nil, "Options.Rate is missing; give a schedule, such as train.Constant(0.05)")
	refuse(!(o.Clip >= 0) || math.IsInf(o.Clip, 0),
		"Options.Clip is %v; give the greatest length of the gradient, or 0 not to clip", o.Clip)
	refuse(o.Clip > 0 && !optimizer,
		"Options.Clip needs an Optimizer: gradient descent without one stores no gradient; "+
			"emit one with optimizers: [sgd]")
	refuse(!(0 <= o.Validation && o.Validation < 1),
		"Options.Validation is %v; give the part to hold out, from 0 up to 1, such as 0.2", o.Validation)
	refuse(o.Validation > 0 && n == 1, "Options.Validation needs two samples or more; there is one")
	refuse(vn != vm, "ValidateOn was given %s and %s; every sample needs one of each", plural.Of(vn, "input"),
		plural.Of(vm, "target"))
	refuse(o.Validation > 0 && vn > 0, "Options.Validation and ValidateOn exclude one another; use either")
	refuse(o.Patience < 0, "Options.Patience is %d; give the epochs without a lower loss to bear, or 0", o.Patience)
	refuse(o.Patience > 0 && o.Validation == 0 && vn == 0,
		"Options.Patience needs a validation part; set Options.Validation or call ValidateOn")
	refuse(absent.Pointer(o.Progress), "Options.Progress is a nil %T; give one that exists, or leave the field alone",
		o.Progress)
	refuse(o.Start < 0 || o.Start > max(o.Epochs, 0),
		"Options.Start is %d; give the epochs done before, from 0 to Epochs, which is %d", o.Start, o.Epochs)
	return errors.Join(errs...)
}
