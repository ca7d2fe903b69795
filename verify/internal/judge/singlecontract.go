package judge

import (
	"fmt"
	"math"
	"slices"

	"github.com/backpropgen/backpropgen/verify/internal/fence"
	"github.com/backpropgen/backpropgen/verify/internal/finding"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
)

// notFinite checks that a NaN in the input reaches the output and the loss, no activation hiding it, that no call
// panics on NaN or infinities, and that they leave nothing behind in the workspace.
func (j *singleJudge[F]) notFinite() {
	s, err := trial.New(j.network, 0)
	if j.report.Failed(err) {
		return
	}
	spoilt := s
	spoilt.X = slices.Clone(s.X)
	spoilt.X[0] = math.NaN()
	want, err := trial.Expect(j.network, spoilt)
	if j.report.Failed(err) {
		return
	}
	r := j.ruler(fmt.Sprintf("x[0] NaN, seed %s", j.report.Seed))
	for _, c := range calls(j.machine) {
		j.machine.Poison()
		first := j.do(c, s)
		got := j.do(c, spoilt)
		if c.output {
			b := finding.Block{Name: "ŷ", Layer: j.network.Depth(), N: len(want.Output)}
			finding.Compare(r, c.name, b, got.output, want.Output, want.OutputBound)
		}
		if c.loss {
			finding.Compare(r, c.name, finding.Block{Name: "loss"}, []F{got.loss}, []float64{want.Loss},
				[]float64{want.LossBound})
		}
		for _, f := range got.fields {
			if e := f.expected(want.Between); !f.gradient { // what a derivative is at NaN is a choice
				finding.Compare(r, c.name, f.Block, f.View, e.Value, e.Bound)
			}
		}
		for _, infinite := range []float64{math.Inf(1), math.Inf(-1)} {
			spoilt.X[0] = infinite
			j.do(c, spoilt)
		}
		spoilt.X[0] = math.NaN()
		repeats(r, singleShape(j.network), c.name, "a call after others with NaN and ±Inf in x", first, j.do(c, s))
	}
}

// allocations counts the allocations of every call.
func (j *singleJudge[F]) allocations() {
	s, err := trial.New(j.network, 0)
	if j.report.Failed(err) {
		return
	}
	LoadSample(j.machine, s)
	for _, c := range calls(j.machine) {
		j.report.Allocates(c.name, "", 10, func() { c.run(j.machine, F(s.Rate)) })
		fence.Untouched(j.ruler("many calls"), c.name, j.machine.Guards)
	}
	if j.machine.InputGrad == nil {
		return
	}
	j.report.Allocates("InputGrad", "", 10, func() { j.machine.InputGrad() })
}
