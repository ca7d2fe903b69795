package judge

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/backpropgen/backpropgen/internal/plural"
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/fence"
	"github.com/backpropgen/backpropgen/verify/internal/finding"
	"github.com/backpropgen/backpropgen/verify/internal/memory"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
)

// batches judges the functions of batches: on every number of samples at which they may break, each sample against
// the reference, and under rounding: strict against the functions of one sample, bit for bit.
func (j *derivativeJudge[F]) batches() {
	cuts := j.Cuts.orElse(j.Network.Batch)
	cost := j.numbers() + trial.SampleCost
	counts := trial.BatchCounts(j.Network.Batch, derivativeBatchBudget/cost)
	counts = append(counts, affordable(cuts.counts(cost <= thinned), cost, derivativeBatchBudget)...)
	counts = unrepeated(counts)
	largest := slices.Max(counts) + 1
	b := j.Batch(largest)
	if len(b.calls(j.machine)) == 0 {
		return
	}
	for i, count := range counts {
		if err := j.batch(b, i, count); err != nil {
			j.Report.Failed(err)
			return
		}
	}
	count := min(j.Network.Batch+1, largest-1)
	batch, err := trial.NewBatch(j.Network, 0, count, 3)
	if j.Report.Failed(err) {
		return
	}
	for _, c := range b.calls(j.machine) {
		for _, n := range []memory.Lengths{
			{Xs: count + 1, Results: count}, {Xs: count, Results: count + 1}, {Xs: count - 1, Results: count},
			{Xs: 0, Results: count}, {Xs: count, Results: 0},
		} {
			j.refused(b, c, batch, n)
		}
		for _, at := range []int{0, count - 1} {
			j.spoilt(b, c, batch, at)
		}
		for _, n := range []int{0, 1, count} {
			b.load(batch)
			j.Report.Allocates(c.name, plural.Of(n, "sample"), 5, func() { c.run(memory.Evenly(n)) })
		}
	}
}

// derivativeBatchBudget is how many numbers the results of a batch have, and those of all batches that cross cuts.
const derivativeBatchBudget = 1 << 23

// batch judges every call on batch i, of count samples.
func (j *derivativeJudge[F]) batch(b *DerivativeBatch[F], i, count int) error {
	batch, err := trial.NewBatch(j.Network, i, count, 3)
	if err != nil {
		return err
	}
	r := j.ruler(fmt.Sprintf("batch %d (%s) of %s, seed %s", i, batch.Kind, plural.Of(count, "sample"), j.Report.Seed))
	known := map[string]*trial.Derivatives{}
	singles := map[string]map[string][]F{}
	asked := trial.Derived{Jacobian: b.Jacobian != nil, ParameterJacobian: b.ParameterJacobian != nil}
	for _, c := range b.calls(j.machine) {
		first := j.doBatch(r, b, c, batch)
		width := c.result.Width
		for s := range count {
			sample := batch.Sample(j.Network, s)
			key := fmt.Sprint(sample.X)
			if known[key] == nil {
				known[key], err = trial.ExpectDerivatives(j.Network, sample, trial.Direction{}, asked)
				if err != nil {
					return err
				}
				singles[key] = j.single(r, sample)
			}
			value, bound := c.want(known[key])
			at := j.ruler(fmt.Sprintf("sample %d, %s", s, r.Where))
			got := first[s*width : (s+1)*width]
			compareRepeated(at, c.name, c.blocks(j.Network), got, value, bound)
			if j.Network.Rounding != spec.RoundingStrict {
				continue
			}
			alone := singles[key][c.name]
			if k := memory.FirstDifference(got, alone); k >= 0 {
				j.Report.Broken(c.name, elementOf(c.blocks(j.Network), k), at.Where,
					"%v, of the sample alone %v; rounding: strict promises the same bits", got[k], alone[k])
			}
		}
		if k := memory.FirstDifference(first, j.doBatch(r, b, c, batch)); k >= 0 {
			j.Report.Broken(c.name, elementOf(c.blocks(j.Network), k), r.Where,
				"a second call gave another result; the same arguments must give the same bits")
		}
	}
	return nil
}

