package trial

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/reference"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
	"gonum.org/v1/gonum/mat"
)

// AllWeights are the weights of the samples.
func (b Batch) AllWeights() []float64 {
	if b.Weights != nil {
		return b.Weights
	}
	return slices.Repeat([]float64{1}, b.Count)
}

// weightKinds are what the weights of a batch are drawn from.
var weightKinds = []func(rng *rand.Rand) float64{
	func(rng *rand.Rand) float64 { return rng.ExpFloat64() },
	func(rng *rand.Rand) float64 { return float64(rng.IntN(2)) },
	func(rng *rand.Rand) float64 { return []float64{0, 1, 0.3, 7, -2.5}[rng.IntN(5)] },
	func(rng *rand.Rand) float64 { return math.Ldexp(1+rng.Float64(), 10+rng.IntN(30)) },
	func(*rand.Rand) float64 { return 0 },
	func(rng *rand.Rand) float64 { return math.Ldexp(1+rng.Float64(), -10-rng.IntN(30)) },
	func(*rand.Rand) float64 { return math.MaxFloat32 }, // beyond what losses may be multiplied by
}

// distinctWeights is how many weights a batch has, since bounds take their time.
const distinctWeights = 3

// Weighted is the batch with weights of a kind that changes from trial to trial.
func (b Batch) Weighted(n spec.Network, i int) Batch {
	rng, _ := Random(n, weightTrials+uint64(i))
	draw := weightKinds[i%len(weightKinds)]
	var few []float64
	for range distinctWeights {
		w := draw(rng)
		if n.Precision == spec.Float32 || n.Precision == "" {
			w = float64(float32(w))
		}
		few = append(few, w)
	}
	b.Weights = make([]float64, b.Count)
	for k := range b.Weights {
		if b.Weights[k] = few[k%len(few)]; k >= len(few) {
			b.Weights[k] = few[rng.IntN(len(few))]
		}
	}
	return b
}

// weightTrials is where the weights of batches begin among the seeds, far from other trials.
const weightTrials = 1 << 40

// ExpectWeighted is ExpectBatch for the weights of a batch. Each sample is a network of its own, whose cost is
// multiplied by its weight, and the sums are of these.
func ExpectWeighted(n spec.Network, b Batch) (*Expectation, error) {
	network, err := reference.New(n, b.Params)
	if err != nil {
		return nil, err
	}
	format, err := rounding.FormatOf(n.Precision)
	if err != nil {
		return nil, err
	}
	r := rounding.PairOf(format)
	var parts []reference.Contribution
	known, picks := map[string]int{}, make([]int, b.Count)
	for i, w := range b.AllWeights() {
		s := b.Sample(n, i)
		var key []byte
		for _, v := range slices.Concat(s.X, s.Y, []float64{w}) {
			key = binary.NativeEndian.AppendUint64(key, math.Float64bits(v))
		}
		k, ok := known[string(key)]
		if !ok {
			k = len(parts)
			known[string(key)] = k
			parts = append(parts, network.Weighted(w).Contribution(s.X, s.Y, r))
		}
		picks[i] = k
	}
	g, e := network.Sums(parts, picks, r)
	spread := func(of func(reference.Contribution) *mat.VecDense) *mat.Dense {
		return reference.Spread(parts, picks, of)
	}
	g.Output = spread(func(s reference.Contribution) *mat.VecDense { return s.Output })
	e.Bounds.Output = spread(func(s reference.Contribution) *mat.VecDense { return s.OutputBound })
	g.X = spread(func(s reference.Contribution) *mat.VecDense { return s.Input })
	e.Bounds.X = spread(func(s reference.Contribution) *mat.VecDense { return s.InputBound })
	return batchExpectation(network, g, e, b, r), nil
}
