package training

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/backpropgen/backpropgen/train"
)

// Settings are the choices of one run.
type Settings struct {
	Epochs int      // passes over the training part, at least 1
	Batch  int      // samples of a step, at least 1
	Rate   float64  // learning rate of the first step; it falls along half a cosine to 0
	Seeds  []uint64 // one training from scratch for each
}

// Result is one training from scratch.
type Result struct {
	Seed uint64
	// Train and Test are the mean losses of every epoch: over the training part as the steps met
	// it, and over the test part after the epoch.
	Train, Test []float64
	// Confusion counts the predictions for the test part after the last epoch.
	Confusion *train.Confusion
	// Elapsed is the time spent in training steps, without evaluation and output.
	Elapsed time.Duration
}

// TrainLoss is the mean training loss of the last epoch.
func (r Result) TrainLoss() float64 { return r.Train[len(r.Train)-1] }

// Learn trains one network on the data set with one seed, which decides the test part, the first
// parameters and the order of the samples. It reports each epoch to p. The error of a
// training that leaves the finite numbers names the place and a smaller rate. When ctx is cancelled the
// error is that, and the result is of the epochs until then; it has none if there were none.
func (t Task) Learn(ctx context.Context, data Table, s Settings, seed uint64, p Progress) (Result, error) {
	trainIndex, testIndex := Split(data.Labels, len(t.Classes), t.Folds, seed)
	scaler := FitScaler(data.Rows, trainIndex, t.MinDeviation)
	samples := data.Samples(trainIndex, scaler, len(t.Classes))
	test := data.Samples(testIndex, scaler, len(t.Classes))
	net := t.New()
	net.Init(rand.New(rand.NewPCG(seed, initStream)).NormFloat64)

	p.Start(seed, s.Epochs)
	defer p.Stop()
	history, err := net.Fit(ctx, samples, test, train.Options{
		Epochs:  s.Epochs,
		Batch:   s.Batch,
		Rate:    train.Cosine(s.Rate, 0, float64(s.Epochs)),
		Seed:    seed,
		OnEpoch: func(e train.Epoch) error { p.Epoch(e.Number, e.Loss); return nil },
	})
	var overflow *train.NotFiniteError
	switch {
	case errors.As(err, &overflow):
		return Result{}, fmt.Errorf("seed %d: the learning rate %g is too high, try -rate %.2g: %w",
			seed, s.Rate, min(s.Rate/10, t.Rate), err)
	case err != nil && !errors.Is(err, context.Canceled):
		return Result{}, fmt.Errorf("seed %d: %w", seed, err)
	}
	r := Result{Seed: seed, Confusion: train.NewConfusion(t.Classes)}
	for _, e := range history.Epochs {
		r.Train = append(r.Train, e.Loss)
		r.Test = append(r.Test, e.Validation)
		r.Elapsed += e.Elapsed
	}
	for i, class := range net.Classify(test) {
		r.Confusion.Counts[test[i].Class][class]++
	}
	return r, err
}
