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
