package judge

import (
	"fmt"
	"slices"

	"github.com/backpropgen/backpropgen/internal/plural"
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/fence"
	"github.com/backpropgen/backpropgen/verify/internal/finding"
	"github.com/backpropgen/backpropgen/verify/internal/memory"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
)

// batchJudge checks batch functions, trial by trial.
type batchJudge[F memory.Float] struct {
	network spec.Network
	format  rounding.Format
	report  *finding.Report
	machine *BatchMachine[F]
	// counts are numbers of samples, at least one of them, ascending.
	counts []int
	// distinct is how many samples of a batch are drawn; the others repeat them.
	distinct int
	// cuts say where batches are cut, and crossed are numbers of samples that cross them, the most telling first.
	cuts    Cuts
	crossed []int
	// short is that of the options: fewer samples are marked, and fewer sizes of teams have long batches.
	short bool
}

// distinctBudget is how many parameters the distinct samples of a trial have together.
const distinctBudget = 1 << 19

func newBatchJudge[F memory.Float](
	n spec.Network, format rounding.Format, report *finding.Report, cuts Cuts,
) *batchJudge[F] {
	cuts = cuts.orElse(n.Batch)
	cost := n.Params() + trial.SampleCost
	return &batchJudge[F]{
		network: n, format: format, report: report,
		counts:   trial.BatchCounts(n.Batch, trial.BatchLimit/cost),
		distinct: min(max(distinctBudget/n.Params(), 3), 8),
		cuts:     cuts, crossed: affordable(cuts.counts(cost <= thinned), cost, crossingLimit),
	}
}

// ruler compares numbers of which it says where they come from.
func (j *batchJudge[F]) ruler(where string) finding.Ruler {
	return finding.Ruler{Report: j.report, Format: j.format, Where: where}
}

// largest is the largest number of samples of a call.
func (j *batchJudge[F]) largest() int { return j.counts[len(j.counts)-1] }

// with is the judge of other functions of the same network.
func (j batchJudge[F]) with(m *BatchMachine[F]) *batchJudge[F] {
	j.machine = m
	return &j
}

// room is for how many samples there must be room to cross cuts.
func (j *batchJudge[F]) room() int { return slices.Max(append(j.crossed, 0)) + 1 }

// count is the number of samples of trial i, many before few.
func (j *batchJudge[F]) count(i int) int { return j.counts[len(j.counts)-1-i%len(j.counts)] }

// trials runs each of the counts at least once, and more trials as far as time allows.
func (j *batchJudge[F]) trials(o Options) {
	trials := max(o.For(j.network)/batchShare, len(j.counts))
	for i := range trials {
		if err := j.trial(i, j.count(i)); err != nil {
			j.report.Broken("Kernel", "reference", fmt.Sprintf("batch %d", i), "%v", err)
			return
		}
	}
}

// batchShare is how much longer a trial of batches takes than one of samples.
const batchShare = 4

// trial judges every call on batch i, of count samples.
func (j *batchJudge[F]) trial(i, count int) error {
	b, err := trial.NewBatch(j.network, i, count, j.distinct)
	if err != nil {
		return err
	}
	want, err := trial.ExpectBatch(j.network, b)
	if err != nil {
		return err
	}
	other, err := trial.NewBatch(j.network, i+1, j.count(i+1), j.distinct)
	if err != nil {
		return err
	}
	r := j.ruler(fmt.Sprintf("batch %d (%s) of %s, seed %s", i, b.Kind, plural.Of(count, "sample"), j.report.Seed))
	for _, c := range batchCalls(j.machine) {
		j.machine.Poison()
		first := j.do(r, c, b)
		j.numbers(r, c, first, want, b)
		repeats(r, batchShape(j.network, count), c.name, "a second call", first, j.do(r, c, b))
		for _, d := range batchCalls(j.machine) {
			loadBatch(j.machine, other)
			d.run(j.machine, memory.Evenly(other.Count), F(other.Rate))
		}
		repeats(r, batchShape(j.network, count), c.name, "a call after others", first, j.do(r, c, b))
	}
	return j.weighted(i, b)
}

