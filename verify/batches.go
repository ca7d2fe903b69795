package verify

import (
	"reflect"
	"unsafe"

	"github.com/backpropgen/backpropgen/verify/internal/fence"
	"github.com/backpropgen/backpropgen/verify/internal/judge"
	"github.com/backpropgen/backpropgen/verify/internal/memory"
)

// batchFunctions are the functions of one network that work on batches, whatever they keep their intermediates in: nil
// where there is none.
type batchFunctions[P, G, X, Y any, F Float] struct {
	forward  func(p *P, xs []X, out []Y)
	loss     func(p *P, xs []X, ys []Y) F
	gradient func(p *P, xs []X, ys []Y, g *G) F
	step     func(p *P, xs []X, ys []Y, rate F) F

	inputGrad func(p *P, xs []X, ys []Y, gxs []X) F

	weightedLoss     func(p *P, xs []X, ys []Y, weights []F) F
	weightedGradient func(p *P, xs []X, ys []Y, weights []F, g *G) F
	weightedStep     func(p *P, xs []X, ys []Y, weights []F, rate F) F
	// poison fills every float of the workspace with NaN.
	poison func()
}

// kernelBatches are the batch functions of a kernel on a workspace.
func kernelBatches[P, G, W, B, X, Y any, F Float](k Kernel[P, G, W, B, X, Y, F], b *B) batchFunctions[P, G, X, Y, F] {
	f := batchFunctions[P, G, X, Y, F]{
		poison: func() { memory.Poison(reflect.TypeFor[B](), unsafe.Pointer(b)) },
	}
	if k.ForwardBatch != nil {
		f.forward = func(p *P, xs []X, out []Y) { k.ForwardBatch(p, b, xs, out) }
	}
	if k.LossBatch != nil {
		f.loss = func(p *P, xs []X, ys []Y) F { return k.LossBatch(p, b, xs, ys) }
	}
	if k.GradBatch != nil {
		f.gradient = func(p *P, xs []X, ys []Y, g *G) F { return k.GradBatch(p, b, xs, ys, g) }
	}
	if k.StepBatch != nil {
		f.step = func(p *P, xs []X, ys []Y, rate F) F { return k.StepBatch(p, b, xs, ys, rate) }
	}
	if k.InputGradBatch != nil {
		f.inputGrad = func(p *P, xs []X, ys []Y, gxs []X) F { return k.InputGradBatch(p, b, xs, ys, gxs) }
	}
	if k.LossBatchWeighted != nil {
		f.weightedLoss = func(p *P, xs []X, ys []Y, ws []F) F { return k.LossBatchWeighted(p, b, xs, ys, ws) }
	}
	if k.GradBatchWeighted != nil {
		f.weightedGradient = func(p *P, xs []X, ys []Y, ws []F, g *G) F {
			return k.GradBatchWeighted(p, b, xs, ys, ws, g)
		}
	}
	if k.StepBatchWeighted != nil {
		f.weightedStep = func(p *P, xs []X, ys []Y, ws []F, rate F) F {
			return k.StepBatchWeighted(p, b, xs, ys, ws, rate)
		}
	}
	return f
}

// newBatchMachine allocates one of each of the functions' types, for batches of up to largest samples. guards are
// around what the functions keep their intermediates in.
func newBatchMachine[P, G, X, Y any, F Float](
	f batchFunctions[P, G, X, Y, F], largest int, guards []fence.Guard,
) *judge.BatchMachine[F] {
	p, g := fence.NewGuarded[P]("p", &guards), fence.NewGuarded[G]("g", &guards)
	m := batchMachineOn(f, p, g, memory.MarginBefore, memory.NewArray[X](largest), memory.NewArray[Y](largest),
		memory.NewArray[F](largest), memory.NewArray[Y](largest), memory.NewArray[X](largest))
	m.Guards = guards
	return m
}

// newKernelBatches is newBatchMachine for a kernel, with a workspace of its own.
func newKernelBatches[P, G, W, B, X, Y any, F Float](
	k Kernel[P, G, W, B, X, Y, F], largest int,
) *judge.BatchMachine[F] {
	var guards []fence.Guard
	b := fence.NewGuarded[B]("b", &guards)
	return newBatchMachine(kernelBatches(k, b), largest, guards)
}

// batchMachineOn is functions of batches on arguments that there are. Arrays begin with so many samples before the
// first.
func batchMachineOn[P, G, X, Y any, F Float](
	f batchFunctions[P, G, X, Y, F], p *P, g *G, before int, xs []X, ys []Y, weights []F, out []Y, gxs []X,
) *judge.BatchMachine[F] {
	m := &judge.BatchMachine[F]{
		Params: memory.View[F](p), Grad: memory.View[F](g),
		Xs: memory.SamplesOf[F](xs, before), Ys: memory.SamplesOf[F](ys, before),
		Weights: memory.SamplesOf[F](weights, before),
		Out:     memory.SamplesOf[F](out, before), Gxs: memory.SamplesOf[F](gxs, before),
		Poison: f.poison,
	}
	xs, ys, weights, out, gxs = xs[before:], ys[before:], weights[before:], out[before:], gxs[before:]
	if f.forward != nil {
		m.Forward = func(n memory.Lengths) { f.forward(p, xs[:n.Xs], out[:n.Results]) }
	}
	if f.loss != nil {
		m.Loss = func(n memory.Lengths) F { return f.loss(p, xs[:n.Xs], ys[:n.Ys]) }
	}
	if f.gradient != nil {
		m.Gradient = func(n memory.Lengths) F { return f.gradient(p, xs[:n.Xs], ys[:n.Ys], g) }
	}
	if f.step != nil {
		m.Step = func(n memory.Lengths, rate F) F { return f.step(p, xs[:n.Xs], ys[:n.Ys], rate) }
	}
	if f.inputGrad != nil {
		m.InputGrad = func(n memory.Lengths) F { return f.inputGrad(p, xs[:n.Xs], ys[:n.Ys], gxs[:n.Results]) }
	}
	if f.weightedLoss != nil {
		m.WeightedLoss = func(n memory.Lengths) F {
			return f.weightedLoss(p, xs[:n.Xs], ys[:n.Ys], weights[:n.Weights])
		}
	}
	if f.weightedGradient != nil {
		m.WeightedGradient = func(n memory.Lengths) F {
			return f.weightedGradient(p, xs[:n.Xs], ys[:n.Ys], weights[:n.Weights], g)
		}
	}
	if f.weightedStep != nil {
		m.WeightedStep = func(n memory.Lengths, rate F) F {
			return f.weightedStep(p, xs[:n.Xs], ys[:n.Ys], weights[:n.Weights], rate)
		}
	}
	return m
}
