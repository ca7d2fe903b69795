package judge

import (
	"fmt"
	"slices"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/fence"
	"github.com/backpropgen/backpropgen/verify/internal/finding"
	"github.com/backpropgen/backpropgen/verify/internal/memory"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
)

// singleJudge checks one kernel, trial by trial.
type singleJudge[F memory.Float] struct {
	network spec.Network
	format  rounding.Format
	report  *finding.Report
	machine *Machine[F]
	// other is a second set of everything, to disturb the first with.
	other *Machine[F]
}

func newSingleJudge[F memory.Float](k *Kernel[F]) *singleJudge[F] {
	return &singleJudge[F]{network: k.Network, format: k.Format, report: k.Report, machine: k.Machine, other: k.Other}
}

// ruler compares numbers of which it says where they come from.
func (j *singleJudge[F]) ruler(where string) finding.Ruler {
	return finding.Ruler{Report: j.report, Format: j.format, Where: where}
}

// call is one function of the emitted API and what is to be judged after it.
type call[F memory.Float] struct {
	name string
	// there says whether the machine has the functions that it needs.
	there bool
	// run makes the call and returns the loss, 0 if it returns none, and ŷ, nil if it returns none.
	run func(m *Machine[F], rate F) (loss F, output []F)
	// output, loss, gradient and step say which numbers the call delivers.
	output, loss, gradient, step bool
}

// calls are those that the machine has the functions for.
func calls[F memory.Float](m *Machine[F]) []call[F] {
	list := []call[F]{
		{name: "Forward", there: m.Forward != nil, output: true,
			run: func(m *Machine[F], _ F) (F, []F) { return 0, m.Forward() }},
		{name: "Loss", there: m.Loss != nil, loss: true,
			run: func(m *Machine[F], _ F) (F, []F) { return m.Loss(), nil }},
		{name: "Backward", there: m.Forward != nil && m.Backward != nil, loss: true, gradient: true,
			run: func(m *Machine[F], _ F) (F, []F) { m.Forward(); return m.Backward(), nil }},
		{name: "Grad", there: m.Gradient != nil, loss: true, gradient: true,
			run: func(m *Machine[F], _ F) (F, []F) { return m.Gradient(), nil }},
		{name: "Step", there: m.Step != nil, loss: true, step: true,
			run: func(m *Machine[F], rate F) (F, []F) { return m.Step(rate), nil }},
	}
	return slices.DeleteFunc(list, func(c call[F]) bool { return !c.there })
}

// do loads the sample, makes the call, checks that it wrote nothing beside its arguments and copies what it left
// behind. g is filled with NaN before.
func (j *singleJudge[F]) do(c call[F], s trial.Sample) (o outcome[F]) {
	m := j.machine
	LoadSample(m, s)
	loss, output := c.run(m, F(s.Rate))
	fence.Untouched(j.ruler(s.Kind), c.name, m.Guards)
	o = outcome[F]{loss: loss, output: slices.Clone(output),
		params: slices.Clone(m.Params), grad: slices.Clone(m.Grad)}
	for _, f := range m.Fields {
		f.View = slices.Clone(f.View)
		o.fields = append(o.fields, f)
	}
	if (c.gradient || c.step) && m.InputGrad != nil {
		o.x = slices.Clone(m.InputGrad())
	}
	return o
}

// trial judges every call on sample i.
func (j *singleJudge[F]) trial(i int) error {
	s, err := trial.New(j.network, i)
	if err != nil {
		return err
	}
	want, err := trial.Expect(j.network, s)
	if err != nil {
		return err
	}
	r := j.ruler(fmt.Sprintf("trial %d (%s), seed %s", i, s.Kind, j.report.Seed))
	for _, c := range calls(j.machine) {
		LoadSample(j.machine, s)
		j.machine.Poison()
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
			disturbed.run = func(m *Machine[F], rate F) (F, []F) {
				m.Forward()
				j.disturb(s)
				return m.Backward(), nil
			}
			repeats(r, singleShape(j.network), c.name, "calls on another workspace in between", first,
				j.do(disturbed, s))
		}
	}
	j.stays(r, s)
	return nil
}

