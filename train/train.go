// Package train is the training loop around an emitted network: the part that is the same for every network and
// that programs would otherwise write again.
//
//	var net iris.Iris
//	net.Init(rand.New(rand.NewPCG(1, 2)).NormFloat64)
//	t := train.New(&net)
//	t.Optimizer = iris.NewIrisAdam()
//	result, err := t.Fit(ctx, xs, ys, train.Options{Epochs: 40, Batch: 32, Rate: train.Cosine(0.01, 1, 40), Seed: 1})
//
// [New] takes any emitted network and finds its types by itself. [Trainer.Fit] shuffles the samples anew for every
// epoch, walks through them in batches, measures a validation part after each epoch, stops early where that is asked
// for, and returns the losses of every epoch. Without an optimizer it takes steps of gradient descent with
// StepBatch, which stores no gradient; with one it calls GradBatch, may clip the gradient, and calls the optimizer's
// Update; with a team it does either on all cores. The package imports the standard library only and knows
// networks by their methods, so that a program that trains needs nothing of the generator.
//
// # What is promised
//
// The same network, data, options and seed give the same bits, with any number of workers of a team. The order of an
// epoch depends on the seed and the number of the epoch alone. So a training that is resumed from a checkpoint gives
// the same bits as one that ran through: see [Options.Start].
//
// A step allocates nothing. The slices of the caller are read, never reordered.
//
// The cost of an emitted network is a sum over samples. Here losses are means, and rates are for the mean gradient of a
// batch. So a rate means the same for any size of batch. The last batch of an epoch may be smaller; its mean is over
// its own samples.
//
// # Weights
//
// [Options] may have weights for samples and classes, if the network has sample_weights. A sample of weight 0 is left
// out. Do not put weights into the targets. A network that ends in softmax with cross-entropy learns with the gradient
// ŷ - y, which is the gradient of its loss only if the targets of a sample sum to 1. Fit refuses others before it
// begins.
//
// # Metrics
//
// [Accuracy], [R2], [MAE] and [RMSE] measure outputs against targets, [Confuse] counts them by class, and
// [Trainer.Report] has Fit measure after every epoch.
//
// # Checkpoints
//
// [Trainer.Save] writes the epoch, the network and the optimizer into one file, whole or not at all. [Trainer.Load]
// reads them. So a training can go on where another program stopped.
//
// # Scaling
//
// [Standard] and [MinMax] fit a [Scaler] to samples, and [Scaled] scales them. After training, [FoldInputs] and
// [FoldOutputs] fold the scalers into the first and the last layer. The deployed network then takes and returns raw
// numbers, at no cost.
//
// # Errors
//
// A loss that is NaN or infinite ends the training with a [*NotFiniteError], which names the sample and says whether
// its data or the parameters are to blame. A cancelled context ends it between two steps.
package train

import "fmt"

// Trainer trains one network; [New] makes one. You may set its fields between two calls of Fit. Only one goroutine at a
// time may use it, and its network. P is the network, G its gradient, X and Y a sample's input and target, and F its
// float type.
type Trainer[P, G, X, Y any, F Float] struct {
	// Optimizer turns a gradient into a step. Nil means gradient descent, p -= rate*g, in one pass. Its state carries
	// over from one Fit to the next.
	Optimizer Optimizer[P, G, F]
	// Team computes losses and gradients on all cores. Nil means the goroutine that calls Fit.
	Team Team[P, G, X, Y, F]

	net      *P
	flat     []F // the parameters of net, the same memory
	solo     Team[P, G, X, Y, F]
	g        *G
	gradient gradient[F] // g by its methods
	// targetSum is what the targets of a sample must sum to; 0 where they may be anything.
	targetSum float64

	metrics []named[Y] // given by Report

	validXs []X // given by ValidateOn
	validYs []Y
}

// New returns a trainer of net, whose parameters it will change in place. They must have been drawn with Init, or
// loaded. The types follow from net: train.New(&net).
func New[N Network[P, G, B, A, X, Y, F], D Gradient[G, F], P, G, B, A, X, Y any, F Float](
	net N,
) *Trainer[P, G, X, Y, F] {
	if (*P)(net) == nil {
		panic(fmt.Sprintf("train.New: the network is a nil %T", net))
	}
	flat := floats[F](net.Flat())
	if flat == nil {
		panic(fmt.Sprintf("train.New: %T.Flat returns a %T; it must be a pointer to an array of %T", net, net.Flat(),
			F(0)))
	}
	g, sum := new(G), 0.0
	if n, ok := any(net).(summing[F]); ok {
		sum = float64(n.TargetSum())
	}
	return &Trainer[P, G, X, Y, F]{
		net:      (*P)(net),
		flat:     flat,
		solo:     solo[N, P, G, B, A, X, Y, F]{b: new(B)},
		g:        g,
		gradient: D(g),

		targetSum: sum,
	}
}

// ValidateOn gives Fit samples of your own to measure the validation loss on, in place of [Options.Validation]. They
// are read after every epoch and never trained on. Nil removes them.
func (t *Trainer[P, G, X, Y, F]) ValidateOn(xs []X, ys []Y) {
	if t == nil {
		panic("train: ValidateOn was called with a nil Trainer; make one with New")
	}
	t.validXs, t.validYs = xs, ys
}

// team is who computes.
func (t *Trainer[P, G, X, Y, F]) team() Team[P, G, X, Y, F] {
	if t.Team != nil {
		return t.Team
	}
	return t.solo
}
