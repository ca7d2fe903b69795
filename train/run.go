package train

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// run is one call of Fit: what it trains with, and buffers that all its steps share.
type run[P, G, X, Y any, F Float] struct {
	t    *Trainer[P, G, X, Y, F]
	team Team[P, G, X, Y, F]
	o    Options
	xs   []X // the caller's, read only
	ys   []Y

	part   []int // the training part: indices into xs and ys, ascending
	order  []int // the training part in the order of the present epoch
	orders *orders
	steps  int // in an epoch
	batchX []X // the samples of one step
	batchY []Y
	batchW []F // their weights, nil without

	weights []F              // of all samples, 0 for those that are left out; nil without
	held    samples[X, Y, F] // the validation part; none if empty

	measured samples[X, Y, F] // what metrics are measured on, once the first has been
	outputs  []Y              // of that

	before []F // the parameters at the start of the epoch, for gradient descent; see takeBack
	best   []F // the parameters of the lowest validation loss so far, with Patience
	result Result
}

// samples are inputs with their targets, and where they stand in the caller's data.
type samples[X, Y any, F Float] struct {
	xs      []X
	ys      []Y
	weights []F   // nil without
	index   []int // nil: in the same place
}

// Fit trains the network on xs and ys.
//
// Before it touches anything it checks the options and the data, and reports all mistakes at once. It also checks that
// targets sum to 1 where the network needs that.
//
// The result has the epochs that were finished, also with an error. The network then has the parameters after a whole
// number of steps, or with [Options.Patience] those of the lowest validation loss. If ctx is cancelled, the error is
// ctx.Err() to errors.Is.
func (t *Trainer[P, G, X, Y, F]) Fit(ctx context.Context, xs []X, ys []Y, o Options) (Result, error) {
	if err := t.check(ctx); err != nil {
		return Result{Best: -1}, err
	}
	if err := t.checkMetrics(); err != nil {
		return Result{Best: -1}, err
	}
	if err := o.check(len(xs), len(ys), len(t.validXs), len(t.validYs), t.Optimizer != nil); err != nil {
		return Result{Best: -1}, err
	}
	weights, valid, err := t.weights(o, ys)
	if err != nil {
		return Result{Best: -1}, err
	}
	if err := errors.Join(t.checkTargets(ys, weights, "sample"),
		t.checkTargets(t.validYs, valid, "validation sample")); err != nil {
		return Result{Best: -1}, err
	}
	r, err := newRun(t, xs, ys, o, weights, valid)
	if err != nil {
		return Result{Best: -1}, err
	}
	err = r.train(ctx)
	if o.Patience > 0 && r.result.Best >= 0 {
		copy(t.flat, r.best)
	}
	return r.result, err
}

func newRun[P, G, X, Y any, F Float](
	t *Trainer[P, G, X, Y, F], xs []X, ys []Y, o Options, weights, valid []float64,
) (*run[P, G, X, Y, F], error) {
	r := &run[P, G, X, Y, F]{t: t, team: t.team(), o: o, xs: xs, ys: ys, orders: newOrders(o.Seed)}
	var held []int
	r.part, held = r.orders.split(len(xs), o.Validation, o.InOrder)
	r.held = samples[X, Y, F]{xs: t.validXs, ys: t.validYs}
	held, err := r.weigh(weights, valid, held)
	if err != nil {
		return nil, err
	}
	if len(held) > 0 {
		r.held.xs, r.held.ys, r.held.index = make([]X, len(held)), make([]Y, len(held)), held
		gather(r.held.xs, xs, held)
		gather(r.held.ys, ys, held)
	}
	r.order = make([]int, len(r.part))
	batch := min(o.Batch, len(r.part))
	r.steps = (len(r.part) + batch - 1) / batch
	r.batchX, r.batchY = make([]X, batch), make([]Y, batch)
	if r.weights != nil {
		r.batchW = make([]F, batch)
	}
	r.result = Result{Best: -1, Epochs: make([]Epoch, 0, min(o.Epochs-o.Start, 1024))}
	return r, nil
}

// gather copies the named elements, one after the other.
func gather[T any](dst, src []T, index []int) {
	for k, i := range index {
		dst[k] = src[i]
	}
}

// train goes through the epochs.
func (r *run[P, G, X, Y, F]) train(ctx context.Context) error {
	if r.o.Progress != nil {
		defer r.o.Progress.End()
	}
	worse := 0 // epochs since the lowest validation loss
	for number := r.o.Start + 1; number <= r.o.Epochs; number++ {
		e, err := r.epoch(ctx, number)
		if err != nil {
			return err
		}
		if e.Lowest {
			r.result.Best, worse = len(r.result.Epochs), 0
			if r.o.Patience > 0 {
				r.best = append(r.best[:0], r.t.flat...)
			}
		} else {
			worse++
		}
		r.result.Epochs = append(r.result.Epochs, e)
		if r.o.OnEpoch != nil {
			if err := r.o.OnEpoch(e); errors.Is(err, ErrStop) {
				return nil
			} else if err != nil {
				return fmt.Errorf("train: OnEpoch after epoch %d: %w", number, err)
			}
		}
		if r.o.Patience > 0 && worse >= r.o.Patience {
			return nil
		}
	}
	return nil
}

// epoch takes the steps of one epoch and measures the validation loss.
func (r *run[P, G, X, Y, F]) epoch(ctx context.Context, number int) (Epoch, error) {
	copy(r.order, r.part)
	if !r.o.InOrder {
		r.orders.shuffle(r.order, uint64(number-1))
	}
	if r.t.Optimizer == nil {
		r.before = append(r.before[:0], r.t.flat...)
	}
	e := Epoch{Number: number}
	sum, seen, start := 0.0, 0, time.Now()
	for step := range r.steps {
		select {
		case <-ctx.Done():
			return e, fmt.Errorf("train: ended in epoch %d of %d, before step %d of %d: %w", number, r.o.Epochs, step+1,
				r.steps, ctx.Err())
		default:
		}
		rate, err := r.rate(number, step)
		if err != nil {
			return e, err
		}
		xs, ys, weights := r.batch(step)
		loss, ok := r.step(xs, ys, weights, rate)
		if !ok {
			return e, r.blame(number, step)
		}
		e.Rate = float64(rate)
		sum, seen = sum+loss, seen+len(xs)
		r.result.Steps++
		if r.o.Progress != nil {
			r.o.Progress.Step(Status{
				Epoch: number, Epochs: r.o.Epochs, Step: step + 1, Steps: r.steps, Loss: sum / float64(seen),
			})
		}
	}
	if firstBad(r.t.flat) >= 0 {
		return e, r.blame(number, r.steps)
	}
	e.Elapsed = time.Since(start)
	e.Loss = sum / float64(seen)
	if err := r.validate(&e); err != nil {
		return e, err
	}
	return e, r.measure(&e)
}
