package verify

import (
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

// kernelBatches are the batch functions of a kernel on a workspace of its own.
func kernelBatches[P, G, W, B, X, Y any, F Float](k Kernel[P, G, W, B, X, Y, F]) batchFunctions[P, G, X, Y, F] {
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

// teamBatches are the functions of one team.
func teamBatches[T, P, G, X, Y any, F Float](k Team[T, P, G, X, Y, F], t *T) batchFunctions[P, G, X, Y, F] {
	f := batchFunctions[P, G, X, Y, F]{
		forward:  func(p *P, xs []X, out []Y) { k.ForwardBatch(t, p, xs, out) },
		loss:     func(p *P, xs []X, ys []Y) F { return k.LossBatch(t, p, xs, ys) },
		gradient: func(p *P, xs []X, ys []Y, g *G) F { return k.GradBatch(t, p, xs, ys, g) },
		step:     func(p *P, xs []X, ys []Y, rate F) F { return k.StepBatch(t, p, xs, ys, rate) },
		poison:   func() {}, // what a team works in is behind pointers
	}
	if k.InputGradBatch != nil {
		f.inputGrad = func(p *P, xs []X, ys []Y, gxs []X) F { return k.InputGradBatch(t, p, xs, ys, gxs) }
	}
	return f
}

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
