package trial

import (
	"math/rand/v2"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/draw"
)

// kind is a sort of trial.
type kind struct {
	name string
	// scale multiplies the weights' usual scale, and bias is the scale of the biases.
	scale, bias float64
	// dead sets one layer's parameters to 0, a different one from trial to trial: every z of it is
	// exactly 0, where relu's derivative is a convention, while the layers above pass gradients.
	dead bool
	// kinks sets one layer's weights to 0 and its biases to whole numbers, in turn like dead: every z of it
	// is exactly one of -3…3, at 0, ±1 and ±3 the kinks of the activations, and units of a window tie.
	kinks bool
	// whole makes all parameters small whole numbers and repeats rows, so that with such an input the first
	// layer, and others after it, compute without rounding: kinks and ties again, with weights.
	whole bool
	// powers makes every parameter ± a power of 2, the same in a layer, so small that z is about 1. With inputs of ±1
	// the first layer computes without rounding, and no weight and no input hides behind a 0: one that is misread
	// shows, among however many.
	powers bool
	// near puts every other unit close to a kink of its activation, to another unit of its window or to an error at
	// which the cost has a kink: so close that a comparison with another number shows, and so far that rounding does
	// not decide it.
	near bool
	// logits, if not 0, is what the largest |z_L| is brought to; missed puts the one-hot target of every
	// other such trial at the least output, where losses overflow first. inner does it to one layer, in turn like
	// dead: exponentials overflow in hidden layers too.
	logits float64
	missed bool
	inner  bool
	// input and target make x and y.
	input  func(*rand.Rand, []float64)
	target func(spec.Network, *rand.Rand, []float64)
}

// Kinds are the sorts of trials, taken in turn: ordinary ones, and the corners at which kernels break.
var Kinds = []kind{
	{name: "random", scale: 1, bias: 0.5, input: draw.Normal, target: Dense},
	{name: "one-hot target", scale: 1, bias: 0.5, input: draw.Uniform, target: OneHot},
	{name: "logits of ±100", scale: 1, bias: 0.5, logits: 100, missed: true, input: draw.Normal, target: OneHot},
	{name: "zero input", scale: 1, bias: 0.5, input: zeros, target: Dense},
	{name: "large weights", scale: 4, bias: 2, input: draw.Normal, target: Dense},
	{name: "one layer of zero weights", scale: 1, bias: 0.5, dead: true, input: draw.Normal, target: Dense},
	{name: "all weights zero", input: draw.Normal, target: Dense},
	{name: "logits of ±100, dense target", scale: 1, bias: 0.5, logits: 100, input: draw.Uniform, target: Dense},
	{name: "one layer at kinks", scale: 1, bias: 0.5, kinks: true, input: draw.Normal, target: wholeOrDense},
	{name: "whole numbers", whole: true, input: draw.WholeNumbers, target: wholeOrDense},
	{name: "one layer of z to ±100", scale: 1, bias: 0.5, logits: 100, inner: true, input: draw.Normal, target: Dense},
	{name: "powers of two", powers: true, input: draw.Signs, target: Dense},
	{name: "small weights", scale: 0x1p-10, bias: 0x1p-12, input: draw.Uniform, target: OneHot},
}

// closeToKinks is the kind of trials from NearFirst on.
var closeToKinks = kind{name: "close to kinks", scale: 1, bias: 0.5, near: true, input: draw.Normal, target: Dense}

// kindOf is the kind of trial i.
func kindOf(i int) kind {
	if i >= NearFirst {
		return closeToKinks
	}
	return Kinds[i%len(Kinds)]
}

// zeros leaves zeros.
func zeros(*rand.Rand, []float64) {}

// OneHot is a 1 among zeros.
func OneHot(_ spec.Network, rng *rand.Rand, y []float64) { y[rng.IntN(len(y))] = 1 }

// Dense is whatever the cost takes: for softmax with cross-entropy multiples of 1/1024 that sum to
// exactly 1, which any precision holds; else probabilities for the costs of probabilities, and any
// numbers for the others.
func Dense(n spec.Network, rng *rand.Rand, y []float64) {
	last := n.Layers[n.Depth()-1].Activation.Name
	switch {
	case last == "softmax" && n.Cost.Name == "cross-entropy":
		for range 1024 {
			y[rng.IntN(len(y))] += 1.0 / 1024
		}
	case n.Cost.Name == "cross-entropy" || n.Cost.Name == "binary-cross-entropy":
		for i := range y {
			y[i] = rng.Float64()
		}
	default:
		draw.Normal(rng, y)
	}
}

// wholeOrDense is dense where the cost wants probabilities, and whole numbers where it takes any: errors of exactly 0
// and ±1 among them, where mae and huber have their kinks.
func wholeOrDense(n spec.Network, rng *rand.Rand, y []float64) {
	if entry, _ := spec.Lookup(spec.CostRole, n.Cost.Name); entry.Probabilities {
		Dense(n, rng, y)
		return
	}
	draw.WholeNumbers(rng, y)
}

// NearFirst is the number of the first, beyond those of the usual trials.
const NearFirst = 1 << 24

// turn is the layer whose turn it is in trial i, of those that treat one layer otherwise.
func turn(n spec.Network, i int) int { return i/len(Kinds)%n.Depth() + 1 }
