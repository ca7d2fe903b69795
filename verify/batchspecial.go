package verify

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// special judges what batch functions do beside computing: NaN, mistakes of the caller, allocations.
func (j *batchJudge[F]) special() {
	// Where blocks allow, one full block and one sample more.
	count := min(j.network.Batch+1, j.largest())
	b, err := newBatch(j.network, 0, count, j.distinct)
	if j.report.failed(err) {
		return
	}
	for _, c := range batchCalls(j.machine) {
		for _, spoilt := range []int{0, count - 1} {
			if err := j.notFinite(c, b, spoilt); err != nil {
				j.report.broken("Kernel", "reference", "", "%v", err)
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
			j.machine.load(b)
			j.report.allocates(c.name, fmt.Sprintf("%d samples", n), 5, func() { c.run(j.machine, evenly(n), F(b.rate)) })
		}
	}
}

// notFinite puts NaN and infinities into one sample. NaN must reach its outputs and the loss; results of other samples
// must keep their bits; and nothing may stay behind in the workspace.
func (j *batchJudge[F]) notFinite(c batchCall[F], b batch, spoilt int) error {
	in, out := j.network.Width(0), j.network.Width(j.network.Depth())
	with := func(v float64) batch {
		bad := b
		bad.xs = slices.Clone(b.xs)
		bad.xs[spoilt*in] = v
		return bad
	}
	single, err := newExpectation(j.network, with(math.NaN()).sample(j.network, spoilt))
	if err != nil {
		return err
	}
	where := fmt.Sprintf("xs[%d][0] of %d samples NaN, seed %s", spoilt, b.count, j.report.Seed)
	r := ruler{j.report, j.format, where}
	s := batchShape(j.network, b.count)

	j.machine.poison()
	clean := j.do(r, c, b)
	got := j.do(r, c, with(math.NaN()))
	if c.output {
		for i, want := range single.output {
			if v := got.output[spoilt*out+i]; want != want && v == v {
				j.report.broken(c.name, s.output.element(spoilt*out+i), r.where, "%v; NaN must not hide", v)
			}
		}
		j.others(r, c.name, s.output, clean.output, got.output, spoilt)
	}
	if c.loss && single.loss != single.loss && got.loss == got.loss {
		j.report.broken(c.name, "loss", r.where, "%v; NaN must not hide", got.loss)
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
func (j *batchJudge[F]) others(r ruler, name string, b block, clean, got []F, spoilt int) {
	for i := range clean {
		if i/b.cols != spoilt && sameBits(clean[i:i+1], got[i:i+1]) >= 0 {
			j.report.broken(name, b.element(i), r.where, "%v, without NaN in another sample %v", got[i], clean[i])
		}
	}
}

// refuses checks that a call whose arguments differ in length panics, with a message that says so, and has written
// nothing.
func (j *batchJudge[F]) refuses(c batchCall[F], b batch, n lengths) {
	m := j.machine
	m.load(b)
	before := [][]F{slices.Clone(m.params), slices.Clone(m.xs.memory), slices.Clone(m.ys.memory),
		slices.Clone(m.grad), slices.Clone(m.out.memory), slices.Clone(m.gxs.memory)}
	where := fmt.Sprintf("%d xs, %d ys", n.xs, n.ys)
	if c.output || c.input {
		where += fmt.Sprintf(", %d results", n.results)
	}
	said := panics(func() { c.run(m, n, F(b.rate)) })
	switch text := fmt.Sprint(said); {
	case said == nil:
		j.report.broken(c.name, "lengths that differ", where, "accepted; it must panic")
		return
	case isRuntime(said) || !strings.Contains(text, c.name) || !strings.Contains(text, "length"):
		j.report.broken(c.name, "lengths that differ", where,
			"the panic says %q; it must name the function and say that lengths differ", text)
	}
	for i, after := range [][]F{m.params, m.xs.memory, m.ys.memory, m.grad, m.out.memory, m.gxs.memory} {
		if sameBits(after, before[i]) >= 0 {
			j.report.broken(c.name, "lengths that differ", where, "%s was written before the panic",
				[]string{"p", "xs", "ys", "g", "out", "gxs"}[i])
		}
	}
}
