package train

import (
	"errors"
	"fmt"
	"math"

	"github.com/backpropgen/backpropgen/internal/plural"
)

// Options say how to train. Epochs, Batch and Rate are needed; the zero value of the others leaves them out.
type Options struct {
	// Epochs is the number of passes over the training data, those before Start included; at least 1.
	Epochs int
	// Batch is the number of samples of a step, at least 1. Where it is beyond the data, all samples make one step.
	Batch int
	// Rate is the learning rate over time, for the mean gradient over a batch: Constant(0.05), say.
	Rate Schedule
	// Seed chooses the order of the samples and the validation part.
	Seed uint64

	// Clip is the length that the mean gradient of a batch is scaled down to where it is longer. It needs an
	// Optimizer, because gradient descent without one stores no gradient.
	Clip float64
	// Validation is the part of the data, from 0 up to but not including 1, that is held out to measure the loss on
	// after every epoch. The same seed holds out the same samples.
	Validation float64
	// Patience stops training after so many epochs in a row without a new lowest validation loss, and makes Fit leave
	// the network with the parameters of the lowest one, however it ends. Patience: Epochs only does the latter.
	// It needs a validation part.
	Patience int
	// Weights has a weight for each sample: its loss counts so many times. ClassWeights has one for each class, which
	// that of its samples is multiplied by; see Confuse for what the class of a target is. They need a network with
	// sample_weights. Only how large they are beside one another counts, since they are divided by their mean over the
	// training part, or over the validation part, whose loss is weighted too. A sample of weight 0 is left out: it is
	// never looked at. Samples of ValidateOn have the weights of their classes alone.
	Weights, ClassWeights []float64
	// InOrder trains in the order of the data and holds out its end, for samples that follow one another in time.
	InOrder bool

	// Start is the number of epochs that have been trained before. With the parameters and the optimizer's state as
	// they were after that epoch, and all else equal, Fit goes on to the same bits as if it had never stopped. Patience
	// is the exception: it begins to count again. Trainer.Load returns the number.
	Start int

	// OnEpoch is called after every epoch, with the network as the epoch has left it: the place for metrics,
	// checkpoints and logs. ErrStop ends training without an error; any other error ends it, and Fit returns it.
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
	refuse(nilPointer(o.Progress), "Options.Progress is a nil %T; give one that exists, or leave the field alone",
		o.Progress)
	refuse(o.Start < 0 || o.Start > max(o.Epochs, 0),
		"Options.Start is %d; give the epochs done before, from 0 to Epochs, which is %d", o.Start, o.Epochs)
	return errors.Join(errs...)
}
