package judge

import (
	"fmt"
	"math"
	"slices"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/finding"
	"github.com/backpropgen/backpropgen/verify/internal/function"
	"github.com/backpropgen/backpropgen/verify/internal/linear"
	"github.com/backpropgen/backpropgen/verify/internal/memory"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
)

// Perfect predictions: targets that are the outputs bit for bit. Where the cost and its slope are 0 there, every
// gradient is exactly 0, and Step moves nothing. Of costs with a corner there, such as |a - y|, that is the convention;
// no other trial meets it, as its targets are drawn before the outputs are known.

// perfectTrials are trials whose parameters and inputs are taken: few outputs of them are 0 or saturate.
var perfectTrials = []int{0, trial.NearFirst, trial.NearFirst + 1}

// perfect makes targets of outputs. It says whether the cost's slopes are 0 there, and a loss of exactly 0 proves that
// a function met every target: loss, the kernel's for other targets, must be greater as soon as the least output, whose
// neighbours are the closest, is missed by one unit in the last place.
func perfect[F memory.Float](
	c function.Cost, format rounding.Format, outputs []F, width int, loss func(y []float64) F,
) (y []float64, ok bool) {
	y = make([]float64, len(outputs))
	least := 0
	for i, v := range outputs {
		y[i] = float64(v)
		if math.Abs(y[i]) < math.Abs(y[least]) {
			least = i
		}
	}
	for i := 0; i < len(y); i += width {
		a := linear.Vector(y[i : i+width])
		for _, slope := range linear.Elements(c.Gradient(a, a)) {
			if slope != 0 {
				return y, false
			}
		}
	}
	if loss(y) != 0 {
		return y, false
	}
	for _, side := range []float64{-1, 1} {
		missed := slices.Clone(y)
		missed[least] += side * format.ULP(y[least])
		if !(loss(missed) > 0) {
			return y, false
		}
	}
	return y, true
}

// PerfectPredictions judges a kernel on targets that are its outputs, and on nothing else.
func PerfectPredictions[F memory.Float](k *Kernel[F]) {
	k.Report.Failed(newSingleJudge(k).perfectPredictions())
	batches := newBatchJudge[F](k.Network, k.Format, k.Report, k.Cuts)
	k.Report.Failed(batches.with(k.Batch(batches.room())).perfectPredictions())
}

// perfectPredictions judges the functions of one sample on targets that Forward has made. A function that forms the
// outputs in another order has a loss that is not 0, and is not judged.
func (j *singleJudge[F]) perfectPredictions() error {
	c, err := function.CostOf(j.network.Cost)
	if err != nil {
		return err
	}
	for _, i := range perfectTrials {
		s, err := trial.New(j.network, i)
		if err != nil {
			return err
		}
		LoadSample(j.machine, s)
		outputs := j.machine.Forward()
		if outputs == nil {
			return nil
		}
		y, ok := perfect(c, j.format, slices.Clone(outputs), len(outputs), func(y []float64) F {
			memory.Narrow(j.machine.Y, y)
			return j.machine.Loss()
		})
		if !ok {
			continue
		}
		s.Y = y
		r := j.ruler(fmt.Sprintf("targets that are the outputs of trial %d (%s), seed %s", i, s.Kind, j.report.Seed))
		for _, c := range calls[F]() {
			if o := j.do(c, s); c.loss && o.loss == 0 {
				unmoved(r, j.network, c.name, c.gradient, c.step, o, s.Params)
			}
		}
	}
	return nil
}

// perfectPredictions is that of batches, each sample a row of a tile and of the rest after it.
func (j *batchJudge[F]) perfectPredictions() error {
	c, err := function.CostOf(j.network.Cost)
	if err != nil {
		return err
	}
	for _, i := range perfectTrials[:2] {
		s, err := trial.New(j.network, i)
		if err != nil {
			return err
		}
		count := j.tileAndRest()
		b := trial.Repeat(s, count)
		loadBatch(j.machine, b)
		j.machine.Forward(memory.Evenly(count))
		y, ok := perfect(c, j.format, slices.Clone(j.machine.Out.First(count)), len(s.Y), func(y []float64) F {
			b.Ys = y
			loadBatch(j.machine, b)
			return j.machine.Loss(memory.Evenly(count))
		})
		if !ok {
			continue
		}
		b.Ys = y
		where := fmt.Sprintf("targets that are the outputs of trial %d (%s), %d samples, seed %s", i, s.Kind, count,
			j.report.Seed)
		r := j.ruler(where)
		for _, c := range batchCalls(j.machine) {
			if o := j.do(r, c, b); c.loss && o.loss == 0 {
				unmoved(r, j.network, c.name, c.gradient, c.step, o, s.Params)
			}
		}
	}
	return nil
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