// single are the results of the functions of one sample, by the names of those of batches.
func (j *derivativeJudge[F]) single(r finding.Ruler, s trial.Sample) map[string][]F {
	if j.Network.Rounding != spec.RoundingStrict {
		return nil
	}
	results := map[string][]F{}
	for _, c := range j.machine.calls() {
		results[c.name+"Batch"] = j.do(r, c, s, trial.NewDirection(j.Network, 0)).result
	}
	return results
}

// doBatch makes a call, checks that it wrote nothing but its results, and returns a copy of them.
func (j *derivativeJudge[F]) doBatch(
	r finding.Ruler, b *DerivativeBatch[F], c derivativeBatchCall[F], batch trial.Batch,
) []F {
	b.load(batch)
	b.Poison()
	c.run(memory.Evenly(batch.Count))
	fence.Untouched(r, c.name, b.Guards)
	if i := memory.FirstOther(b.Params, batch.Params); i >= 0 {
		j.Report.Broken(c.name, finding.ElementOf(finding.Blocks(j.Network, ""), i), r.Where,
			"written, from %v to %v; a derivative writes its result alone", F(batch.Params[i]), b.Params[i])
	}
	if i := memory.FirstOther(b.Xs.First(batch.Count), batch.Xs); i >= 0 {
		j.Report.Broken(c.name, "xs", r.Where, "number %d written; it is not the call's to write", i)
	}
	for _, beside := range []struct {
		name  string
		of    memory.Samples[F]
		value float64
	}{{"xs", b.Xs, memory.Beyond}, {"js", c.result, memory.Untouchable}} {
		if at, found := beside.of.Beside(batch.Count, beside.value); found {
			j.Report.Broken(c.name, fmt.Sprintf("%s[%d]", beside.name, at), r.Where,
				"written; the slice has %s", plural.Of(batch.Count, "sample"))
		}
	}
	return slices.Clone(c.result.First(batch.Count))
}

// refused checks that a call whose arguments differ in length panics, with a message that says so, and has written
// nothing.
func (j *derivativeJudge[F]) refused(
	b *DerivativeBatch[F], c derivativeBatchCall[F], batch trial.Batch, n memory.Lengths,
) {
	b.load(batch)
	before := slices.Clone(c.result.Memory)
	where := fmt.Sprintf("%d xs, %d js", n.Xs, n.Results)
	said := finding.PanicOf(func() { c.run(n) })
	switch text := fmt.Sprint(said); {
	case said == nil:
		j.Report.Broken(c.name, "lengths that differ", where, "accepted; it must panic")
		return
	case finding.IsRuntime(said) || !strings.Contains(text, c.name) || !strings.Contains(text, "length"):
		j.Report.Broken(c.name, "lengths that differ", where,
			"the panic says %q; it must name the function and say that lengths differ", text)
	}
	if memory.FirstDifference(c.result.Memory, before) >= 0 {
		j.Report.Broken(c.name, "lengths that differ", where, "js was written before the panic")
	}
}

// spoilt puts NaN and infinities into one sample: results of others keep their bits, and nothing stays behind.
func (j *derivativeJudge[F]) spoilt(b *DerivativeBatch[F], c derivativeBatchCall[F], batch trial.Batch, at int) {
	r := j.ruler(fmt.Sprintf("xs[%d][0] of %s NaN, seed %s", at, plural.Of(batch.Count, "sample"), j.Report.Seed))
	clean := j.doBatch(r, b, c, batch)
	bad := batch
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		bad.Xs = slices.Clone(batch.Xs)
		bad.Xs[at*j.Network.Width(0)] = v
		got := j.doBatch(r, b, c, bad)
		for i := range got {
			if i/c.result.Width != at && memory.FirstDifference(got[i:i+1], clean[i:i+1]) >= 0 {
				j.Report.Broken(c.name, elementOf(c.blocks(j.Network), i), r.Where,
					"%v of sample %d, without %v in another one %v", got[i], i/c.result.Width, v, clean[i])
				return
			}
		}
	}
	if i := memory.FirstDifference(clean, j.doBatch(r, b, c, batch)); i >= 0 {
		j.Report.Broken(c.name, elementOf(c.blocks(j.Network), i), r.Where,
			"a call after others with NaN and ±Inf in one sample gave another result")
	}
}
