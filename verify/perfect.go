package verify

import (
	"fmt"
	"math"
	"slices"

	"github.com/backpropgen/backpropgen/spec"
)

// Perfect predictions: targets that are the outputs bit for bit. Where the cost and its slope are 0 there, every
// gradient is exactly 0, and Step moves nothing. Of costs with a corner there, such as |a - y|, that is the convention;
// no other trial meets it, as its targets are drawn before the outputs are known.

// perfectTrials are trials whose parameters and inputs are taken: few outputs of them are 0 or saturate.
var perfectTrials = []int{0, nearFirst, nearFirst + 1}

// perfect makes targets of outputs. It says whether the cost's slopes are 0 there, and a loss of exactly 0 proves that
// a function met every target: loss, the kernel's for other targets, must be greater as soon as the least output, whose
// neighbours are the closest, is missed by one unit in the last place.
func perfect[F Float](c cost, format arithmetic, outputs []F, width int, loss func(y []float64) F) (y []float64, ok bool) {
	y = make([]float64, len(outputs))
	least := 0
	for i, v := range outputs {
		y[i] = float64(v)
		if math.Abs(y[i]) < math.Abs(y[least]) {
			least = i
		}
	}
	for i := 0; i < len(y); i += width {
		a := vector(y[i : i+width])
		for _, slope := range elements(c.gradient(a, a)) {
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
		missed[least] += side * format.ulp(y[least])
		if !(loss(missed) > 0) {
			return y, false
		}
	}
	return y, true
}

// judgePerfectPredictions judges a kernel on targets that are its outputs, and on nothing else.
func judgePerfectPredictions[F Float](k *judgedKernel[F]) {
	k.report.failed(newJudge(k).perfectPredictions())
	batches := newBatchJudge[F](k.network, k.format, k.report, k.cuts)
	k.report.failed(batches.with(k.batch(batches.room())).perfectPredictions())
}

// perfectPredictions judges the functions of one sample on targets that Forward has made. A function that forms the
// outputs in another order has a loss that is not 0, and is not judged.
func (j *judge[F]) perfectPredictions() error {
	c, err := costOf(j.network.Cost)
	if err != nil {
		return err
	}
	for _, i := range perfectTrials {
		s, err := newSample(j.network, i)
		if err != nil {
			return err
		}
		j.machine.load(s)
		outputs := j.machine.forward()
		if outputs == nil {
			return nil
		}
		y, ok := perfect(c, j.format, slices.Clone(outputs), len(outputs), func(y []float64) F {
			narrowed(j.machine.y, y)
			return j.machine.loss()
		})
		if !ok {
			continue
		}
		s.y = y
		r := ruler{j.report, j.format, fmt.Sprintf("targets that are the outputs of trial %d (%s), seed %s", i, s.kind, j.report.Seed)}
		for _, c := range calls[F]() {
			if o := j.do(c, s); c.loss && o.loss == 0 {
				unmoved(r, j.network, c.name, c.gradient, c.step, o, s.params)
			}
		}
	}
	return nil
}

// perfectPredictions is that of batches, each sample a row of a tile and of the rest after it.
func (j *batchJudge[F]) perfectPredictions() error {
	c, err := costOf(j.network.Cost)
	if err != nil {
		return err
	}
	for _, i := range perfectTrials[:2] {
		s, err := newSample(j.network, i)
		if err != nil {
			return err
		}
		count := j.tileAndRest()
		b := batchOf(s, count)
		j.machine.load(b)
		j.machine.forward(evenly(count))
		y, ok := perfect(c, j.format, slices.Clone(j.machine.out.first(count)), len(s.y), func(y []float64) F {
			b.ys = y
			j.machine.load(b)
			return j.machine.loss(evenly(count))
		})
		if !ok {
			continue
		}
		b.ys = y
		where := fmt.Sprintf("targets that are the outputs of trial %d (%s), %d samples, seed %s", i, s.kind, count, j.report.Seed)
		r := ruler{j.report, j.format, where}
		for _, c := range batchCalls(j.machine) {
			if o := j.do(r, c, b); c.loss && o.loss == 0 {
				unmoved(r, j.network, c.name, c.gradient, c.step, o, s.params)
			}
		}
	}
	return nil
}

// unmoved compares gradients with 0, and the parameters after a step with those before, nothing being allowed for
// rounding.
func unmoved[F Float](r ruler, n spec.Network, call string, gradient, step bool, o outcome[F], params []float64) {
	zeros := make([]float64, max(len(params), len(o.x)))
	if gradient {
		compareAll(r, call, blocks(n, "∂L/∂"), o.grad, zeros, zeros)
	}
	if o.x != nil {
		compare(r, call, block{name: "∂L/∂x", n: len(o.x)}, o.x, zeros, zeros)
	}
	if step {
		compareAll(r, call, blocks(n, ""), o.params, params, zeros)
	}
}
