package verify

import (
	"fmt"
	"slices"

	"github.com/backpropgen/backpropgen/spec"
)

// judge checks one kernel, trial by trial.
type judge[F Float] struct {
	network spec.Network
	format  arithmetic
	report  *findings
	machine *machine[F]
	// other is a second set of everything, to disturb the first with.
	other *machine[F]
}

func newJudge[F Float](k *judgedKernel[F]) *judge[F] {
	return &judge[F]{network: k.network, format: k.format, report: k.report, machine: k.machine, other: k.other}
}

// call is one function of the emitted API and what is to be judged after it.
type call[F Float] struct {
	name string
	// run makes the call and returns the loss, 0 if it returns none, and ŷ, nil if it returns none.
	run func(m *machine[F], rate F) (loss F, output []F)
	// output, loss, gradient and step say which numbers the call delivers.
	output, loss, gradient, step bool
}

func calls[F Float]() []call[F] {
	return []call[F]{
		{name: "Forward", output: true,
			run: func(m *machine[F], _ F) (F, []F) { return 0, m.forward() }},
		{name: "Loss", loss: true,
			run: func(m *machine[F], _ F) (F, []F) { return m.loss(), nil }},
		{name: "Backward", loss: true, gradient: true,
			run: func(m *machine[F], _ F) (F, []F) { m.forward(); return m.backward(), nil }},
		{name: "Grad", loss: true, gradient: true,
			run: func(m *machine[F], _ F) (F, []F) { return m.gradient(), nil }},
		{name: "Step", loss: true, step: true,
			run: func(m *machine[F], rate F) (F, []F) { return m.step(rate), nil }},
	}
}

// outcome is everything a call left behind.
type outcome[F Float] struct {
	loss                    F
	output, params, grad, x []F
	// fields are copies of the machine's.
	fields []field[F]
}

// do loads the sample, makes the call, checks that it wrote nothing beside its arguments and copies what it left
// behind. g is filled with NaN before.
func (j *judge[F]) do(c call[F], s sample) (o outcome[F]) {
	m := j.machine
	m.load(s)
	loss, output := c.run(m, F(s.rate))
	untouchedBeside(ruler{j.report, j.format, s.kind}, c.name, m.guards)
	o = outcome[F]{loss: loss, output: slices.Clone(output),
		params: slices.Clone(m.params), grad: slices.Clone(m.grad)}
	for _, f := range m.fields {
		f.view = slices.Clone(f.view)
		o.fields = append(o.fields, f)
	}
	if (c.gradient || c.step) && m.inputGrad != nil {
		o.x = slices.Clone(m.inputGrad())
	}
	return o
}

// trial judges every call on sample i.
func (j *judge[F]) trial(i int) error {
	s, err := newSample(j.network, i)
	if err != nil {
		return err
	}
	want, err := newExpectation(j.network, s)
	if err != nil {
		return err
	}
	r := ruler{j.report, j.format, fmt.Sprintf("trial %d (%s), seed %s", i, s.kind, j.report.Seed)}
	for _, c := range calls[F]() {
		j.machine.load(s)
		j.machine.poison()
		first := j.do(c, s)
		j.untouched(r, c, s)
		if c.output && !j.delivered(r, c, first) {
			continue
		}
		j.numbers(r, c, first, want)
		// Once more on the workspace as the first call left it, then with other calls in between.
		repeats(r, singleShape(j.network), c.name, "second call", first, j.do(c, s))
		if c.name == "Backward" {
			disturbed := c
			disturbed.run = func(m *machine[F], rate F) (F, []F) {
				m.forward()
				j.disturb(s)
				return m.backward(), nil
			}
			repeats(r, singleShape(j.network), c.name, "calls on another workspace in between", first, j.do(disturbed, s))
		}
	}
	j.stays(r, s)
	return nil
}

// numbers compares what a call delivers with the reference.
func (j *judge[F]) numbers(r ruler, c call[F], got outcome[F], want *expectation) {
	n := j.network
	if c.output {
		b := block{name: "ŷ", layer: n.Depth(), n: n.Width(n.Depth())}
		compare(r, c.name, b, got.output, want.output, want.outputBound)
	}
	if c.loss {
		compare(r, c.name, block{name: "loss"}, []F{got.loss}, []float64{want.loss}, []float64{want.lossBound})
	}
	if c.gradient {
		compareAll(r, c.name, blocks(n, "∂L/∂"), got.grad, want.grad, want.gradBound)
	}
	if c.step {
		compareAll(r, c.name, blocks(n, ""), got.params, want.step, want.stepBound)
	}
	if got.x != nil {
		compare(r, c.name, block{name: "∂L/∂x", n: n.Width(0)}, got.x, want.x, want.xBound)
	}
	for _, f := range got.fields {
		if e := f.expected(want.between); !f.gradient || c.gradient || c.step {
			compare(r, c.name, f.block, f.view, e.value, e.bound)
		}
	}
}

// untouched checks that the call wrote nothing it may not write.
func (j *judge[F]) untouched(r ruler, c call[F], s sample) {
	m := j.machine
	check := func(b block, got []F, want []float64) {
		before := make([]F, len(want))
		narrowed(before, want)
		if i := sameBits(got, before); i >= 0 {
			j.report.broken(c.name, b.element(i), r.where, "written, from %v to %v; only Step may write, and only p",
				before[i], got[i])
		}
	}
	check(block{name: "x", n: len(s.x)}, m.x, s.x)
	check(block{name: "y", n: len(s.y)}, m.y, s.y)
	if c.step {
		return
	}
	at := 0
	for _, b := range blocks(j.network, "") {
		check(b, m.params[at:at+b.n], s.params[at:at+b.n])
		at += b.n
	}
}

// delivered checks that a call returned ŷ, inside the workspace.
func (j *judge[F]) delivered(r ruler, c call[F], o outcome[F]) bool {
	if o.output == nil {
		j.report.broken(c.name, "ŷ", r.where, "the returned pointer is nil")
		return false
	}
	if !j.machine.owns(j.machine.forward()) {
		j.report.broken(c.name, "ŷ", r.where, "the returned pointer does not point into the workspace")
	}
	if j.machine.inputGrad != nil && !j.machine.owns(j.machine.inputGrad()) {
		j.report.broken("InputGrad", "∂L/∂x", r.where, "the returned pointer does not point into the workspace")
	}
	return true
}

// disturb runs every call on the other machine, with another input.
func (j *judge[F]) disturb(s sample) {
	j.other.load(s)
	for i := range j.other.x {
		j.other.x[i] = 0.5 - j.other.x[i]
	}
	j.other.gradient()
	j.other.step(F(s.rate))
	j.other.loss()
	j.other.forward()
	j.other.backward()
	untouchedBeside(ruler{j.report, j.format, s.kind}, "calls on another workspace", j.other.guards)
}

// stays checks that what Forward returned does not change until the next call on its workspace.
func (j *judge[F]) stays(r ruler, s sample) {
	j.machine.load(s)
	output := j.machine.forward()
	before := slices.Clone(output)
	j.disturb(s)
	if i := sameBits(before, output); i >= 0 {
		j.report.broken("Forward", block{name: "ŷ", n: 1}.element(i), r.where,
			"calls on another workspace changed the result from %v to %v", before[i], output[i])
	}
}
