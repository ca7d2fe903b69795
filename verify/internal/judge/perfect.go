package judge

import (
	"fmt"
	"math"
	"slices"

	"github.com/backpropgen/backpropgen/internal/plural"
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/finding"
	"github.com/backpropgen/backpropgen/verify/internal/function"
	"github.com/backpropgen/backpropgen/verify/internal/linear"
	"github.com/backpropgen/backpropgen/verify/internal/memory"
	"github.com/backpropgen/backpropgen/verify/internal/reference"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
)

// Perfect predictions: targets that are the outputs bit for bit. Where the cost and its slope are 0 there, every
// gradient is exactly 0, and Step moves nothing. Of costs with a corner there, such as |a - y|, that is the convention;
// no other trial meets it, as its targets are drawn before the outputs are known.

// perfectTrials are trials whose parameters and inputs are taken: few outputs of them are 0 or saturate.
var perfectTrials = []int{0, trial.NearFirst, trial.NearFirst + 1}

// perfect says whether the cost's slopes are 0 where the targets are these outputs, a sample a row of that width, and
// whether a loss of exactly 0 proves that a function met every target: loss, the kernel's for other targets, is 0 for
// these and must be greater as soon as the least output, whose neighbours are the closest, is missed by one unit in the
// last place.
func perfect[F memory.Float](
	c function.Cost, format rounding.Format, outputs []float64, width int, loss func(y []float64) F,
) bool {
	if !level(c, outputs, width) || loss(outputs) != 0 {
		return false
	}
	least := 0
	for i, v := range outputs {
		if math.Abs(v) < math.Abs(outputs[least]) {
			least = i
		}
	}
	for _, side := range []float64{-1, 1} {
		missed := slices.Clone(outputs)
		missed[least] += side * format.ULP(outputs[least])
		if !(loss(missed) > 0) {
			return false
		}
	}
	return true
}

// level says whether the cost's slopes are 0 where the targets are the outputs.
func level(c function.Cost, outputs []float64, width int) bool {
	for row := range slices.Chunk(outputs, width) {
		a := linear.Vector(row)
		for _, slope := range linear.Elements(c.Gradient(a, a)) {
			if slope != 0 {
				return false
			}
		}
	}
	return true
}

// guessedULPs is by how many units in the last place outputs are moved that are guessed, and guessedLimit how many
// parameters all samples have together that this takes.
const guessedULPs, guessedLimit = 4, 1 << 25

// guessed are the outputs of a sample that no function returns: those of the reference, each moved by a few units in
// the last place to where the loss is least. The loss is a sum over the outputs, so that one after the other is moved;
// it is that of so many samples. Where that takes too long there are none.
func guessed[F memory.Float](
	n spec.Network, format rounding.Format, s trial.Sample, samples int, loss func(y []float64) F,
) ([]float64, error) {
	if n.Width(n.Depth())*(n.Params()+trial.SampleCost)*samples*2*guessedULPs > guessedLimit {
		return nil, nil
	}
	network, err := reference.New(n, s.Params)
	if err != nil {
		return nil, err
	}
	y := linear.Elements(network.Algorithm4(s.X, s.Y).Output)
	for i, v := range y {
		y[i] = float64(F(v))
	}
	least := loss(y)
	for i, v := range slices.Clone(y) {
		for by := -guessedULPs; by <= guessedULPs; by++ {
			before := y[i]
			y[i] = float64(F(v + float64(by)*format.ULP(v)))
			if l := loss(y); l < least {
				least = l
			} else {
				y[i] = before
			}
		}
	}
	return y, nil
}

// PerfectPredictions judges a kernel on targets that are its outputs, and on nothing else.
func PerfectPredictions[F memory.Float](k *Kernel[F]) {
	k.Report.Failed(newSingleJudge(k).perfectPredictions())
	batches := newBatchJudge[F](k.Network, k.Format, k.Report, k.Cuts)
	k.Report.Failed(batches.with(k.Batch(batches.room())).perfectPredictions())
}

