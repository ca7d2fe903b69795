package verify

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"

	"github.com/backpropgen/backpropgen/spec"
)

// Ranges are the smallest and the largest number that Observe draws. Targets of softmax with cross-entropy are
// probabilities that sum to 1, whatever their range.
type Ranges struct{ Inputs, Weights, Biases, Targets [2]float64 }

// Hunt says how Observe looks for errors.
type Hunt struct {
	Ranges
	// Draws is how many sets of parameters, inputs and targets are tried, Seed fixes them.
	Draws int
	Seed  uint64
	// Samples, if not 0, is how many samples GradBatch gets of the worst sets.
	Samples int
}

// Observed is the largest error seen in one result, over all its elements.
type Observed struct {
	// Name is ŷ, loss, ∂L/∂W1 and so on, ∂L/∂x.
	Name string
	// Error is that of a sample; Apart that of those draws in which rounding decided no comparison of a derivative
	// otherwise; Sum that of GradBatch.
	Error, Apart, Sum float64
}

// Observe looks for the largest rounding errors of a kernel within ranges, to hold beside what is promised of them.
// Half of the draws are of kinds that are known to have large errors, the others are the worst so far with something
// changed. Errors are distances from the reference, less what its own rounding may come to.
//
// The kernel needs Forward, Loss, Grad, with Samples GradBatch, and InputGrad where the network has input_gradient.
func Observe[P, G, W, B, X, Y any, F Float](n spec.Network, k Kernel[P, G, W, B, X, Y, F], h Hunt) ([]Observed, error) {
	n = n.WithDefaults()
	if err := fits[P, G, X, Y, F](n); err != nil {
		return nil, err
	}
	if err := present(missing{
		{"Forward", k.Forward == nil}, {"Loss", k.Loss == nil}, {"Grad", k.Grad == nil},
		{"GradBatch", k.GradBatch == nil && h.Samples > 0}, {"InputGrad", k.InputGrad == nil && n.InputGradient},
	}); err != nil {
		return nil, err
	}
	m, err := k.machine(n)
	if err != nil {
		return nil, err
	}
	o := &observer[F]{hunter: hunter{n, h.Ranges, rand.New(rand.NewPCG(h.Seed, 1))}, machine: m, samples: h.Samples}
	for _, b := range append([]block{{name: "ŷ", n: n.Width(n.Depth())}, {name: "loss", n: 1}}, blocks(n, "∂L/∂")...) {
		o.add(b)
	}
	if m.inputGrad != nil {
		o.add(block{name: "∂L/∂x", n: n.Width(0)})
	}
	if h.Samples > 0 {
		o.batch = k.copies(h.Samples)
	}
	for i := range h.Draws {
		if err := o.try(o.next(i)); err != nil {
			return nil, err
		}
	}
	return o.seen, nil
}

// copies is GradBatch on so many copies of a sample.
func (k Kernel[P, G, W, B, X, Y, F]) copies(samples int) func(s sample) (loss F, grad []F) {
	p, g, b := new(P), new(G), new(B)
	xs, ys := make([]X, samples), make([]Y, samples)
	return func(s sample) (F, []F) {
		narrowed(view[F](p), s.params)
		for i := range xs {
			narrowed(view[F](&xs[i]), s.x)
			narrowed(view[F](&ys[i]), s.y)
		}
		return k.GradBatch(p, b, xs, ys, g), view[F](g)
	}
}

// observer is a hunt for the largest errors of a kernel.
type observer[F Float] struct {
	hunter
	machine *machine[F]
	// batch is GradBatch on samples copies of a sample, nil for none.
	batch   func(s sample) (loss F, grad []F)
	samples int
	blocks  []block
	seen    []Observed
	// worst are for every result the sample with the largest error, and that with the largest error of a sum.
	worst, worstSum []*sample
}

func (o *observer[F]) add(b block) {
	o.blocks, o.seen = append(o.blocks, b), append(o.seen, Observed{Name: b.name})
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
	loss, grad := o.batch(s)
	got := append([]F{loss}, grad...)
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

// apart says whether no z is so near to a place where the derivative of its activation jumps that rounding may take it
// to the other side. Of activations that are no functions of one unit, and of formulas, it says that of none that it
// cannot tell.
func (n *Network) apart(z []estimate) bool {
	for l, layer := range n.layers {
		switch sigma := layer.sigma.(type) {
		case softmax, logSoftmax, averagePool:
		case pointwise:
			if slices.ContainsFunc(sigma.jumps(), func(b float64) bool { return z[l+1].near(b) }) {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// jumps are the places where the derivative jumps.
func (p pointwise) jumps() (list []float64) {
	for _, b := range p.derivative.breaks {
		before, after := p.derivative.at(math.Nextafter(b, math.Inf(-1))), p.derivative.at(math.Nextafter(b, math.Inf(1)))
		if math.Abs(after-before) > 1e-9 {
			list = append(list, b)
		}
	}
	return list
}

// near says whether an element of the kernel's may be at b, or on the other side of it than that of the reference.
func (e estimate) near(b float64) bool {
	for i, v := range e.value {
		if math.Abs(v-b) <= e.bound[i] {
			return true
		}
	}
	return false
}

// String is for messages.
func (o Observed) String() string {
	return fmt.Sprintf("%s: %.3g, apart %.3g, summed %.3g", o.Name, o.Error, o.Apart, o.Sum)
}
