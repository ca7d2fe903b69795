package judge

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/backpropgen/backpropgen/internal/plural"
	"github.com/backpropgen/backpropgen/verify/internal/finding"
	"github.com/backpropgen/backpropgen/verify/internal/memory"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
)

// special judges what batch functions do beside computing: NaN, mistakes of the caller, allocations.
func (j *batchJudge[F]) special() {
	// Where blocks allow, one full block and one sample more.
	count := min(j.network.Batch+1, j.largest())
	b, err := trial.NewBatch(j.network, 0, count, j.distinct)
	if j.report.Failed(err) {
		return
	}
	for _, c := range batchCalls(j.machine) {
		for _, spoilt := range []int{0, count - 1} {
			if err := j.notFinite(c, b, spoilt); err != nil {
				j.report.Broken("Kernel", "reference", "", "%v", err)
				return
			}
		}
		for _, m := range []int{count + 1, count - 1, 0} {
			for _, n := range c.mismatches(count, m) {
				j.refuses(c, b, n)
			}
		}
		for _, n := range c.mismatches(0, 1) {
			j.refuses(c, b, n)
		}
		for _, n := range []int{0, 1, count} {
			loadBatch(j.machine, b)
			j.report.Allocates(c.name, plural.Of(n, "sample"), 5, func() {
				c.run(j.machine, memory.Evenly(n), F(b.Rate))
			})
		}
	}
}

// notFinite puts NaN and infinities into one sample. NaN must reach its outputs and the loss; results of other samples
// must keep their bits; and nothing may stay behind in the workspace.
func (j *batchJudge[F]) notFinite(c batchCall[F], b trial.Batch, spoilt int) error {
	in, out := j.network.Width(0), j.network.Width(j.network.Depth())
	with := func(v float64) trial.Batch {
		bad := b
		bad.Xs = slices.Clone(b.Xs)
		bad.Xs[spoilt*in] = v
		return bad
	}
	single, err := trial.Expect(j.network, with(math.NaN()).Sample(j.network, spoilt))
	if err != nil {
		return err
	}
	where := fmt.Sprintf("xs[%d][0] of %s NaN, seed %s", spoilt, plural.Of(b.Count, "sample"), j.report.Seed)
	r := j.ruler(where)
	s := batchShape(j.network, b.Count)

	j.machine.Poison()
	clean := j.do(r, c, b)
	got := j.do(r, c, with(math.NaN()))
	if c.output {
		for i, want := range single.Output {
			if v := got.output[spoilt*out+i]; want != want && v == v {
				j.report.Broken(c.name, s.output.Element(spoilt*out+i), r.Where, "%v; NaN must not hide", v)
			}
		}
		j.others(r, c.name, s.output, clean.output, got.output, spoilt)
	}
	if c.loss && single.Loss != single.Loss && got.loss == got.loss {
		j.report.Broken(c.name, "loss", r.Where, "%v; NaN must not hide", got.loss)
	}
	if c.unweighted != "" && single.Loss != single.Loss {
		j.zeroHidesNothing(r, c, with(math.NaN()), spoilt)
	}
	if c.input {
		j.others(r, c.name, s.x, clean.x, got.x, spoilt)
	}
	j.do(r, c, with(math.Inf(1)))
	j.do(r, c, with(math.Inf(-1)))
	repeats(r, s, c.name, "a call after others with NaN and ±Inf in one sample", clean, j.do(r, c, b))
	return nil
}

// others checks that rows other than the spoilt one are as without it.
func (j *batchJudge[F]) others(r finding.Ruler, name string, b finding.Block, clean, got []F, spoilt int) {
	for i := range clean {
		if i/b.Cols != spoilt && memory.FirstDifference(clean[i:i+1], got[i:i+1]) >= 0 {
			j.report.Broken(name, b.Element(i), r.Where, "%v, without NaN in another sample %v", got[i], clean[i])
		}
	}
}

// refuses checks that a call whose arguments differ in length panics, with a message that says so, and has written
// nothing.
func (j *batchJudge[F]) refuses(c batchCall[F], b trial.Batch, n memory.Lengths) {
	m := j.machine
	loadBatch(m, b)
	before := [][]F{slices.Clone(m.Params), slices.Clone(m.Xs.Memory), slices.Clone(m.Ys.Memory),
		slices.Clone(m.Weights.Memory),
		slices.Clone(m.Grad), slices.Clone(m.Out.Memory), slices.Clone(m.Gxs.Memory)}
	where := fmt.Sprintf("%d xs, %d ys", n.Xs, n.Ys)
	if c.unweighted != "" {
		where += fmt.Sprintf(", %s", plural.Of(n.Weights, "weight"))
	}
	if c.output || c.input {
		where += fmt.Sprintf(", %d results", n.Results)
	}
	said := finding.PanicOf(func() { c.run(m, n, F(b.Rate)) })
	switch text := fmt.Sprint(said); {
	case said == nil:
		j.report.Broken(c.name, "lengths that differ", where, "accepted; it must panic")
		return
	case finding.IsRuntime(said) || !strings.Contains(text, c.name) || !strings.Contains(text, "length"):
		j.report.Broken(c.name, "lengths that differ", where,
			"the panic says %q; it must name the function and say that lengths differ", text)
	}
	for i, after := range [][]F{m.Params, m.Xs.Memory, m.Ys.Memory, m.Weights.Memory, m.Grad, m.Out.Memory,
		m.Gxs.Memory} {
		if memory.FirstDifference(after, before[i]) >= 0 {
			j.report.Broken(c.name, "lengths that differ", where, "%s was written before the panic",
				[]string{"p", "xs", "ys", "weights", "g", "out", "gxs"}[i])
		}
	}
}

// longAllocations counts the allocations of every function on a long batch.
func (j *batchJudge[F]) longAllocations(b trial.Batch) {
	for _, c := range batchCalls(j.machine) {
		loadBatch(j.machine, b)
		j.report.Allocates(c.name, plural.Of(b.Count, "sample"), 5, func() {
			c.run(j.machine, memory.Evenly(b.Count), F(b.Rate))
		})
	}
}