// tileAndRest is how many samples fill a tile and begin the rest after it.
func (j *batchJudge[F]) tileAndRest() int { return min(max(j.cuts.Tile, 1)+1, j.largest()) }

// do loads the batch, makes the call, checks that it wrote nothing that it may not write, and copies what it left
// behind.
func (j *batchJudge[F]) do(r finding.Ruler, c batchCall[F], b trial.Batch) outcome[F] {
	m := j.machine
	loadBatch(m, b)
	loss := c.run(m, memory.Evenly(b.Count), F(b.Rate))
	j.untouched(r, c, b)
	fence.Untouched(r, c.name, m.Guards)
	o := outcome[F]{loss: loss, params: slices.Clone(m.Params), grad: slices.Clone(m.Grad)}
	if c.output {
		o.output = slices.Clone(m.Out.First(b.Count))
	}
	if c.input {
		o.x = slices.Clone(m.Gxs.First(b.Count))
	}
	return o
}

// numbers compares what a call delivers with the reference.
func (j *batchJudge[F]) numbers(
	r finding.Ruler, c batchCall[F], got outcome[F], want *trial.Expectation, b trial.Batch,
) {
	s := batchShape(j.network, b.Count)
	if c.output {
		finding.Compare(r, c.name, s.output, got.output, want.Output, want.OutputBound)
	}
	if c.loss {
		finding.Compare(r, c.name, finding.Block{Name: "loss"}, []F{got.loss}, []float64{want.Loss},
			[]float64{want.LossBound})
	}
	if c.gradient {
		finding.CompareAll(r, c.name, finding.Blocks(j.network, "∂L/∂"), got.grad, want.Grad, want.GradBound)
	}
	if c.step {
		finding.CompareAll(r, c.name, finding.Blocks(j.network, ""), got.params, want.Step, want.StepBound)
	}
	if c.input {
		finding.Compare(r, c.name, s.x, got.x, want.X, want.XBound)
	}
}

// untouched checks that the call wrote nothing but its results, and those only for the samples it was given.
func (j *batchJudge[F]) untouched(r finding.Ruler, c batchCall[F], b trial.Batch) {
	m := j.machine
	given := func(name string, got memory.Samples[F], want []float64) {
		if i := memory.FirstOther(got.First(b.Count), want); i >= 0 {
			at := finding.Block{Name: name, Layer: 0, N: len(want), Cols: got.Width}
			j.report.Broken(c.name, at.Element(i), r.Where, "written, from %v to %v; it is not the call's to write",
				F(want[i]), got.First(b.Count)[i])
		}
		if at, found := got.Beside(b.Count, memory.Beyond); found {
			j.report.Broken(c.name, fmt.Sprintf("%s[%d]", name, at), r.Where, "written; the slice has %s",
				plural.Of(b.Count, "sample"))
		}
	}
	given("xs", m.Xs, b.Xs)
	given("ys", m.Ys, b.Ys)
	given("weights", m.Weights, b.AllWeights())
	results := func(name string, got memory.Samples[F]) {
		if at, found := got.Beside(b.Count, memory.Untouchable); found {
			j.report.Broken(c.name, fmt.Sprintf("%s[%d]", name, at), r.Where, "written; the slice has %s",
				plural.Of(b.Count, "sample"))
		}
	}
	if c.output {
		results("out", m.Out)
	}
	if c.input {
		results("gxs", m.Gxs)
	}
	if c.step {
		return
	}
	at := 0
	for _, l := range finding.Blocks(j.network, "") {
		got, before := m.Params[at:at+l.N], b.Params[at:at+l.N]
		if i := memory.FirstOther(got, before); i >= 0 {
			j.report.Broken(c.name, l.Element(i), r.Where, "written, from %v to %v; only StepBatch may write p",
				F(before[i]), got[i])
		}
		at += l.N
	}
}
