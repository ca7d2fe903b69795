package verify

import (
	"fmt"
	"slices"

	"github.com/backpropgen/backpropgen/spec"
)

// batchJudge checks batch functions, trial by trial.
type batchJudge[F Float] struct {
	network spec.Network
	format  arithmetic
	report  *findings
	machine *batchMachine[F]
	// counts are numbers of samples, at least one of them, ascending.
	counts []int
	// distinct is how many samples of a batch are drawn; the others repeat them.
	distinct int
	// cuts say where batches are cut, and crossed are numbers of samples that cross them, the most telling first.
	cuts    batchCuts
	crossed []int
	// short is that of the options: fewer samples are marked, and fewer sizes of teams have long batches.
	short bool
}

// distinctBudget is how many parameters the distinct samples of a trial have together.
const distinctBudget = 1 << 19

func newBatchJudge[F Float](n spec.Network, format arithmetic, report *findings, cuts batchCuts) *batchJudge[F] {
	cuts = cuts.orElse(n.Batch)
	cost := n.Params() + sampleCost
	return &batchJudge[F]{
		network: n, format: format, report: report,
		counts:   batchCounts(n.Batch, batchLimit/cost),
		distinct: min(max(distinctBudget/n.Params(), 3), 8),
		cuts:     cuts, crossed: affordable(cuts.counts(cost <= thinned), cost, crossingLimit),
	}
}

// largest is the largest number of samples of a call.
func (j *batchJudge[F]) largest() int { return j.counts[len(j.counts)-1] }

// with is the judge of other functions of the same network.
func (j batchJudge[F]) with(m *batchMachine[F]) *batchJudge[F] {
	j.machine = m
	return &j
}

// room is for how many samples there must be room to cross cuts.
func (j *batchJudge[F]) room() int { return slices.Max(append(j.crossed, 0)) + 1 }

// count is the number of samples of trial i, many before few.
func (j *batchJudge[F]) count(i int) int { return j.counts[len(j.counts)-1-i%len(j.counts)] }

// trials runs each of the counts at least once, and more trials as far as time allows.
func (j *batchJudge[F]) trials(o judgeOptions) {
	trials := max(o.trials(j.network)/batchShare, len(j.counts))
	for i := range trials {
		if err := j.trial(i, j.count(i)); err != nil {
			j.report.broken("Kernel", "reference", fmt.Sprintf("batch %d", i), "%v", err)
			return
		}
	}
}

// batchShare is how much longer a trial of batches takes than one of samples.
const batchShare = 4

// trial judges every call on batch i, of count samples.
func (j *batchJudge[F]) trial(i, count int) error {
	b, err := newBatch(j.network, i, count, j.distinct)
	if err != nil {
		return err
	}
	want, err := newBatchExpectation(j.network, b)
	if err != nil {
		return err
	}
	other, err := newBatch(j.network, i+1, j.count(i+1), j.distinct)
	if err != nil {
		return err
	}
	r := ruler{j.report, j.format, fmt.Sprintf("batch %d (%s) of %d samples, seed %s", i, b.kind, count, j.report.Seed)}
	for _, c := range batchCalls(j.machine) {
		j.machine.poison()
		first := j.do(r, c, b)
		j.numbers(r, c, first, want, b)
		repeats(r, batchShape(j.network, count), c.name, "a second call", first, j.do(r, c, b))
		for _, d := range batchCalls(j.machine) {
			j.machine.load(other)
			d.run(j.machine, evenly(other.count), F(other.rate))
		}
		repeats(r, batchShape(j.network, count), c.name, "a call after others", first, j.do(r, c, b))
	}
	return nil
}

// tileAndRest is how many samples fill a tile and begin the rest after it.
func (j *batchJudge[F]) tileAndRest() int { return min(max(j.cuts.Tile, 1)+1, j.largest()) }

// do loads the batch, makes the call, checks that it wrote nothing that it may not write, and copies what it left
// behind.
func (j *batchJudge[F]) do(r ruler, c batchCall[F], b batch) outcome[F] {
	m := j.machine
	m.load(b)
	loss := c.run(m, evenly(b.count), F(b.rate))
	j.untouched(r, c, b)
	untouchedBeside(r, c.name, m.guards)
	o := outcome[F]{loss: loss, params: slices.Clone(m.params), grad: slices.Clone(m.grad)}
	if c.output {
		o.output = slices.Clone(m.out.first(b.count))
	}
	if c.input {
		o.x = slices.Clone(m.gxs.first(b.count))
	}
	return o
}

// numbers compares what a call delivers with the reference.
func (j *batchJudge[F]) numbers(r ruler, c batchCall[F], got outcome[F], want *expectation, b batch) {
	s := batchShape(j.network, b.count)
	if c.output {
		compare(r, c.name, s.output, got.output, want.output, want.outputBound)
	}
	if c.loss {
		compare(r, c.name, block{name: "loss"}, []F{got.loss}, []float64{want.loss}, []float64{want.lossBound})
	}
	if c.gradient {
		compareAll(r, c.name, blocks(j.network, "∂L/∂"), got.grad, want.grad, want.gradBound)
	}
	if c.step {
		compareAll(r, c.name, blocks(j.network, ""), got.params, want.step, want.stepBound)
	}
	if c.input {
		compare(r, c.name, s.x, got.x, want.x, want.xBound)
	}
}

// untouched checks that the call wrote nothing but its results, and those only for the samples it was given.
func (j *batchJudge[F]) untouched(r ruler, c batchCall[F], b batch) {
	m := j.machine
	given := func(name string, got samples[F], want []float64) {
		before := make([]F, len(want))
		narrowed(before, want)
		if i := sameBits(got.first(b.count), before); i >= 0 {
			at := block{name, 0, len(want), got.width}
			j.report.broken(c.name, at.element(i), r.where, "written, from %v to %v; it is not the call's to write",
				before[i], got.first(b.count)[i])
		}
		if at, found := got.beside(b.count, beyond); found {
			j.report.broken(c.name, fmt.Sprintf("%s[%d]", name, at), r.where, "written; the slice has %d samples", b.count)
		}
	}
	given("xs", m.xs, b.xs)
	given("ys", m.ys, b.ys)
	results := func(name string, got samples[F]) {
		if at, found := got.beside(b.count, untouchable); found {
			j.report.broken(c.name, fmt.Sprintf("%s[%d]", name, at), r.where, "written; the slice has %d samples", b.count)
		}
	}
	if c.output {
		results("out", m.out)
	}
	if c.input {
		results("gxs", m.gxs)
	}
	if c.step {
		return
	}
	at := 0
	for _, l := range blocks(j.network, "") {
		got, before := m.params[at:at+l.n], make([]F, l.n)
		narrowed(before, b.params[at:at+l.n])
		if i := sameBits(got, before); i >= 0 {
			j.report.broken(c.name, l.element(i), r.where, "written, from %v to %v; only StepBatch may write p",
				before[i], got[i])
		}
		at += l.n
	}
}
