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

// finite says whether all numbers of the sample are.
func (s sample) finite() bool { return allFinite(s.params, s.x, s.y) }

func allFinite(all ...[]float64) bool {
	for _, vs := range all {
		for _, v := range vs {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return false
			}
		}
	}
	return true
}

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

// kinds are the sorts of trials, taken in turn: ordinary ones, and the corners at which kernels break.
var kinds = []kind{
	{name: "random", scale: 1, bias: 0.5, input: normal, target: dense},
	{name: "one-hot target", scale: 1, bias: 0.5, input: uniform, target: oneHot},
	{name: "logits of ±100", scale: 1, bias: 0.5, logits: 100, missed: true, input: normal, target: oneHot},
	{name: "zero input", scale: 1, bias: 0.5, input: zeros, target: dense},
	{name: "large weights", scale: 4, bias: 2, input: normal, target: dense},
	{name: "one layer of zero weights", scale: 1, bias: 0.5, dead: true, input: normal, target: dense},
	{name: "all weights zero", input: normal, target: dense},
	{name: "logits of ±100, dense target", scale: 1, bias: 0.5, logits: 100, input: uniform, target: dense},
	{name: "one layer at kinks", scale: 1, bias: 0.5, kinks: true, input: normal, target: wholeOrDense},
	{name: "whole numbers", whole: true, input: wholeNumbers, target: wholeOrDense},
	{name: "one layer of z to ±100", scale: 1, bias: 0.5, logits: 100, inner: true, input: normal, target: dense},
	{name: "powers of two", powers: true, input: signs, target: dense},
	{name: "small weights", scale: 0x1p-10, bias: 0x1p-12, input: uniform, target: oneHot},
}

// closeToKinks is the kind of trials from nearFirst on.
var closeToKinks = kind{name: "close to kinks", scale: 1, bias: 0.5, near: true, input: normal, target: dense}

// kindOf is the kind of trial i.
func kindOf(i int) kind {
	if i >= nearFirst {
		return closeToKinks
	}
	return kinds[i%len(kinds)]
}

// newSample draws trial i of a network.
func newSample(n spec.Network, i int) (sample, error) {
	rng, _ := random(n, uint64(i))
	k := kindOf(i)
	s := sample{
		kind: k.name, params: make([]float64, 0, n.Params()), x: make([]float64, n.Width(0)),
		y: make([]float64, n.Width(n.Depth())), rate: math.Ldexp(rng.Float64()+0.5, -rng.IntN(8)),
	}
	for l := 1; l <= n.Depth(); l++ {
		rows, cols := n.Layers[l-1].Dense, n.Width(l-1)
		w, b := make([]float64, rows*cols), make([]float64, rows)
		switch turn := l == turn(n, i); {
		case k.dead && turn:
		case k.kinks && turn:
			wholeNumbers(rng, b)
			repeatRows(rng, w, b)
		case k.whole:
			wholeNumbers(rng, b)
			for i := range w {
				w[i] = float64(rng.IntN(3) - 1)
			}
			repeatRows(rng, w, b)
		case k.powers:
			power := math.Exp2(-math.Ceil(math.Log2(float64(cols)) / 2))
			signs(rng, w)
			signs(rng, b)
			floats.Scale(power, w)
			floats.Scale(power, b)
		default:
			scaledNormal(rng, w, k.scale*weightScale(n, l))
			scaledNormal(rng, b, k.bias)
		}
		s.params = append(s.params, w...)
		if !n.Layers[l-1].NoBias {
			s.params = append(s.params, b...)
		}
	}
	k.input(rng, s.x)
	k.target(n, rng, s.y)
	s.round(n.Precision)
	if k.near {
		if err := s.nearKinks(n, rng); err != nil {
			return sample{}, err
		}
	}
	if k.logits != 0 {
		layer := n.Depth()
		if k.inner {
			layer = turn(n, i)
		}
		// To 100 and, once that has been had with every layer or target, to -100: what overflows at one may do well at
		// the other.
		largest, turns := k.logits, 2
		if k.inner {
			turns = n.Depth()
		}
		if i/len(kinds)/turns%2 == 1 {
			largest = -largest
		}
		least, err := s.scaleLayer(n, layer, largest)
		if err != nil {
			return sample{}, err
		}
		if k.missed && i/len(kinds)%2 == 0 {
			clear(s.y)
			s.y[least] = 1
		}
		s.round(n.Precision)
	}
	return s, nil
}

