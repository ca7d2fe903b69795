// Package trial makes what functions are tried on, fixed by the network's spec: samples and batches of many kinds,
// ordinary ones and the corners at which kernels break, such as kinks, ties, saturation and sums that do not round.
// And it says what a kernel must compute on them, and how far off it may be.
package trial

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/backpropgen/backpropgen/spec"
)

// Sample is one trial: parameters, input, target and rate, all numbers of the network's precision.
type Sample struct {
	Kind         string
	Params, X, Y []float64
	Rate         float64
}

// finite says whether all numbers of the sample are.
func (s Sample) finite() bool { return AllFinite(s.Params, s.X, s.Y) }

// AllFinite says whether all numbers are.
func AllFinite(all ...[]float64) bool {
	for _, vs := range all {
		for _, v := range vs {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return false
			}
		}
	}
	return true
}

// Random returns the generator of one trial, fixed by the network's spec and the trial's number, and its
// seed for messages.
func Random(n spec.Network, trial uint64) (rng *rand.Rand, seed string) {
	digest := sha256.Sum256([]byte(n.Digest()))
	first := binary.BigEndian.Uint64(digest[:])
	return rand.New(rand.NewPCG(first, trial)), fmt.Sprintf("%016x", first)
}

// WeightScale is the standard deviation of the weights of layer l: He et al. 2015 for relu and its kin, which pass
// half of their inputs on, LeCun et al. 1998 for selu, which presumes it, Glorot and Bengio 2010 for the others.
func WeightScale(n spec.Network, l int) float64 {
	rows, cols := float64(n.Layers[l-1].Dense), float64(n.Width(l-1))
	switch n.Layers[l-1].Activation.Name {
	case "relu", "leaky-relu", "elu", "gelu":
		return math.Sqrt(2 / cols)
	case "selu":
		return math.Sqrt(1 / cols)
	}
	return math.Sqrt(2 / (cols + rows))
}

// Round brings every number to the precision.
func (s *Sample) Round(p spec.Precision) {
	if p != spec.Float32 {
		return
	}
	s.Rate = float64(float32(s.Rate))
	for _, v := range [][]float64{s.Params, s.X, s.Y} {
		for i := range v {
			v[i] = float64(float32(v[i]))
		}
	}
}
