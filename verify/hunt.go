package verify

import (
	"math"
	"math/rand/v2"
	"slices"
	"sync"

	"github.com/backpropgen/backpropgen/spec"
)

// hunt is verify.Hunt.
type hunt struct {
	ranges  huntRanges
	draws   int
	seed    uint64
	samples int
}

// observed is verify.Observed.
type observed struct {
	Name              string
	Error, Apart, Sum float64
}

// observe looks for the largest rounding errors of a kernel; batch is nil where the hunt has no samples of batches.
func observe[F Float](n spec.Network, m *machine[F], batch *batchMachine[F], h hunt) ([]observed, error) {
	o := &observer[F]{
		hunter: hunter{n, h.ranges, rand.New(rand.NewPCG(h.seed, 1))}, machine: m, batch: batch, samples: h.samples,
	}
	for _, b := range append([]block{{name: "ŷ", n: n.Width(n.Depth())}, {name: "loss", n: 1}}, blocks(n, "∂L/∂")...) {
		o.add(b)
	}
	if m.inputGrad != nil {
		o.add(block{name: "∂L/∂x", n: n.Width(0)})
	}
	for i := range h.draws {
		if err := o.try(o.next(i)); err != nil {
			return nil, err
		}
	}
	return o.seen, nil
}

// observer is a hunt for the largest errors of a kernel.
type observer[F Float] struct {
	hunter
	machine *machine[F]
	// batch is for copies of a sample, so many; nil for none.
	batch   *batchMachine[F]
	samples int
	blocks  []block
	seen    []observed
	// worst are for every result the sample with the largest error, and that with the largest error of a sum.
	worst, worstSum []*sample
}

func (o *observer[F]) add(b block) {
	o.blocks, o.seen = append(o.blocks, b), append(o.seen, observed{Name: b.name})
	o.worst, o.worstSum = append(o.worst, nil), append(o.worstSum, nil)
}

// next is the sample of draw i.
func (o *observer[F]) next(i int) sample {
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
func (o *observer[F]) try(s sample) error {
	y, err := newYardstick(o.network, s)
	if err != nil {
		return err
	}
	m := o.machine
	m.load(s)
	output := slices.Clone(m.forward())
	loss := m.loss()
	if other := m.gradient(); math.Abs(float64(other)-y.loss) > math.Abs(float64(loss)-y.loss) {
		loss = other
	}
	got := slices.Concat(output, []F{loss}, m.grad)
	if m.inputGrad != nil {
		got = append(got, m.inputGrad()...)
	}
	at := 0
	for i, b := range o.blocks {
		e := farthest(y, got[at:at+b.n], at, 1, o.seen[i].Apart)
		if e > o.seen[i].Apart && y.apart() {
			o.seen[i].Apart = e
		}
		if e > o.seen[i].Error {
			o.seen[i].Error, o.worst[i] = e, &s
		}
		at += b.n
	}
	if o.batch != nil {
		o.sum(s, y)
	}
	return nil
}

// sum measures the errors of GradBatch on copies of a sample.
func (o *observer[F]) sum(s sample, y *yardstick) {
	b := o.batch
	narrowed(b.params, s.params)
	narrowed(b.xs.first(o.samples), slices.Repeat(s.x, o.samples))
	narrowed(b.ys.first(o.samples), slices.Repeat(s.y, o.samples))
	got := append([]F{b.gradient(evenly(o.samples))}, b.grad...)
	at := o.blocks[0].n
	for i, b := range o.blocks {
		if i == 0 || len(got) < b.n {
			continue // ŷ, and the gradient of x, which are no sums
		}
		if e := farthest(y, got[:b.n], at, float64(o.samples), o.seen[i].Sum); e > o.seen[i].Sum {
			o.seen[i].Sum, o.worstSum[i] = e, &s
		}
		got, at = got[b.n:], at+b.n
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

func newYardstick(n spec.Network, s sample) (*yardstick, error) {
	reference, err := NewNetwork(n, s.params)
	if err != nil {
		return nil, err
	}
	format, err := arithmeticOf(n.Precision)
	if err != nil {
		return nil, err
	}
	t := reference.Algorithm4(s.x, s.y)
	flat := func(g *Gradient) []float64 {
		return slices.Concat(elements(g.Output), []float64{g.Loss}, g.Flat(), elements(g.X))
	}
	return &yardstick{
		numbers: flat(&t.Gradient), loss: t.Loss,
		doubt: sync.OnceValue(func() []float64 {
			own, _ := reference.estimates(t, rounding{exactArithmetic, arithmetic64})
			return flat(own)
		}),
		apart: sync.OnceValue(func() bool {
			_, between := reference.estimates(t, newRounding(format))
			return reference.apart(between.z)
		}),
	}, nil
}

// farthest is the largest distance of got from times the true numbers from at on, less the doubt there is about them,
// which is looked up only where the distance is more than a least one.
func farthest[F Float](y *yardstick, got []F, at int, times, least float64) float64 {
	largest := least
	for i, g := range got {
		want := times * y.numbers[at+i]
		e := math.Abs(float64(g) - want)
		if e <= largest || math.IsNaN(want) {
			continue
		}
		doubt := times*y.doubt()[at+i] + 2*arithmetic64.u*math.Abs(want) // the product rounds, too
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
var exactArithmetic = arithmetic{name: "exact", max: math.MaxFloat64}