// perfectPredictions judges the functions of one sample on targets that are the outputs. A function that forms the
// outputs in another order has a loss that is not 0, and is not judged.
func (j *singleJudge[F]) perfectPredictions() error {
	c, err := function.CostOf(j.network.Cost)
	if err != nil {
		return err
	}
	all := slices.DeleteFunc(calls(j.machine), func(c call[F]) bool { return !c.loss })
	if len(all) == 0 {
		return nil
	}
	for _, i := range perfectTrials {
		s, err := trial.New(j.network, i)
		if err != nil {
			return err
		}
		loss := func(y []float64) F {
			at := s
			at.Y = y
			LoadSample(j.machine, at)
			loss, _ := all[0].run(j.machine, F(s.Rate))
			return loss
		}
		y, err := j.outputs(s, loss)
		if err != nil {
			return err
		}
		if y == nil || !perfect(c, j.format, y, len(y), loss) {
			continue
		}
		s.Y = y
		r := j.ruler(fmt.Sprintf("targets that are the outputs of trial %d (%s), seed %s", i, s.Kind, j.report.Seed))
		for _, c := range all {
			if o := j.do(c, s); o.loss == 0 {
				unmoved(r, j.network, c.name, c.gradient, c.step, o, s.Params)
			}
		}
	}
	return nil
}

// outputs are those of a sample: what Forward returns, or guessed by the loss.
func (j *singleJudge[F]) outputs(s trial.Sample, loss func(y []float64) F) ([]float64, error) {
	if j.machine.Forward == nil {
		return guessed(j.network, j.format, s, 1, loss)
	}
	LoadSample(j.machine, s)
	return widened(j.machine.Forward()), nil
}

// widened are numbers in float64, nil for none.
func widened[F memory.Float](from []F) (to []float64) {
	for _, v := range from {
		to = append(to, float64(v))
	}
	return to
}

// perfectPredictions is that of batches, each sample a row of a tile and of the rest after it.
func (j *batchJudge[F]) perfectPredictions() error {
	c, err := function.CostOf(j.network.Cost)
	if err != nil {
		return err
	}
	all := slices.DeleteFunc(batchCalls(j.machine), func(c batchCall[F]) bool { return !c.loss })
	if len(all) == 0 {
		return nil
	}
	for _, i := range perfectTrials[:2] {
		s, err := trial.New(j.network, i)
		if err != nil {
			return err
		}
		count := j.tileAndRest()
		b := trial.Repeat(s, count)
		loss := func(y []float64) F {
			at := b
			at.Ys = y
			loadBatch(j.machine, at)
			return all[0].run(j.machine, memory.Evenly(count), F(b.Rate))
		}
		y, err := j.outputs(s, b, loss)
		if err != nil {
			return err
		}
		if y == nil || !perfect(c, j.format, y, len(s.Y), loss) {
			continue
		}
		b.Ys = y
		where := fmt.Sprintf("targets that are the outputs of trial %d (%s), %s, seed %s", i, s.Kind, plural.Of(count,
			"sample"),
			j.report.Seed)
		r := j.ruler(where)
		for _, c := range all {
			if o := j.do(r, c, b); o.loss == 0 {
				unmoved(r, j.network, c.name, c.gradient, c.step, o, s.Params)
			}
		}
	}
	return nil
}

// outputs are those of a batch that repeats one sample: what ForwardBatch returns, or guessed by the loss.
func (j *batchJudge[F]) outputs(s trial.Sample, b trial.Batch, loss func(y []float64) F) ([]float64, error) {
	if j.machine.Forward != nil {
		loadBatch(j.machine, b)
		j.machine.Forward(memory.Evenly(b.Count))
		return widened(j.machine.Out.First(b.Count)), nil
	}
	y, err := guessed(j.network, j.format, s, b.Count, func(y []float64) F { return loss(slices.Repeat(y, b.Count)) })
	return slices.Repeat(y, b.Count), err
}

// unmoved compares gradients with 0, and the parameters after a step with those before, nothing being allowed for
// rounding.
func unmoved[F memory.Float](
	r finding.Ruler, n spec.Network, call string, gradient, step bool, o outcome[F], params []float64,
) {
	zeros := make([]float64, max(len(params), len(o.x)))
	if gradient {
		finding.CompareAll(r, call, finding.Blocks(n, "∂L/∂"), o.grad, zeros, zeros)
	}
	if o.x != nil {
		finding.Compare(r, call, finding.Block{Name: "∂L/∂x", N: len(o.x)}, o.x, zeros, zeros)
	}
	if step {
		finding.CompareAll(r, call, finding.Blocks(n, ""), o.params, params, zeros)
	}
}
