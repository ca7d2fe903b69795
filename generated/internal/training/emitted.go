package training

import (
	"context"
	"reflect"

	"github.com/backpropgen/backpropgen/train"
)

// Network is an emitted classifier as a Task sees it: slices stand for the fixed arrays of the emitted methods, so that
// one task serves every shape. Emitted makes one.
type Network interface {
	// Init draws fresh parameters from standard normal numbers.
	Init(norm func() float64)
	// Fit trains on samples and measures the loss on held after every epoch.
	Fit(ctx context.Context, samples, held []Sample, o train.Options) (train.Result, error)
	// Classify returns the index of the largest output for each sample, the first of several equal ones.
	Classify(samples []Sample) []int
}

// classifier is what Emitted needs of a network.
type classifier[P, G, B, A, X, Y any] interface {
	train.Network[P, G, B, A, X, Y, float32]
	Init(norm func() float64)
	ForwardBatch(b *B, xs []X, out []Y)
}

// Emitted gives an emitted network of float32 to a task: training.Emitted(new(iris.Iris)).
func Emitted[N classifier[P, G, B, A, X, Y], D train.Gradient[G, float32], P, G, B, A, X, Y any](net N) Network {
	return &emitted[N, P, G, B, A, X, Y]{net: net, trainer: train.New[N, D](net)}
}

type emitted[N classifier[P, G, B, A, X, Y], P, G, B, A, X, Y any] struct {
	net     N
	trainer *train.Trainer[P, G, X, Y, float32]
	batch   B
}

func (e *emitted[N, P, G, B, A, X, Y]) Init(norm func() float64) { e.net.Init(norm) }

func (e *emitted[N, P, G, B, A, X, Y]) Fit(ctx context.Context, samples, held []Sample, o train.Options) (train.Result,
	error) {
	e.trainer.ValidateOn(e.arrays(held))
	xs, ys := e.arrays(samples)
	return e.trainer.Fit(ctx, xs, ys, o)
}

func (e *emitted[N, P, G, B, A, X, Y]) Classify(samples []Sample) []int {
	xs, out := e.arrays(samples)
	e.net.ForwardBatch(&e.batch, xs, out)
	classes := make([]int, len(out))
	for i := range out {
		classes[i] = argmax(slice(&out[i]))
	}
	return classes
}

// arrays copies samples into the network's arrays.
func (e *emitted[N, P, G, B, A, X, Y]) arrays(samples []Sample) ([]X, []Y) {
	xs, ys := make([]X, len(samples)), make([]Y, len(samples))
	for i, s := range samples {
		copy(slice(&xs[i]), s.X)
		copy(slice(&ys[i]), s.Y)
	}
	return xs, ys
}

// slice views an array of float32 as a slice of it. Its length is in its type, where only reflection finds it.
func slice[A any](array *A) []float32 {
	v := reflect.ValueOf(array).Elem()
	return v.Slice(0, v.Len()).Interface().([]float32)
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
