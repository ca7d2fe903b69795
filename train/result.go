package train

import (
	"math"
	"time"
)

// Epoch is the record of one epoch.
type Epoch struct {
	// Number counts from 1, epochs before Options.Start included.
	Number int
	// Loss is the mean loss of the training data as the steps met it, each batch with the parameters before its step.
	Loss float64
	// Validation is the mean loss of the validation part after the epoch; NaN without one.
	Validation float64
	// Lowest says that no epoch of this Fit before had as low a validation loss; false without a validation part.
	Lowest bool
	// Rate is the learning rate of the last step.
	Rate float64
	// Metrics are what was reported with [Trainer.Report], in the order of the calls; nil without.
	Metrics []Measure
	// Elapsed is the time that the steps took, without validation, metrics and callbacks.
	Elapsed time.Duration
}

// Metric returns the value of a metric by its name; NaN if no metric of that name was reported.
func (e Epoch) Metric(name string) float64 {
	for _, m := range e.Metrics {
		if m.Name == name {
			return m.Value
		}
	}
	return math.NaN()
}

// Result is the history of a training.
type Result struct {
	// Epochs are the epochs that were finished, in order.
	Epochs []Epoch
	// Best is the index in Epochs of the lowest validation loss, the first of several; -1 without one.
	Best int
	// Steps is the number of steps taken, those of an epoch that was broken off included.
	Steps int
}
