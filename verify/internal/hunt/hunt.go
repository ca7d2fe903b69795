// Package hunt looks for the largest rounding errors of a kernel within ranges, to hold beside what is promised of
// them: it draws numbers that are known to have large errors, and changes the worst found so far.
package hunt

import (
	"math"
	"math/rand/v2"
	"slices"
	"sync"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/finding"
	"github.com/backpropgen/backpropgen/verify/internal/judge"
	"github.com/backpropgen/backpropgen/verify/internal/linear"
	"github.com/backpropgen/backpropgen/verify/internal/memory"
	"github.com/backpropgen/backpropgen/verify/internal/reference"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
)

// Options is verify.Hunt.
type Options struct {
	Ranges  Ranges
	Draws   int
	Seed    uint64
	Samples int
}

// Observed is verify.Observed.
type Observed struct {
	Name              string
	Error, Apart, Sum float64
}

// Observe looks for the largest rounding errors of a kernel; batch is nil where the hunt has no samples of batches.
func Observe[F memory.Float](
	n spec.Network, m *judge.Machine[F], batch *judge.BatchMachine[F], h Options,
) ([]Observed, error) {
	o := &observer[F]{
		hunter: hunter{n, h.Ranges, rand.New(rand.NewPCG(h.Seed, 1))}, machine: m, batch: batch, samples: h.Samples,
	}
	for _, b := range append([]finding.Block{{Name: "ŷ", N: n.Width(n.Depth())}, {Name: "loss", N: 1}},
		finding.Blocks(n, "∂L/∂")...) {
		o.add(b)
	}
	if m.InputGrad != nil {
		o.add(finding.Block{Name: "∂L/∂x", N: n.Width(0)})
	}
	for i := range h.Draws {
		if err := o.try(o.next(i)); err != nil {
			return nil, err
		}
	}
	return o.seen, nil
}

// observer is a hunt for the largest errors of a kernel.
type observer[F memory.Float] struct {
	hunter
	machine *judge.Machine[F]
	// batch is for copies of a sample, so many; nil for none.
	batch   *judge.BatchMachine[F]
	samples int
	blocks  []finding.Block
	seen    []Observed
	// worst are for every result the sample with the largest error, and that with the largest error of a sum.
	worst, worstSum []*trial.Sample
}

func (o *observer[F]) add(b finding.Block) {
	o.blocks, o.seen = append(o.blocks, b), append(o.seen, Observed{Name: b.Name})
	o.worst, o.worstSum = append(o.worst, nil), append(o.worstSum, nil)
}

// next is the sample of draw i.
func (o *observer[F]) next(i int) trial.Sample {
	from := o.worst
	if o.batch != nil && i%8 == 3 {
		from = o.worstSum
	}
	if s := from[o.rng.IntN(len(from))]; s != nil && i%2 == 1 {
		return o.change(*s)
	}
	return o.draw(i / 2)
}

// try measures the errors on a sample and keeps it where they are the largest so far.
func (o *observer[F]) try(s trial.Sample) error {
	y, err := newYardstick(o.network, s)
	if err != nil {
		return err
	}
	m := o.machine
	judge.LoadSample(m, s)
	output := slices.Clone(m.Forward())
	loss := m.Loss()
	if other := m.Gradient(); math.Abs(float64(other)-y.loss) > math.Abs(float64(loss)-y.loss) {
		loss = other
	}
	got := slices.Concat(output, []F{loss}, m.Grad)
	if m.InputGrad != nil {
		got = append(got, m.InputGrad()...)
	}
	at := 0
	for i, b := range o.blocks {
		e := farthest(y, got[at:at+b.N], at, 1, o.seen[i].Apart)
		if e > o.seen[i].Apart && y.apart() {
			o.seen[i].Apart = e
		}
		if e > o.seen[i].Error {
			o.seen[i].Error, o.worst[i] = e, &s
		}
		at += b.N
	}
	if o.batch != nil {
		o.sum(s, y)
	}
	return nil
}

// sum measures the errors of GradBatch on copies of a sample.
func (o *observer[F]) sum(s trial.Sample, y *yardstick) {
	b := o.batch
	memory.Narrow(b.Params, s.Params)
	memory.Narrow(b.Xs.First(o.samples), slices.Repeat(s.X, o.samples))
	memory.Narrow(b.Ys.First(o.samples), slices.Repeat(s.Y, o.samples))
	got := append([]F{b.Gradient(memory.Evenly(o.samples))}, b.Grad...)
	at := o.blocks[0].N
	for i, b := range o.blocks {
		if i == 0 || len(got) < b.N {
			continue // ŷ, and the gradient of x, which are no sums
		}
		if e := farthest(y, got[:b.N], at, float64(o.samples), o.seen[i].Sum); e > o.seen[i].Sum {
			o.seen[i].Sum, o.worstSum[i] = e, &s
		}
		got, at = got[b.N:], at+b.N
	}
}

// yardstick is what a kernel should compute on a sample.
type yardstick struct {
	// numbers are ŷ, the loss and the gradients of all parameters and of x.
	numbers []float64
	loss    float64
	// doubt is how far off they may be, apart whether rounding decides nothing: both take longer than the numbers.
	doubt func() []float64
	apart func() bool
}

func newYardstick(n spec.Network, s trial.Sample) (*yardstick, error) {
	network, err := reference.New(n, s.Params)
	if err != nil {
		return nil, err
	}
	format, err := rounding.FormatOf(n.Precision)
	if err != nil {
		return nil, err
	}
	t := network.Algorithm4(s.X, s.Y)
	flat := func(g *reference.Gradient) []float64 {
		return slices.Concat(linear.Elements(g.Output), []float64{g.Loss}, g.Flat(), linear.Elements(g.X))
	}
	return &yardstick{
		numbers: flat(&t.Gradient), loss: t.Loss,
		doubt: sync.OnceValue(func() []float64 {
			own, _ := network.Estimates(t, rounding.Pair{Kernel: exactArithmetic, Reference: rounding.Float64})
			return flat(own)
		}),
		apart: sync.OnceValue(func() bool {
			_, between := network.Estimates(t, rounding.PairOf(format))
			return network.Apart(between.Z)
		}),
	}, nil
}

// farthest is the largest distance of got from times the true numbers from at on, less the doubt there is about them,
// which is looked up only where the distance is more than a least one.
func farthest[F memory.Float](y *yardstick, got []F, at int, times, least float64) float64 {
	largest := least
	for i, g := range got {
		want := times * y.numbers[at+i]
		e := math.Abs(float64(g) - want)
		if e <= largest || math.IsNaN(want) {
			continue
		}
		doubt := times*y.doubt()[at+i] + 2*rounding.Float64.U*math.Abs(want) // the product rounds, too
		switch e -= doubt; {
		case math.IsNaN(e) && doubt <= math.MaxFloat64:
			return math.Inf(1)
		case e > largest:
			largest = e
		}
	}
	return largest
}

// exactArithmetic makes no errors: what remains of a bound is the reference's own.
var exactArithmetic = rounding.Format{Name: "exact", Max: math.MaxFloat64}
