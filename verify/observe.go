package verify

import (
	"fmt"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/hunt"
	"github.com/backpropgen/backpropgen/verify/internal/judge"
)

// Ranges are the smallest and the largest number that Observe draws. Targets of softmax with cross-entropy are
// probabilities that sum to 1, whatever their range.
type Ranges struct{ Inputs, Weights, Biases, Targets [2]float64 }

// Hunt says how Observe looks for errors.
type Hunt struct {
	Ranges
	// Draws is how many sets of parameters, inputs and targets are tried, Seed fixes them.
	Draws int
	Seed  uint64
	// Samples, if not 0, is how many samples GradBatch gets of the worst sets.
	Samples int
}

// Observed is the largest error seen in one result, over all its elements.
type Observed struct {
	// Name is ŷ, loss, ∂L/∂W1 and so on, ∂L/∂x.
	Name string
	// Error is that of a sample; Apart that of those draws in which rounding decided no comparison of a derivative
	// otherwise; Sum that of GradBatch.
	Error, Apart, Sum float64
}

// Observe looks for the largest rounding errors of a kernel within ranges, to hold beside what is promised of them.
// Half of the draws are of kinds that are known to have large errors, the others are the worst so far with something
// changed. Errors are distances from the reference, less what its own rounding may come to.
//
// The kernel needs Forward, Loss, Grad, with Samples GradBatch, and InputGrad where the network has input_gradient:
// whose emit leaves them out can't be observed.
func Observe[P, G, W, B, X, Y any, F Float](n spec.Network, k Kernel[P, G, W, B, X, Y, F], h Hunt) ([]Observed, error) {
	n = n.WithDefaults()
	if err := fits(n, typesOf[P, G, X, Y, F]()); err != nil {
		return nil, err
	}
	if err := (functions{
		{"Forward", k.Forward == nil}, {"Loss", k.Loss == nil}, {"Grad", k.Grad == nil},
		{"GradBatch", k.GradBatch == nil && h.Samples > 0}, {"InputGrad", k.InputGrad == nil && n.InputGradient},
	}).present(); err != nil {
		return nil, err
	}
	m, err := machineOf(n, k)
	if err != nil {
		return nil, err
	}
	var batch *judge.BatchMachine[F]
	if h.Samples > 0 {
		batch = newKernelBatches(k, h.Samples)
	}
	found, err := hunt.Observe(n, m, batch, hunt.Options{
		Ranges: hunt.Ranges(h.Ranges), Draws: h.Draws, Seed: h.Seed, Samples: h.Samples,
	})
	if err != nil {
		return nil, err
	}
	var list []Observed
	for _, o := range found {
		list = append(list, Observed(o))
	}
	return list, nil
}

// String is for messages.
func (o Observed) String() string {
	return fmt.Sprintf("%s: %.3g, apart %.3g, summed %.3g", o.Name, o.Error, o.Apart, o.Sum)
}
