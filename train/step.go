package train

import (
	"fmt"
	"math"
)

// evalBlock is the number of samples whose losses are summed in the network's own type; sums beyond it are float64, so
// that a large validation part loses no digits. It is fixed, so that the loss does not depend on Options.Batch.
const evalBlock = 256

// rate is the learning rate of a step, which counts from 0.
func (r *run[P, G, X, Y, F]) rate(number, step int) (F, error) {
	at := float64(number-1) + (float64(step)+0.5)/float64(r.steps)
	rate := r.o.Rate(at)
	if !(rate >= 0) || !finite(F(rate)) {
		return 0, fmt.Errorf("train: Options.Rate gives %v for step %d of epoch %d; "+
			"a rate must be finite and not negative", rate, step+1, number)
	}
	return F(rate), nil
}

// batch copies the samples of a step of the present order to where they stand one after the other.
func (r *run[P, G, X, Y, F]) batch(step int) ([]X, []Y, []F) {
	size := len(r.batchX)
	index := r.order[step*size : min((step+1)*size, len(r.order))]
	xs, ys := r.batchX[:len(index)], r.batchY[:len(index)]
	gather(xs, r.xs, index)
	gather(ys, r.ys, index)
	weights := slice(r.batchW, 0, min(len(index), len(r.batchW)))
	gather(weights, r.weights, index[:len(weights)])
	return xs, ys, weights
}

// step takes one step and returns the sum of the losses before it. It is not ok if that is not finite, or the
// gradient is not where there is one to be seen; an optimizer has not been called then.
func (r *run[P, G, X, Y, F]) step(xs []X, ys []Y, weights []F, rate F) (loss float64, ok bool) {
	t, n := r.t, F(len(xs))
	if t.Optimizer == nil {
		loss := r.stepBatch(xs, ys, weights, rate/n)
		return float64(loss), finite(loss)
	}
	sum := r.gradBatch(xs, ys, weights)
	if !finite(sum) {
		return 0, false
	}
	t.gradient.Scale(1 / n)
	var norm F
	if r.o.Clip > 0 {
		norm = t.gradient.Clip(F(r.o.Clip))
	} else {
		norm = t.gradient.Norm()
	}
	if !finite(norm) {
		return 0, false
	}
	if team, ok := r.team.(updatingTeam[P, G, F]); ok {
		team.Update(t.Optimizer, t.net, t.g, rate)
	} else {
		t.Optimizer.Update(t.net, t.g, rate)
	}
	return float64(sum), true
}

// validate completes e with the mean loss of the validation part, if there is one.
func (r *run[P, G, X, Y, F]) validate(e *Epoch) error {
	n := len(r.held.xs)
	if n == 0 {
		e.Validation = math.NaN()
		return nil
	}
	sum := 0.0
	for i := 0; i < n; i += evalBlock {
		end := min(i+evalBlock, n)
		loss := r.lossBatch(r.held.xs[i:end], r.held.ys[i:end], slice(r.held.weights, i, end))
		if !finite(loss) {
			return r.blameHeld(*e, i, end)
		}
		sum += float64(loss)
	}
	e.Validation = sum / float64(n)
	e.Lowest = r.result.Best < 0 || e.Validation < r.result.Epochs[r.result.Best].Validation
	return nil
}
