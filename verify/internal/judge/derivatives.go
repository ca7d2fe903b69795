package judge

import (
	"fmt"
	"math"
	"slices"

	"github.com/backpropgen/backpropgen/verify/internal/fence"
	"github.com/backpropgen/backpropgen/verify/internal/finding"
	"github.com/backpropgen/backpropgen/verify/internal/memory"
	"github.com/backpropgen/backpropgen/verify/internal/once"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
)

// JudgeDerivatives judges everything about the derivatives of a network.
func JudgeDerivatives[F memory.Float](k *Derivatives[F]) {
	once.ByPrecision[F](k, judgeDerivatives32, judgeDerivatives64)
}

//go:noinline
func judgeDerivatives32(k *Derivatives[float32]) { judgeDerivativeNumbers(k) }

//go:noinline
func judgeDerivatives64(k *Derivatives[float64]) { judgeDerivativeNumbers(k) }

func judgeDerivativeNumbers[F memory.Float](k *Derivatives[F]) {
	j := &derivativeJudge[F]{Derivatives: k, machine: k.Single()}
	if len(j.machine.calls()) == 0 {
		return
	}
	trials, err := trial.NearTrials(k.Network)
	if k.Report.Failed(err) {
		return
	}
	for i := range j.trials() {
		trials = append(trials, i)
	}
	k.Report.Trials = len(trials)
	for _, i := range trials {
		if err := j.trial(i); err != nil {
			k.Report.Failed(err)
			return
		}
	}
	j.notFinite()
	j.allocations()
	j.batches()
	j.fences()
	j.goroutines()
}

// derivativeJudge checks derivatives, trial by trial.
type derivativeJudge[F memory.Float] struct {
	*Derivatives[F]
	machine *DerivativeMachine[F]
}

// numbers is how many numbers the largest result has.
func (j *derivativeJudge[F]) numbers() (most int) {
	for _, c := range j.machine.calls() {
		most = max(most, len(c.result))
	}
	return most
}

// trials is the number of trials, fewer the larger the results are, but each kind once.
func (j *derivativeJudge[F]) trials() int {
	n := j.Options.For(j.Network)
	if j.Options.Trials > 0 {
		return n
	}
	return min(n, max(derivativeBudget/j.numbers(), len(trial.Kinds)))
}

// derivativeBudget is how many numbers of the largest result all trials have together.
const derivativeBudget = 1 << 22

func (j *derivativeJudge[F]) ruler(where string) finding.Ruler {
	return finding.Ruler{Report: j.Report, Format: j.Format, Where: where}
}

// derivedOutcome is everything a call left behind.
type derivedOutcome[F memory.Float] struct {
	output, result []F
	loss           F
}

// do loads the sample, makes the call, checks that it wrote nothing beside its results, and copies those.
func (j *derivativeJudge[F]) do(
	r finding.Ruler, c derivativeCall[F], s trial.Sample, d trial.Direction,
) derivedOutcome[F] {
	m := j.machine
	m.load(s, d)
	output, loss := c.run()
	fence.Untouched(r, c.name, m.Guards)
	for _, in := range []struct {
		name string
		got  []F
		want []float64
	}{{"p", m.Params, s.Params}, {"x", m.X, s.X}, {"y", m.Y, s.Y}, {"dx", m.DX, d.X}, {"v", m.V, d.V}} {
		if i := memory.FirstOther(in.got, in.want); i >= 0 {
			j.Report.Broken(c.name, fmt.Sprintf("%s[%d]", in.name, i), r.Where,
				"written, from %v to %v; a derivative writes its result alone", F(in.want[i]), in.got[i])
		}
	}
	if c.output && output == nil {
		j.Report.Broken(c.name, "ŷ", r.Where, "the returned pointer is nil")
	}
	if c.output && output != nil && !m.Owns(output) {
		j.Report.Broken(c.name, "ŷ", r.Where, "the returned pointer does not point into the workspace")
	}
	return derivedOutcome[F]{output: slices.Clone(output), result: slices.Clone(c.result), loss: loss}
}

// same checks that a call gave the bits that it gave before.
func (j *derivativeJudge[F]) same(
	r finding.Ruler, c derivativeCall[F], how string, first, second derivedOutcome[F],
) {
	for _, part := range []struct {
		name    string
		was, is []F
	}{{"ŷ", first.output, second.output}, {"result", first.result, second.result},
		{"loss", []F{first.loss}, []F{second.loss}}} {
		if len(part.was) != len(part.is) {
			continue // nil, which is reported
		}
		if i := memory.FirstDifference(part.was, part.is); i >= 0 {
			name := part.name
			if name == "result" {
				name = elementOf(c.blocks(j.Network), i)
			}
			j.Report.Broken(c.name, name, r.Where,
				"%s gave %v, the first %v; the same arguments must give the same bits", how, part.is[i], part.was[i])
		}
	}
}

// elementOf names number at of blocks that repeat.
func elementOf(list []finding.Block, at int) string {
	total := 0
	for _, b := range list {
		total += b.N
	}
	return finding.ElementOf(list, at%total)
}

