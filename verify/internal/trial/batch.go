package trial

import (
	"slices"

	"github.com/backpropgen/backpropgen/spec"
	"gonum.org/v1/gonum/mat"
)

// Batch is one trial of the batch functions, all numbers of the network's precision.
type Batch struct {
	Kind           string
	Count          int
	Params, Xs, Ys []float64 // a sample a row
	Weights        []float64 // of the samples; nil where all are 1
	Rate           float64
}

// NewBatch draws a batch of trial i: the parameters of New, and count samples of its kind, as many of them
// distinct as is said, since bounds take their time; the others repeat them without order. Large networks have few
// trials, so ordinary kinds come first.
func NewBatch(n spec.Network, i, count, distinct int) (Batch, error) {
	which := ordinaryFirst()[i%len(Kinds)]
	first, err := New(n, i/len(Kinds)*len(Kinds)+which)
	if err != nil {
		return Batch{}, err
	}
	k := Kinds[which]
	rng, _ := Random(n, batchTrials+uint64(i))
	pool := []Sample{first}
	for range min(distinct, count) - 1 {
		s := Sample{X: make([]float64, len(first.X)), Y: make([]float64, len(first.Y))}
		k.input(rng, s.X)
		k.target(n, rng, s.Y)
		s.Round(n.Precision)
		pool = append(pool, s)
	}
	b := Batch{Kind: first.Kind, Count: count, Params: first.Params, Rate: first.Rate}
	for i := range count {
		pick := i
		if i >= len(pool) {
			pick = rng.IntN(len(pool))
		}
		b.Xs, b.Ys = append(b.Xs, pool[pick].X...), append(b.Ys, pool[pick].Y...)
	}
	return b, nil
}

// Repeat is a batch of one sample, so often.
func Repeat(s Sample, count int) Batch {
	return Batch{
		Kind: s.Kind, Count: count, Params: s.Params, Rate: s.Rate, Xs: slices.Repeat(s.X, count),
		Ys: slices.Repeat(s.Y, count),
	}
}

// batchTrials is where the trials of batches begin among the seeds, far from those of samples.
const batchTrials = 1 << 32

// ordinaryFirst are the numbers of the kinds, those first in which hardly a number is 0 or saturated.
func ordinaryFirst() (order []int) {
	for _, corners := range []bool{false, true} {
		for i, k := range Kinds {
			corner := k.dead || k.kinks || k.whole || k.logits != 0 || k.name == "zero input" ||
				k.name == "all weights zero"
			if corner == corners {
				order = append(order, i)
			}
		}
	}
	return order
}

// Sample is one of the batch.
func (b Batch) Sample(n spec.Network, i int) Sample {
	in, out := n.Width(0), n.Width(n.Depth())
	return Sample{b.Kind, b.Params, b.Xs[i*in : (i+1)*in], b.Ys[i*out : (i+1)*out], b.Rate}
}

// First is a batch of the first so many samples.
func (b Batch) First(n spec.Network, count int) Batch {
	b.Count, b.Xs, b.Ys = count, b.Xs[:count*n.Width(0)], b.Ys[:count*n.Width(n.Depth())]
	return b
}

// matrices are X and Y, the empty matrix where there are no samples.
func (b Batch) matrices(n spec.Network) (x, y *mat.Dense) {
	if b.Count == 0 {
		return new(mat.Dense), new(mat.Dense)
	}
	return mat.NewDense(b.Count, n.Width(0), slices.Clone(b.Xs)),
		mat.NewDense(b.Count, n.Width(n.Depth()), slices.Clone(b.Ys))
}
