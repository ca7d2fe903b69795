package verify

import (
	"slices"

	"github.com/backpropgen/backpropgen/spec"
	"gonum.org/v1/gonum/mat"
)

// batch is one trial of the batch functions, all numbers of the network's precision.
type batch struct {
	kind           string
	count          int
	params, xs, ys []float64 // a sample a row
	rate           float64
}

// newBatch draws a batch of trial i: the parameters of newSample, and count samples of its kind, as many of them
// distinct as is said, since bounds take their time; the others repeat them without order. Large networks have few
// trials, so ordinary kinds come first.
func newBatch(n spec.Network, i, count, distinct int) (batch, error) {
	which := ordinaryFirst()[i%len(kinds)]
	first, err := newSample(n, i/len(kinds)*len(kinds)+which)
	if err != nil {
		return batch{}, err
	}
	k := kinds[which]
	rng, _ := random(n, batchTrials+uint64(i))
	pool := []sample{first}
	for range min(distinct, count) - 1 {
		s := sample{x: make([]float64, len(first.x)), y: make([]float64, len(first.y))}
		k.input(rng, s.x)
		k.target(n, rng, s.y)
		s.round(n.Precision)
		pool = append(pool, s)
	}
	b := batch{kind: first.kind, count: count, params: first.params, rate: first.rate}
	for i := range count {
		pick := i
		if i >= len(pool) {
			pick = rng.IntN(len(pool))
		}
		b.xs, b.ys = append(b.xs, pool[pick].x...), append(b.ys, pool[pick].y...)
	}
	return b, nil
}

// batchOf is a batch of one sample, so often.
func batchOf(s sample, count int) batch {
	return batch{kind: s.kind, count: count, params: s.params, rate: s.rate, xs: slices.Repeat(s.x, count), ys: slices.Repeat(s.y, count)}
}

// batchTrials is where the trials of batches begin among the seeds, far from those of samples.
const batchTrials = 1 << 32

// ordinaryFirst are the numbers of the kinds, those first in which hardly a number is 0 or saturated.
func ordinaryFirst() (order []int) {
	for _, corners := range []bool{false, true} {
		for i, k := range kinds {
			corner := k.dead || k.kinks || k.whole || k.logits != 0 || k.name == "zero input" || k.name == "all weights zero"
			if corner == corners {
				order = append(order, i)
			}
		}
	}
	return order
}

// sample is one of the batch.
func (b batch) sample(n spec.Network, i int) sample {
	in, out := n.Width(0), n.Width(n.Depth())
	return sample{b.kind, b.params, b.xs[i*in : (i+1)*in], b.ys[i*out : (i+1)*out], b.rate}
}

// matrices are X and Y, the empty matrix where there are no samples.
func (b batch) matrices(n spec.Network) (x, y *mat.Dense) {
	if b.count == 0 {
		return new(mat.Dense), new(mat.Dense)
	}
	return mat.NewDense(b.count, n.Width(0), slices.Clone(b.xs)), mat.NewDense(b.count, n.Width(n.Depth()), slices.Clone(b.ys))
}
