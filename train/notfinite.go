package train

import "fmt"

// Blame is what made a loss or a gradient NaN or infinite.
type Blame string

const (
	// BlameInput says that an input is NaN or infinite.
	BlameInput Blame = "input"
	// BlameTarget says that a target is NaN or infinite.
	BlameTarget Blame = "target"
	// BlameParameters says that a parameter is NaN or infinite, or that parameters or steps have grown until finite
	// data overflow: the rate is too high, or the parameters were never drawn.
	BlameParameters Blame = "parameters"
)

// NotFiniteError says that a loss, a gradient or a step was NaN or infinite, where, and why. Fit leaves the network
// with the parameters from before that step, and has not shown the gradient to an optimizer.
type NotFiniteError struct {
	// Epoch is the number of the epoch, from 1, and Step that of the step in it, from 1; 0 for the validation after it.
	Epoch, Step int
	// Sample is the index of the sample in the data given to Fit or, where Step is 0, to ValidateOn if that was called;
	// -1 if no sample does it alone.
	Sample int
	Blame  Blame
	// Index says which of the input's or the target's values, or of the parameters as Flat has them, is not finite; -1
	// if all of them are finite.
	Index int
	// Value is that value; where all are finite, the loss of the sample.
	Value float64
	// Rate is the learning rate of the step, or of the last one before the validation.
	Rate float64

	untrained bool // no step has been taken
	optimizer bool // an optimizer takes the steps
}

// Error says where, why and what to do.
func (e *NotFiniteError) Error() string {
	at := fmt.Sprintf("train: epoch %d, step %d", e.Epoch, e.Step)
	sample := fmt.Sprintf("sample %d", e.Sample)
	if e.Step == 0 {
		at = fmt.Sprintf("train: validation after epoch %d", e.Epoch)
		sample = "validation " + sample
	}
	remedy := fmt.Sprintf("lower the rate, which is %.3g here, or clip the gradient", e.Rate)
	switch {
	case e.Blame != BlameParameters:
		return fmt.Sprintf("%s: %s %d of %s is %v; repair the sample or leave it out", at, e.Blame, e.Index, sample,
			e.Value)
	case e.Index >= 0 && e.untrained:
		return fmt.Sprintf("%s: parameter %d is %v before any training; call Init, or load others", at, e.Index,
			e.Value)
	case e.Index >= 0:
		if e.optimizer {
			remedy += "; hyperparameters or a state of the optimizer may be the cause as well"
		}
		return fmt.Sprintf("%s: parameter %d has become %v; %s", at, e.Index, e.Value, remedy)
	case e.Sample < 0:
		return fmt.Sprintf("%s: the step overflows although the gradient of every sample is finite; %s", at, remedy)
	case finite(e.Value):
		return fmt.Sprintf("%s: the gradient of %s overflows although its data and its loss, %.3g, are finite; %s", at,
			sample, e.Value, remedy)
	}
	return fmt.Sprintf("%s: the loss of %s is %v although its data are finite; %s", at, sample, e.Value, remedy)
}

// blame finds out why a step failed, or if failed is the number of steps, why the parameters after the last are not
// finite.
func (r *run[P, G, X, Y, F]) blame(number, failed int) error {
	if r.t.Optimizer == nil {
		first := r.takeBack(number, failed)
		r.result.Steps -= failed - first
		failed = first
	}
	failed = min(failed, r.steps-1)
	rate, err := r.rate(number, failed)
	if err != nil {
		return err
	}
	e := &NotFiniteError{Epoch: number, Step: failed + 1, Rate: float64(rate),
		untrained: r.result.Steps == 0, optimizer: r.t.Optimizer != nil}
	xs, ys, weights := r.batch(failed)
	r.diagnose(e, samples[X, Y, F]{xs: xs, ys: ys, weights: weights, index: r.order[failed*len(r.batchX):]})
	return e
}

// takeBack brings the parameters back to what they were before the first step of the epoch that made them NaN or
// infinite, or before failed, and returns that step. Gradient descent moves the parameters before its loss is known; to
// keep them for every step would cost every training what only a failing one needs, so they are found again: the steps
// of the epoch, taken from its start, give the same bits.
func (r *run[P, G, X, Y, F]) takeBack(number, failed int) int {
	flat := r.t.flat
	copy(flat, r.before)
	last := make([]F, len(flat))
	for step := range failed {
		copy(last, flat)
		xs, ys, weights := r.batch(step)
		rate, err := r.rate(number, step)
		if err != nil {
			return step // the schedule has changed its mind
		}
		if _, ok := r.step(xs, ys, weights, rate); !ok || firstBad(flat) >= 0 {
			copy(flat, last)
			return step
		}
	}
	return failed
}

// blameHeld finds out why samples from to end-1 of the validation part have no finite loss.
func (r *run[P, G, X, Y, F]) blameHeld(e Epoch, from, end int) error {
	failure := &NotFiniteError{Epoch: e.Number, Rate: e.Rate, optimizer: r.t.Optimizer != nil}
	part := samples[X, Y, F]{xs: r.held.xs[from:end], ys: r.held.ys[from:end],
		weights: slice(r.held.weights, from, end), index: make([]int, end-from)}
	for i := range part.index {
		part.index[i] = from + i
		if r.held.index != nil {
			part.index[i] = r.held.index[from+i]
		}
	}
	r.diagnose(failure, part)
	return failure
}

// diagnose completes e: a value of the samples that is not finite, else a parameter, else the first sample that does it
// alone.
func (r *run[P, G, X, Y, F]) diagnose(e *NotFiniteError, s samples[X, Y, F]) {
	for i := range s.xs {
		for _, part := range []struct {
			blame  Blame
			values []F
		}{{BlameInput, floats[F](&s.xs[i])}, {BlameTarget, floats[F](&s.ys[i])}} {
			if k := firstBad(part.values); k >= 0 {
				e.Sample, e.Blame, e.Index, e.Value = s.index[i], part.blame, k, float64(part.values[k])
				return
			}
		}
	}
	e.Sample, e.Blame = -1, BlameParameters
	if e.Index = firstBad(r.t.flat); e.Index >= 0 {
		e.Value = float64(r.t.flat[e.Index])
		return
	}
	for i := range s.xs {
		loss := r.gradBatch(s.xs[i:i+1], s.ys[i:i+1], slice(s.weights, i, min(i+1, len(s.weights))))
		if !finite(loss) || !finite(r.t.gradient.Norm()) {
			e.Sample, e.Value = s.index[i], float64(loss)
			return
		}
	}
}
