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
// epoch depends on the seed and the number of that epoch and on nothing before it, so that a training that is broken
// off and resumed from a checkpoint gives the same bits as one that ran through: see [Options.Start].
//
// Nothing is allocated for a step. The slices of the caller are read, never reordered.
//
// Costs of emitted networks are sums over samples. Here losses are means, and rates are for the mean gradient over the
// batch, so that a rate means the same whatever the batch's size; the last batch of an epoch, which may be smaller,
// counts by its own size.
//
// # Weights
//
// Every sample counts alike, unless [Options] gives weights to samples or classes, which a network with sample_weights
// takes. A sample of weight 0 is left out. Targets are no place for weights: a network that ends in softmax with
// cross-entropy learns with the gradient ŷ - y, which is that of its loss only where the targets of a sample sum to 1,
// and Fit refuses others before it begins.
//
// # Metrics
//
// [Accuracy], [R2], [MAE] and [RMSE] measure outputs against targets, [Confuse] counts them by class, and
// [Trainer.Report] has Fit measure after every epoch.
//
// # Checkpoints
//
// [Trainer.Save] writes the epoch, the network and the optimizer into one file, whole or not at all, and [Trainer.Load]
// reads them, so that a training goes on where another program stopped.
//
// # Scaling
//
// [Standard] and [MinMax] fit a [Scaler] to samples, [Scaled] scales them, and after training [FoldInputs] and
// [FoldOutputs] take the scalers into the network's first and last layer, so that what is deployed takes and returns
// numbers as they come, at no cost.
//
// # Errors
//
// A loss that is NaN or infinite ends the training with a [*NotFiniteError], which names the sample and says whether
// its data or the parameters are to blame. A cancelled context ends it between two steps.
package train

import "fmt"

// Trainer trains one network. Its fields may be set between two calls of Fit, and it belongs to one goroutine at a
// time, as the network does. New makes one; P is the network, G its gradient, X and Y a sample's input and target, and
// F its float type.
type Trainer[P, G, X, Y any, F Float] struct {
	// Optimizer turns a gradient into a step. Nil stands for gradient descent, p -= rate*g, in one pass.
	// An optimizer's state goes on from one Fit to the next.
	Optimizer Optimizer[P, G, F]
	// Team computes losses and gradients, on all cores. Nil stands for the goroutine that calls Fit.
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

// ValidateOn gives Fit samples to measure the validation loss on, in place of a part of the training data; see
// [Options.Validation]. They are read at every epoch, never trained on. Nil takes them away again.
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