// turn is the layer whose turn it is in trial i, of those that treat one layer otherwise.
func turn(n spec.Network, i int) int { return i/len(kinds)%n.Depth() + 1 }

// random returns the generator of one trial, fixed by the network's spec and the trial's number, and its
// seed for messages.
func random(n spec.Network, trial uint64) (rng *rand.Rand, seed string) {
	digest := sha256.Sum256([]byte(n.Digest()))
	first := binary.BigEndian.Uint64(digest[:])
	return rand.New(rand.NewPCG(first, trial)), fmt.Sprintf("%016x", first)
}

// weightScale is the standard deviation of the weights of layer l: He et al. 2015 for relu and its kin, which pass
// half of their inputs on, LeCun et al. 1998 for selu, which presumes it, Glorot and Bengio 2010 for the others.
func weightScale(n spec.Network, l int) float64 {
	rows, cols := float64(n.Layers[l-1].Dense), float64(n.Width(l-1))
	switch n.Layers[l-1].Activation.Name {
	case "relu", "leaky-relu", "elu", "gelu":
		return math.Sqrt(2 / cols)
	case "selu":
		return math.Sqrt(1 / cols)
	}
	return math.Sqrt(2 / (cols + rows))
}

// scaleLayer multiplies the parameters of layer l so that the z_l of largest magnitude becomes the given one, and
// returns which output is the least then.
func (s *sample) scaleLayer(n spec.Network, l int, largest float64) (least int, err error) {
	reference, err := NewNetwork(n, s.params)
	if err != nil {
		return 0, err
	}
	t := reference.Algorithm4(s.x, s.y)
	z := 0.0
	for _, v := range elements(t.Z[l]) {
		if math.Abs(v) > math.Abs(z) {
			z = v
		}
	}
	least = floats.MinIdx(elements(t.Output))
	if z == 0 {
		return least, nil
	}
	if largest/z < 0 {
		least = floats.MaxIdx(elements(t.Output))
	}
	params := s.params
	for _, b := range blocks(n, "") {
		if b.layer == l {
			floats.Scale(largest/z, params[:b.n])
		}
		params = params[b.n:]
	}
	return least, nil
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

func scaledNormal(rng *rand.Rand, v []float64, scale float64) {
	for i := range v {
		v[i] = scale * rng.NormFloat64()
	}
}

func normal(rng *rand.Rand, v []float64) { scaledNormal(rng, v, 1) }

// wholeNumbers draws whole numbers from -3 to 3.
func wholeNumbers(rng *rand.Rand, v []float64) {
	for i := range v {
		v[i] = float64(rng.IntN(7) - 3)
	}
}

// signs draws 1 and -1.
func signs(rng *rand.Rand, v []float64) {
	for i := range v {
		v[i] = float64(2*rng.IntN(2) - 1)
	}
}

// repeatRows makes every other row of W and b that of before, with even odds: units that tie.
func repeatRows(rng *rand.Rand, w, b []float64) {
	cols := len(w) / len(b)
	for i := 1; i < len(b); i += 2 {
		if rng.IntN(2) == 0 {
			copy(w[i*cols:(i+1)*cols], w[(i-1)*cols:i*cols])
			b[i] = b[i-1]
		}
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

// wholeOrDense is dense where the cost wants probabilities, and whole numbers where it takes any: errors of exactly 0
// and ±1 among them, where mae and huber have their kinks.
func wholeOrDense(n spec.Network, rng *rand.Rand, y []float64) {
	if entry, _ := spec.Lookup(spec.CostRole, n.Cost.Name); entry.Probabilities {
		dense(n, rng, y)
		return
	}
	wholeNumbers(rng, y)
}
