package training

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"
)

// Settings are the choices of one run.
type Settings struct {
	Epochs int      // passes over the training part, at least 1
	Rate   float64  // learning rate of the first epoch; see rateAt
	Seeds  []uint64 // one training from scratch for each
}

// Result is one training from scratch.
type Result struct {
	Seed uint64
	// Train and Test are the mean losses of every epoch: over the training part as the steps met
	// it, and over the test part after the epoch.
	Train, Test []float64
	// Confusion counts the predictions for the test part after the last epoch.
	Confusion *Confusion
	// Elapsed is the time spent in training steps, without evaluation and output.
	Elapsed time.Duration
}

// TrainLoss is the mean training loss of the last epoch.
func (r Result) TrainLoss() float64 { return r.Train[len(r.Train)-1] }

// Learn trains one network on the data set with one seed, which decides the test part, the first
// parameters and the order of the samples. It reports each epoch to p. The error of a
// training that leaves the finite numbers names the epoch and a smaller rate.
func (t Task) Learn(data Table, s Settings, seed uint64, p Progress) (Result, error) {
	trainIndex, testIndex := Split(data.Labels, len(t.Classes), t.Folds, seed)
	scaler := FitScaler(data.Rows, trainIndex, t.MinDeviation)
	train := data.Samples(trainIndex, scaler, len(t.Classes))
	test := data.Samples(testIndex, scaler, len(t.Classes))
	rng := rand.New(rand.NewPCG(seed, trainStream))
	net := t.New()
	net.Init(rng.NormFloat64)

	p.Start(seed, s.Epochs)
	defer p.Stop()
	r := Result{Seed: seed}
	for e := range s.Epochs {
		start := time.Now()
		trainLoss := epoch(net, train, rng, rateAt(s, e))
		r.Elapsed += time.Since(start)
		testLoss := meanLoss(net, test)
		if !finite(trainLoss) || !finite(testLoss) {
			return Result{}, fmt.Errorf("seed %d, epoch %d: the loss is no longer finite; "+
				"the learning rate %g is too high, try -rate %.2g", seed, e+1, s.Rate, min(s.Rate/10, t.Rate))
		}
		r.Train = append(r.Train, trainLoss)
		r.Test = append(r.Test, testLoss)
		p.Epoch(e+1, trainLoss)
	}
	r.Confusion = t.evaluate(net, test)
	return r, nil
}

// rateAt is the learning rate of epoch e, counted from 0: it falls linearly from the set rate
// towards 0, which it would reach after the last epoch. Single-sample steps are noisy; late small
// ones let the parameters settle.
func rateAt(s Settings, e int) float32 {
	return float32(s.Rate * (1 - float64(e)/float64(s.Epochs)))
}

// epoch shuffles the samples, takes one step on each and returns the mean of the losses. It does
// not allocate.
func epoch(net Network, samples []Sample, rng *rand.Rand, rate float32) float64 {
	rng.Shuffle(len(samples), func(i, j int) { samples[i], samples[j] = samples[j], samples[i] })
	sum := 0.0
	for i := range samples {
		sum += float64(net.Step(samples[i].X, samples[i].Y, rate))
	}
	return sum / float64(len(samples))
}

// meanLoss is the mean loss over the samples at the present parameters.
func meanLoss(net Network, samples []Sample) float64 {
	sum := 0.0
	for i := range samples {
		sum += float64(net.Loss(samples[i].X, samples[i].Y))
	}
	return sum / float64(len(samples))
}

// evaluate counts what the network takes each sample for: the class of its largest output.
func (t Task) evaluate(net Network, samples []Sample) *Confusion {
	c := NewConfusion(t.Classes)
	for _, s := range samples {
		c.Counts[s.Class][argmax(net.Forward(s.X))]++
	}
	return c
}

// argmax is the index of the largest element, the first of several equal ones.
func argmax(v []float32) int {
	best := 0
	for i := range v {
		if v[i] > v[best] {
			best = i
		}
	}
	return best
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