// numbers compares what a call delivers with the reference.
func (j *singleJudge[F]) numbers(r finding.Ruler, c call[F], got outcome[F], want *trial.Expectation) {
	n := j.network
	if c.output {
		b := finding.Block{Name: "ŷ", Layer: n.Depth(), N: n.Width(n.Depth())}
		finding.Compare(r, c.name, b, got.output, want.Output, want.OutputBound)
	}
	if c.loss {
		finding.Compare(r, c.name, finding.Block{Name: "loss"}, []F{got.loss}, []float64{want.Loss},
			[]float64{want.LossBound})
	}
	if c.gradient {
		finding.CompareAll(r, c.name, finding.Blocks(n, "∂L/∂"), got.grad, want.Grad, want.GradBound)
	}
	if c.step {
		finding.CompareAll(r, c.name, finding.Blocks(n, ""), got.params, want.Step, want.StepBound)
	}
	if got.x != nil {
		finding.Compare(r, c.name, finding.Block{Name: "∂L/∂x", N: n.Width(0)}, got.x, want.X, want.XBound)
	}
	for _, f := range got.fields {
		if e := f.expected(want.Between); !f.gradient || c.gradient || c.step {
			finding.Compare(r, c.name, f.Block, f.View, e.Value, e.Bound)
		}
	}
}

// untouched checks that the call wrote nothing it may not write.
func (j *singleJudge[F]) untouched(r finding.Ruler, c call[F], s trial.Sample) {
	m := j.machine
	check := func(b finding.Block, got []F, want []float64) {
		if i := memory.FirstOther(got, want); i >= 0 {
			j.report.Broken(c.name, b.Element(i), r.Where, "written, from %v to %v; only Step may write, and only p",
				F(want[i]), got[i])
		}
	}
	check(finding.Block{Name: "x", N: len(s.X)}, m.X, s.X)
	check(finding.Block{Name: "y", N: len(s.Y)}, m.Y, s.Y)
	if c.step {
		return
	}
	at := 0
	for _, b := range finding.Blocks(j.network, "") {
		check(b, m.Params[at:at+b.N], s.Params[at:at+b.N])
		at += b.N
	}
}

// delivered checks that a call returned ŷ, inside the workspace.
func (j *singleJudge[F]) delivered(r finding.Ruler, c call[F], o outcome[F]) bool {
	if o.output == nil {
		j.report.Broken(c.name, "ŷ", r.Where, "the returned pointer is nil")
		return false
	}
	if !j.machine.Owns(j.machine.Forward()) {
		j.report.Broken(c.name, "ŷ", r.Where, "the returned pointer does not point into the workspace")
	}
	if j.machine.InputGrad != nil && !j.machine.Owns(j.machine.InputGrad()) {
		j.report.Broken("InputGrad", "∂L/∂x", r.Where, "the returned pointer does not point into the workspace")
	}
	return true
}

// disturb runs every call on the other machine, with another input.
func (j *singleJudge[F]) disturb(s trial.Sample) {
	LoadSample(j.other, s)
	for i := range j.other.X {
		j.other.X[i] = 0.5 - j.other.X[i]
	}
	for _, c := range slices.Backward(calls(j.other)) {
		c.run(j.other, F(s.Rate))
	}
	fence.Untouched(j.ruler(s.Kind), "calls on another workspace", j.other.Guards)
}

// stays checks that what Forward returned does not change until the next call on its workspace.
func (j *singleJudge[F]) stays(r finding.Ruler, s trial.Sample) {
	if j.machine.Forward == nil {
		return
	}
	LoadSample(j.machine, s)
	output := j.machine.Forward()
	before := slices.Clone(output)
	j.disturb(s)
	if i := memory.FirstDifference(before, output); i >= 0 {
		j.report.Broken("Forward", finding.Block{Name: "ŷ", N: 1}.Element(i), r.Where,
			"calls on another workspace changed the result from %v to %v", before[i], output[i])
	}
}