// trial judges every call on sample i.
func (j *derivativeJudge[F]) trial(i int) error {
	s, err := trial.New(j.Network, i)
	if err != nil {
		return err
	}
	d := trial.NewDirection(j.Network, i)
	want, err := trial.ExpectDerivatives(j.Network, s, d, j.machine.derived())
	if err != nil {
		return err
	}
	other, err := trial.New(j.Network, i+1)
	if err != nil {
		return err
	}
	r := j.ruler(fmt.Sprintf("trial %d (%s), seed %s", i, s.Kind, j.Report.Seed))
	all := j.machine.calls()
	for _, c := range all {
		j.machine.Poison()
		first := j.do(r, c, s, d)
		j.compare(r, c, first, want)
		j.same(r, c, "a second call", first, j.do(r, c, s, d))
		for _, between := range all {
			j.do(r, between, other, trial.NewDirection(j.Network, i+1))
		}
		j.same(r, c, "a call after others", first, j.do(r, c, s, d))
	}
	j.alongX(r, s)
	return nil
}

// compare holds what a call gave against the reference.
func (j *derivativeJudge[F]) compare(
	r finding.Ruler, c derivativeCall[F], got derivedOutcome[F], want *trial.Derivatives,
) {
	if c.output && got.output != nil {
		b := finding.Block{Name: "ŷ", Layer: j.Network.Depth(), N: len(want.Output)}
		finding.Compare(r, c.name, b, got.output, want.Output, want.OutputBound)
	}
	if c.loss {
		finding.Compare(r, c.name, finding.Block{Name: "loss"}, []F{got.loss}, []float64{want.Loss},
			[]float64{want.LossBound})
	}
	value, bound := c.want(want)
	compareRepeated(r, c.name, c.blocks(j.Network), got.result, value, bound)
}

// compareRepeated compares numbers that have the same blocks again and again, as a matrix has in its rows.
func compareRepeated[F memory.Float](
	r finding.Ruler, call string, list []finding.Block, got []F, want, bound []float64,
) {
	total, where := 0, r.Where
	for _, b := range list {
		total += b.N
	}
	for row := 0; len(got) > 0; row++ {
		if total < len(got) || row > 0 {
			r.Where = fmt.Sprintf("of ŷ[%d], %s", row, where)
		}
		finding.CompareAll(r, call, list, got[:total], want[:total], bound[:total])
		got, want, bound = got[total:], want[total:], bound[total:]
	}
}

// alongX checks Tangent with one array for the input and the direction.
func (j *derivativeJudge[F]) alongX(r finding.Ruler, s trial.Sample) {
	if j.machine.Tangent == nil {
		return
	}
	calls := j.machine.calls()
	c := calls[slices.IndexFunc(calls, func(c derivativeCall[F]) bool { return c.name == "Tangent" })]
	d := trial.Direction{X: s.X, V: make([]float64, len(j.machine.V))}
	apart := j.do(r, c, s, d)
	c.run = func() ([]F, F) { return j.machine.AlongX(), 0 }
	j.same(r, c, "x for dx", apart, j.do(r, c, s, d))
}

// notFinite checks that a NaN in the input reaches the output and the loss that calls return, that no call panics on
// NaN or infinities, and that they leave nothing behind in the workspace.
func (j *derivativeJudge[F]) notFinite() {
	s, err := trial.New(j.Network, 0)
	if j.Report.Failed(err) {
		return
	}
	d := trial.NewDirection(j.Network, 0)
	spoilt, along := s, trial.Direction{X: slices.Clone(d.X), V: slices.Clone(d.V)}
	spoilt.X = slices.Clone(s.X)
	spoilt.X[0] = math.NaN()
	want, err := trial.ExpectDerivatives(j.Network, spoilt, d, trial.Derived{})
	if j.Report.Failed(err) {
		return
	}
	r := j.ruler(fmt.Sprintf("x[0] NaN, seed %s", j.Report.Seed))
	for _, c := range j.machine.calls() {
		j.machine.Poison()
		first := j.do(r, c, s, d)
		got := j.do(r, c, spoilt, d)
		if c.output && got.output != nil {
			b := finding.Block{Name: "ŷ", Layer: j.Network.Depth(), N: len(want.Output)}
			finding.Compare(r, c.name, b, got.output, want.Output, want.OutputBound)
		}
		if c.loss && want.Loss != want.Loss && got.loss == got.loss {
			j.Report.Broken(c.name, "loss", r.Where, "%v; NaN must not hide", got.loss)
		}
		for _, v := range []float64{math.Inf(1), math.Inf(-1), math.NaN()} {
			spoilt.X[0], along.X[0], along.V[0] = v, v, v
			j.do(r, c, spoilt, d)
			j.do(r, c, s, along)
		}
		j.same(r, c, "a call after others with NaN and ±Inf", first, j.do(r, c, s, d))
	}
}

// allocations counts the allocations of every call.
func (j *derivativeJudge[F]) allocations() {
	s, err := trial.New(j.Network, 0)
	if j.Report.Failed(err) {
		return
	}
	j.machine.load(s, trial.NewDirection(j.Network, 0))
	for _, c := range j.machine.calls() {
		j.Report.Allocates(c.name, "", 5, func() { c.run() })
		fence.Untouched(j.ruler("many calls"), c.name, j.machine.Guards)
	}
}
