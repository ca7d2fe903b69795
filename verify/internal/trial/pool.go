package trial

import (
	"math/rand/v2"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/reference"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
	"gonum.org/v1/gonum/mat"
)

// Pool is a few samples at one set of parameters with what the reference knows of each: a batch that repeats them
// costs it no more than sums do, however long it is.
type Pool struct {
	network   spec.Network
	reference *reference.Network
	rounding  rounding.Pair
	Params    []float64
	Rate      float64
	Samples   []Sample
	parts     []reference.Contribution
}

// NewPool draws as many samples of an ordinary kind.
func NewPool(n spec.Network, format rounding.Format, distinct int) (*Pool, error) {
	b, err := NewBatch(n, 0, distinct, distinct)
	if err != nil {
		return nil, err
	}
	p := &Pool{network: n, rounding: rounding.PairOf(format), Params: b.Params, Rate: b.Rate}
	if p.reference, err = reference.New(n, b.Params); err != nil {
		return nil, err
	}
	for i := range distinct {
		s := b.Sample(n, i)
		p.Samples = append(p.Samples, s)
		p.parts = append(p.parts, p.reference.Contribution(s.X, s.Y, p.rounding))
	}
	return p, nil
}

// Picks are so many of the samples, no two alike in a row.
func (p *Pool) Picks(rng *rand.Rand, count int) []int {
	picks := make([]int, count)
	for i := range picks {
		picks[i] = rng.IntN(len(p.Samples))
		if i > 0 && picks[i] == picks[i-1] {
			picks[i] = (picks[i] + 1) % len(p.Samples)
		}
	}
	return picks
}

// Batch is the samples picked.
func (p *Pool) Batch(picks []int) Batch {
	b := Batch{Kind: "samples that repeat", Count: len(picks), Params: p.Params, Rate: p.Rate}
	for _, k := range picks {
		b.Xs, b.Ys = append(b.Xs, p.Samples[k].X...), append(b.Ys, p.Samples[k].Y...)
	}
	return b
}

// Expectation is what a kernel must compute of them.
func (p *Pool) Expectation(picks []int, b Batch) *Expectation {
	g, e := p.reference.Sums(p.parts, picks, p.rounding)
	g.Output = reference.Spread(p.parts, picks, func(s reference.Contribution) *mat.VecDense { return s.Output })
	e.Bounds.Output = reference.Spread(p.parts, picks,
		func(s reference.Contribution) *mat.VecDense { return s.OutputBound })
	if p.network.InputGradient {
		g.X = reference.Spread(p.parts, picks, func(s reference.Contribution) *mat.VecDense { return s.Input })
		e.Bounds.X = reference.Spread(p.parts, picks,
			func(s reference.Contribution) *mat.VecDense { return s.InputBound })
	}
	return batchExpectation(p.reference, g, e, b, p.rounding)
}
