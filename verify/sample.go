package verify

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/backpropgen/backpropgen/spec"
	"gonum.org/v1/gonum/floats"
)

// sample is one trial: parameters, input, target and rate, all numbers of the network's precision.
type sample struct {
	kind         string
	params, x, y []float64
	rate         float64
}

// kind is a sort of trial.
type kind struct {
	name string
	// scale multiplies the weights' usual scale, and bias is the scale of the biases.
	scale, bias float64
	// dead sets one layer's parameters to 0, a different one from trial to trial: every z of it is
	// exactly 0, where relu's derivative is a convention, while the layers above pass gradients.
	dead bool
	// logits, if not 0, is what the largest |z_L| is brought to.
	logits float64
	// input and target make x and y.
	input  func(*rand.Rand, []float64)
	target func(spec.Network, *rand.Rand, []float64)
}

// kinds are the sorts of trials, taken in turn: ordinary ones, and the corners at which kernels break.
var kinds = []kind{
	{name: "random", scale: 1, bias: 0.5, input: normal, target: dense},
	{name: "one-hot target", scale: 1, bias: 0.5, input: uniform, target: oneHot},
	{name: "logits of ±100", scale: 1, bias: 0.5, logits: 100, input: normal, target: oneHot},
	{name: "zero input", scale: 1, bias: 0.5, input: zeros, target: dense},
	{name: "large weights", scale: 4, bias: 2, input: normal, target: dense},
	{name: "one layer of zero weights", scale: 1, bias: 0.5, dead: true, input: normal, target: dense},
	{name: "all weights zero", input: normal, target: dense},
	{name: "logits of ±100, dense target", scale: 1, bias: 0.5, logits: 100, input: uniform, target: dense},
	{name: "small weights", scale: 0x1p-10, bias: 0x1p-12, input: uniform, target: oneHot},
}

// newSample draws trial i of a network.
func newSample(n spec.Network, i int) (sample, error) {
	rng, _ := random(n, uint64(i))
	k := kinds[i%len(kinds)]
	s := sample{
		kind: k.name, params: make([]float64, 0, n.Params()), x: make([]float64, n.Width(0)),
		y: make([]float64, n.Width(n.Depth())), rate: math.Ldexp(rng.Float64()+0.5, -rng.IntN(8)),
	}
	for l := 1; l <= n.Depth(); l++ {
		scale, bias := k.scale*weightScale(n, l), k.bias
		if k.dead && l == i/len(kinds)%n.Depth()+1 {
			scale, bias = 0, 0
		}
		s.params = appendNormal(s.params, rng, n.Width(l)*n.Width(l-1), scale)
		if !n.Layers[l-1].NoBias {
			s.params = appendNormal(s.params, rng, n.Width(l), bias)
		}
	}
	k.input(rng, s.x)
	k.target(n, rng, s.y)
	s.round(n.Precision)
	if k.logits != 0 {
		if err := s.scaleLogits(n, k.logits); err != nil {
			return sample{}, err
		}
		s.round(n.Precision)
	}
	return s, nil
}

// random returns the generator of one trial, fixed by the network's spec and the trial's number, and its
// seed for messages.
func random(n spec.Network, trial uint64) (rng *rand.Rand, seed string) {
	digest := sha256.Sum256([]byte(n.Digest()))
	first := binary.BigEndian.Uint64(digest[:])
	return rand.New(rand.NewPCG(first, trial)), fmt.Sprintf("%016x", first)
}

// weightScale is the standard deviation of the weights of layer l: He et al. 2015 for relu, which
// passes half of its inputs on, Glorot and Bengio 2010 for the others.
func weightScale(n spec.Network, l int) float64 {
	if n.Layers[l-1].Activation.Name == "relu" {
		return math.Sqrt(2 / float64(n.Width(l-1)))
	}
	return math.Sqrt(2 / float64(n.Width(l-1)+n.Width(l)))
}

// scaleLogits multiplies the last layer so that the largest |z_L| becomes the given one.
func (s *sample) scaleLogits(n spec.Network, largest float64) error {
	reference, err := NewNetwork(n, s.params)
	if err != nil {
		return err
	}
	t := reference.Algorithm4(s.x, s.y)
	z := floats.Norm(elements(t.Z[n.Depth()]), math.Inf(1))
	if z == 0 {
		return nil
	}
	last := n.Width(n.Depth()) * n.Width(n.Depth()-1)
	if !n.Layers[n.Depth()-1].NoBias {
		last += n.Width(n.Depth())
	}
	floats.Scale(largest/z, s.params[len(s.params)-last:])
	return nil
}

// round brings every number to the precision.
func (s *sample) round(p spec.Precision) {
	if p != spec.Float32 {
		return
	}
	s.rate = float64(float32(s.rate))
	for _, v := range [][]float64{s.params, s.x, s.y} {
		for i := range v {
			v[i] = float64(float32(v[i]))
		}
	}
}

func appendNormal(to []float64, rng *rand.Rand, n int, scale float64) []float64 {
	for range n {
		to = append(to, scale*rng.NormFloat64())
	}
	return to
}

func normal(rng *rand.Rand, v []float64) {
	for i := range v {
		v[i] = rng.NormFloat64()
	}
}

func uniform(rng *rand.Rand, v []float64) {
	for i := range v {
		v[i] = 2*rng.Float64() - 1
	}
}

func zeros(*rand.Rand, []float64) {}

// oneHot is a 1 among zeros.
func oneHot(_ spec.Network, rng *rand.Rand, y []float64) { y[rng.IntN(len(y))] = 1 }

// dense is whatever the cost takes: for softmax with cross-entropy multiples of 1/1024 that sum to
// exactly 1, which any precision holds; else probabilities for the costs of probabilities, and any
// numbers for the others.
func dense(n spec.Network, rng *rand.Rand, y []float64) {
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
		normal(rng, y)
	}
}
