package judge

import (
	"math"
	"slices"

	"github.com/backpropgen/backpropgen/verify/internal/fence"
	"github.com/backpropgen/backpropgen/verify/internal/memory"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
)

// BatchMachine is batch functions with one set of everything they work on, seen as flat slices: the judge's only view
// of them. Functions that the network does not emit are nil.
type BatchMachine[F memory.Float] struct {
	Params, Grad     []F
	Xs, Ys, Out, Gxs memory.Samples[F]
	Weights          memory.Samples[F] // of the samples, one a row

	Forward  func(n memory.Lengths)
	Loss     func(n memory.Lengths) F
	Gradient func(n memory.Lengths) F
	Step     func(n memory.Lengths, rate F) F
	// InputGrad is nil for networks without input gradient, too.
	InputGrad func(n memory.Lengths) F
	// These are nil for networks without sample weights, too.
	WeightedLoss, WeightedGradient func(n memory.Lengths) F
	WeightedStep                   func(n memory.Lengths, rate F) F
	Poison                         func()
	// Guards are around the parameters, the gradient and the workspace; the samples have margins of their own.
	Guards []fence.Guard
}

// loadBatch sets parameters and samples of a batch, and fills with NaN what a call must overwrite.
func loadBatch[F memory.Float](m *BatchMachine[F], b trial.Batch) {
	memory.Narrow(m.Params, b.Params)
	memory.Fill(m.Grad, math.NaN())
	m.Xs.Load(b.Xs, memory.Beyond)
	m.Ys.Load(b.Ys, memory.Beyond)
	m.Weights.Load(b.AllWeights(), memory.Beyond)
	for _, results := range []memory.Samples[F]{m.Out, m.Gxs} {
		results.Load(nil, memory.Untouchable)
		memory.Fill(results.First(b.Count), math.NaN())
	}
}

// batchCall is one batch function of the emitted API and what is to be judged after it.
type batchCall[F memory.Float] struct {
	name string
	// there says whether the machine has the function.
	there bool
	// run makes the call and returns the loss, 0 if it returns none.
	run func(m *BatchMachine[F], n memory.Lengths, rate F) F
	// output, loss, gradient, step and input say which numbers the call delivers.
	output, loss, gradient, step, input bool
	// unweighted is the name of the call that does the same without weights, "" for those that take none.
	unweighted string
}

// batchCalls are those of functions that the machine has.
func batchCalls[F memory.Float](m *BatchMachine[F]) []batchCall[F] {
	list := []batchCall[F]{
		{name: "ForwardBatch", there: m.Forward != nil, output: true,
			run: func(m *BatchMachine[F], n memory.Lengths, _ F) F { m.Forward(n); return 0 }},
		{name: "LossBatch", there: m.Loss != nil, loss: true,
			run: func(m *BatchMachine[F], n memory.Lengths, _ F) F { return m.Loss(n) }},
		{name: "GradBatch", there: m.Gradient != nil, loss: true, gradient: true,
			run: func(m *BatchMachine[F], n memory.Lengths, _ F) F { return m.Gradient(n) }},
		{name: "StepBatch", there: m.Step != nil, loss: true, step: true,
			run: func(m *BatchMachine[F], n memory.Lengths, rate F) F { return m.Step(n, rate) }},
		{name: "InputGradBatch", there: m.InputGrad != nil, loss: true, input: true,
			run: func(m *BatchMachine[F], n memory.Lengths, _ F) F { return m.InputGrad(n) }},
		{name: "LossBatchWeighted", unweighted: "LossBatch", there: m.WeightedLoss != nil, loss: true,
			run: func(m *BatchMachine[F], n memory.Lengths, _ F) F { return m.WeightedLoss(n) }},
		{name: "GradBatchWeighted", unweighted: "GradBatch", there: m.WeightedGradient != nil, loss: true,
			gradient: true,
			run:      func(m *BatchMachine[F], n memory.Lengths, _ F) F { return m.WeightedGradient(n) }},
		{name: "StepBatchWeighted", unweighted: "StepBatch", there: m.WeightedStep != nil, loss: true, step: true,
			run: func(m *BatchMachine[F], n memory.Lengths, rate F) F { return m.WeightedStep(n, rate) }},
	}
	return slices.DeleteFunc(list, func(c batchCall[F]) bool { return !c.there })
}

// fullest is the call that does most of what batch functions do: it goes forward and backward if any does.
func fullest[F memory.Float](list []batchCall[F]) batchCall[F] {
	if i := slices.IndexFunc(list, func(c batchCall[F]) bool { return c.gradient }); i >= 0 {
		return list[i]
	}
	return list[0]
}

// mismatches are the ways in which one argument of the call can have m samples where the others have n.
func (c batchCall[F]) mismatches(n, m int) []memory.Lengths {
	even := memory.Evenly(n)
	one := func(edit func(l *memory.Lengths)) memory.Lengths { l := even; edit(&l); return l }
	list := []memory.Lengths{one(func(l *memory.Lengths) { l.Xs = m })}
	if c.loss {
		list = append(list, one(func(l *memory.Lengths) { l.Ys = m }))
	}
	if c.unweighted != "" {
		list = append(list, one(func(l *memory.Lengths) { l.Weights = m }))
	}
	if c.output || c.input {
		list = append(list, one(func(l *memory.Lengths) { l.Results = m }))
	}
	return list
}
