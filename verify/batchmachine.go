package verify

import "math"

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
