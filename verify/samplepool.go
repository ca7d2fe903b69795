package verify

import (
	"math/rand/v2"

	"github.com/backpropgen/backpropgen/spec"
	"gonum.org/v1/gonum/mat"
)

// samplePool is a few samples at one set of parameters with what the reference knows of each: a batch that repeats them
// costs it no more than sums do, however long it is.
type samplePool struct {
	network   spec.Network
	reference *Network
	rounding  rounding
	params    []float64
	rate      float64
	samples   []sample
	parts     []contribution
}

// newSamplePool draws as many samples of an ordinary kind.
func newSamplePool(n spec.Network, format arithmetic, distinct int) (*samplePool, error) {
	b, err := newBatch(n, 0, distinct, distinct)
	if err != nil {
		return nil, err
	}
	p := &samplePool{network: n, rounding: newRounding(format), params: b.params, rate: b.rate}
	if p.reference, err = NewNetwork(n, b.params); err != nil {
		return nil, err
	}
	for i := range distinct {
		s := b.sample(n, i)
		p.samples = append(p.samples, s)
		p.parts = append(p.parts, p.reference.contribution(s.x, s.y, p.rounding))
	}
	return p, nil
}

// picks are so many of the samples, no two alike in a row.
func (p *samplePool) picks(rng *rand.Rand, count int) []int {
	picks := make([]int, count)
	for i := range picks {
		picks[i] = rng.IntN(len(p.samples))
		if i > 0 && picks[i] == picks[i-1] {
			picks[i] = (picks[i] + 1) % len(p.samples)
		}
	}
	return picks
}

// batch is the samples picked.
func (p *samplePool) batch(picks []int) batch {
	b := batch{kind: "samples that repeat", count: len(picks), params: p.params, rate: p.rate}
	for _, k := range picks {
		b.xs, b.ys = append(b.xs, p.samples[k].x...), append(b.ys, p.samples[k].y...)
	}
	return b
}

// expectation is what a kernel must compute of them.
func (p *samplePool) expectation(picks []int, b batch) *expectation {
	g, e := p.reference.sums(p.parts, picks, p.rounding)
	g.Output = spread(p.parts, picks, func(s contribution) *mat.VecDense { return s.output })
	e.bounds.Output = spread(p.parts, picks, func(s contribution) *mat.VecDense { return s.outputBound })
	if p.network.InputGradient {
		g.X = spread(p.parts, picks, func(s contribution) *mat.VecDense { return s.input })
		e.bounds.X = spread(p.parts, picks, func(s contribution) *mat.VecDense { return s.inputBound })
	}
	return batchExpectation(p.reference, g, e, b, p.rounding)
}
