package verify

import (
	"math"
	"reflect"
	"unsafe"
)

// batchFunctions are the functions of one network that work on batches, whatever they keep their intermediates in.
type batchFunctions[P, G, X, Y any, F Float] struct {
	forward  func(p *P, xs []X, out []Y)
	loss     func(p *P, xs []X, ys []Y) F
	gradient func(p *P, xs []X, ys []Y, g *G) F
	step     func(p *P, xs []X, ys []Y, rate F) F
	// inputGrad is nil where there is none.
	inputGrad func(p *P, xs []X, ys []Y, gxs []X) F
	// poison fills every float of the workspace with NaN.
	poison func()
	// guards are around the workspace.
	guards []guard
}

// batches are the batch functions of a kernel on a workspace of its own.
func (k Kernel[P, G, W, B, X, Y, F]) batches() batchFunctions[P, G, X, Y, F] {
	var guards []guard
	b := newGuarded[B]("b", &guards)
	f := batchFunctions[P, G, X, Y, F]{
		forward:  func(p *P, xs []X, out []Y) { k.ForwardBatch(p, b, xs, out) },
		loss:     func(p *P, xs []X, ys []Y) F { return k.LossBatch(p, b, xs, ys) },
		gradient: func(p *P, xs []X, ys []Y, g *G) F { return k.GradBatch(p, b, xs, ys, g) },
		step:     func(p *P, xs []X, ys []Y, rate F) F { return k.StepBatch(p, b, xs, ys, rate) },
		poison:   func() { poison(reflect.TypeFor[B](), unsafe.Pointer(b)) },
		guards:   guards,
	}
	if k.InputGradBatch != nil {
		f.inputGrad = func(p *P, xs []X, ys []Y, gxs []X) F { return k.InputGradBatch(p, b, xs, ys, gxs) }
	}
	return f
}

// batchMachine is batch functions with one set of everything they work on, seen as flat slices: the judge's only view
// of them.
type batchMachine[F Float] struct {
	params, grad     []F
	xs, ys, out, gxs samples[F]

	forward  func(n lengths)
	loss     func(n lengths) F
	gradient func(n lengths) F
	step     func(n lengths, rate F) F
	// inputGrad is nil where there is none.
	inputGrad func(n lengths) F
	poison    func()
	// guards are around the parameters, the gradient and the workspace; the samples have margins of their own.
	guards []guard
}

// lengths are how many samples a call is given in each of its arguments, results being out or gxs.
type lengths struct{ xs, ys, results int }

// newBatchMachine allocates one of each of the functions' types, for batches of up to largest samples.
func newBatchMachine[P, G, X, Y any, F Float](f batchFunctions[P, G, X, Y, F], largest int) *batchMachine[F] {
	guards := f.guards
	p, g := newGuarded[P]("p", &guards), newGuarded[G]("g", &guards)
	xs, ys := newSamples[X, F](largest), newSamples[Y, F](largest)
	out, gxs := newSamples[Y, F](largest), newSamples[X, F](largest)
	m := &batchMachine[F]{
		params: view[F](p), grad: view[F](g),
		xs: xs.flat(), ys: ys.flat(), out: out.flat(), gxs: gxs.flat(),
		forward:  func(n lengths) { f.forward(p, xs.first(n.xs), out.first(n.results)) },
		loss:     func(n lengths) F { return f.loss(p, xs.first(n.xs), ys.first(n.ys)) },
		gradient: func(n lengths) F { return f.gradient(p, xs.first(n.xs), ys.first(n.ys), g) },
		step:     func(n lengths, rate F) F { return f.step(p, xs.first(n.xs), ys.first(n.ys), rate) },
		poison:   f.poison,
		guards:   guards,
	}
	if f.inputGrad != nil {
		m.inputGrad = func(n lengths) F {
			return f.inputGrad(p, xs.first(n.xs), ys.first(n.ys), gxs.first(n.results))
		}
	}
	return m
}

// What an array of samples holds beside those of a call: a result that depends on samples beyond is NaN, and a result
// that is written beyond is found missing.
var beyond = math.NaN()

const untouchable = -0x1.23456p-7

// load sets parameters and samples of a batch, and fills with NaN what a call must overwrite.
func (m *batchMachine[F]) load(b batch) {
	narrowed(m.params, b.params)
	fill(m.grad, math.NaN())
	m.xs.load(b.xs, beyond)
	m.ys.load(b.ys, beyond)
	for _, results := range []samples[F]{m.out, m.gxs} {
		results.load(nil, untouchable)
		fill(results.first(b.count), math.NaN())
	}
}

// batchCall is one batch function of the emitted API and what is to be judged after it.
type batchCall[F Float] struct {
	name string
	// run makes the call and returns the loss, 0 if it returns none.
	run func(m *batchMachine[F], n lengths, rate F) F
	// output, loss, gradient, step and input say which numbers the call delivers.
	output, loss, gradient, step, input bool
}

func batchCalls[F Float](m *batchMachine[F]) []batchCall[F] {
	list := []batchCall[F]{
		{name: "ForwardBatch", output: true,
			run: func(m *batchMachine[F], n lengths, _ F) F { m.forward(n); return 0 }},
		{name: "LossBatch", loss: true,
			run: func(m *batchMachine[F], n lengths, _ F) F { return m.loss(n) }},
		{name: "GradBatch", loss: true, gradient: true,
			run: func(m *batchMachine[F], n lengths, _ F) F { return m.gradient(n) }},
		{name: "StepBatch", loss: true, step: true,
			run: func(m *batchMachine[F], n lengths, rate F) F { return m.step(n, rate) }},
	}
	if m.inputGrad != nil {
		list = append(list, batchCall[F]{name: "InputGradBatch", loss: true, input: true,
			run: func(m *batchMachine[F], n lengths, _ F) F { return m.inputGrad(n) }})
	}
	return list
}

// mismatches are the ways in which one argument of the call can have m samples where the others have n.
func (c batchCall[F]) mismatches(n, m int) []lengths {
	list := []lengths{{m, n, n}}
	if c.loss {
		list = append(list, lengths{n, m, n})
	}
	if c.output || c.input {
		list = append(list, lengths{n, n, m})
	}
	return list
}
