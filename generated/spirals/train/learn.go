package main

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/backpropgen/backpropgen/generated/spirals"
	"github.com/backpropgen/backpropgen/train"
)

const (
	points = 1000 // to train on, a fifth of them for validation
	tests  = 2000 // other points of the same spirals
	batch  = 32
)

// result is what a seed came to.
type result struct {
	seed     uint64
	net      spirals.Spirals
	xs       []point // what it learnt from
	ys       []label
	history  train.Result
	accuracy float64 // on the test points, in 0…1
	elapsed  time.Duration
}

// best is the epoch whose parameters the network has.
func (r result) best() train.Epoch { return r.history.Epochs[r.history.Best] }

// learn trains one network from scratch on points of its own. Broken off by ctx, it returns what has been learnt until
// then.
func learn(ctx context.Context, seed uint64, epochs int, rate float64, report func(done int, loss float64)) (result,
	error) {
	rng := rand.New(rand.NewPCG(seed, 0))
	r := result{seed: seed}
	r.xs, r.ys = draw(rng, points)
	r.net.Init(rng.NormFloat64)

	t := train.New(&r.net)
	t.Optimizer = spirals.NewSpiralsAdam()
	history, err := t.Fit(ctx, r.xs, r.ys, train.Options{
		Epochs:     epochs,
		Batch:      batch,
		Rate:       train.Cosine(rate, float64(epochs)/20, float64(epochs)),
		Clip:       1,
		Validation: 0.2,
		Patience:   epochs, // all of them, but keep the best parameters
		Seed:       seed,
		OnEpoch:    func(e train.Epoch) error { report(e.Number, e.Loss); return nil },
	})
	r.history = history
	for _, e := range r.history.Epochs {
		r.elapsed += e.Elapsed
	}
	r.accuracy = accuracy(&r.net)
	return r, err
}

// accuracy is the part of the test points, the same for every network, that net puts on their spiral.
func accuracy(net *spirals.Spirals) float64 {
	xs, ys := draw(rand.New(rand.NewPCG(0, 1)), tests)
	var b spirals.SpiralsBatch
	out := make([]label, tests)
	net.ForwardBatch(&b, xs, out)
	right := 0
	for i, a := range out {
		if (a[1] > a[0]) == (ys[i][1] == 1) {
			right++
		}
	}
	return float64(right) / tests
}
