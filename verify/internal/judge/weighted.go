package judge

import (
	"fmt"
	"slices"

	"github.com/backpropgen/backpropgen/internal/plural"
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/finding"
	"github.com/backpropgen/backpropgen/verify/internal/memory"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
)

// Elsewhere calls with weights are judged with weights of 1, as what they are without. Here they have others.

// weighted judges the calls with weights on batch i of the trials.
func (j *batchJudge[F]) weighted(i int, b trial.Batch) error {
	calls := batchCalls(j.machine)
	weighted := slices.DeleteFunc(slices.Clone(calls), func(c batchCall[F]) bool { return c.unweighted == "" })
	if len(weighted) == 0 {
		return nil
	}
	heavy := b.Weighted(j.network, i)
	want, err := trial.ExpectWeighted(j.network, heavy)
	if err != nil {
		return err
	}
	r := j.ruler(fmt.Sprintf("batch %d (%s) of %s with weights, seed %s", i, b.Kind, plural.Of(b.Count, "sample"),
		j.report.Seed))
	for _, c := range weighted {
		j.machine.Poison()
		first := j.do(r, c, heavy)
		j.numbers(r, c, first, want, heavy)
		repeats(r, batchShape(j.network, b.Count), c.name, "a second call", first, j.do(r, c, heavy))
		if j.network.Rounding != spec.RoundingStrict {
			continue
		}
		if k := slices.IndexFunc(calls, func(d batchCall[F]) bool { return d.name == c.unweighted }); k >= 0 {
			repeats(r, batchShape(j.network, b.Count), c.name, "a call with weights of 1 for "+c.unweighted,
				j.do(r, calls[k], b), j.do(r, c, b))
		}
	}
	return nil
}

// zeroHidesNothing says that the loss is NaN where a sample's is, though its weight is 0: whoever wants a sample left
// out leaves it out.
func (j *batchJudge[F]) zeroHidesNothing(r finding.Ruler, c batchCall[F], bad trial.Batch, spoilt int) {
	bad.Weights = slices.Clone(bad.AllWeights())
	bad.Weights[spoilt] = 0
	loadBatch(j.machine, bad)
	if loss := c.run(j.machine, memory.Evenly(bad.Count), F(bad.Rate)); loss == loss {
		j.report.Broken(c.name, "loss", r.Where+" and its weight 0", "%v; a weight of 0 must not hide NaN", loss)
	}
}
