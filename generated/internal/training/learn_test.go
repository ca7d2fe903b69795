package training

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/train"
)

// recorder is a Progress that remembers its calls.
type recorder struct{ started, epochs, stopped int }

func (r *recorder) Start(uint64, int)  { r.started++ }
func (r *recorder) Epoch(int, float64) { r.epochs++ }
func (r *recorder) Stop()              { r.stopped++ }

func load(t *testing.T, task Task) Table {
	t.Helper()
	data, err := ReadCSV(task.File, task.Data, task.Inputs, task.Classes, task.Folds)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestLearn(t *testing.T) {
	task := blobs()
	progress := &recorder{}
	r, err := task.Learn(context.Background(), load(t, task), task.Defaults(), 1, progress)
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Confusion.Accuracy(); got != 1 {
		t.Errorf("accuracy %g on classes far apart, want 1", got)
	}
	if len(r.Train) != task.Epochs || len(r.Test) != task.Epochs {
		t.Errorf("%d training and %d test losses, want %d of each", len(r.Train), len(r.Test), task.Epochs)
	}
	if r.TrainLoss() >= r.Train[0]/2 {
		t.Errorf("training loss went from %g to %g, want less than half", r.Train[0], r.TrainLoss())
	}
	if want := (recorder{1, task.Epochs, 1}); *progress != want {
		t.Errorf("progress calls %+v, want %+v", *progress, want)
	}
}

func TestLearnIsDeterministic(t *testing.T) {
	task := blobs()
	data := load(t, task)
	var losses [3][]float64
	for i, seed := range []uint64{7, 7, 8} {
		r, err := task.Learn(context.Background(), data, task.Defaults(), seed, Silent{})
		if err != nil {
			t.Fatal(err)
		}
		losses[i] = r.Train
	}
	if !reflect.DeepEqual(losses[0], losses[1]) {
		t.Error("one seed gives two trainings")
	}
	if reflect.DeepEqual(losses[0], losses[2]) {
		t.Error("two seeds give one training")
	}
}

// A rate far too high ends in an error that names the seed, the place and a smaller rate.
func TestLearnDiverges(t *testing.T) {
	task := blobs()
	s := task.Defaults()
	s.Rate = 1e38
	progress := &recorder{}
	_, err := task.Learn(context.Background(), load(t, task), s, 4, progress)
	var overflow *train.NotFiniteError
	if !errors.As(err, &overflow) ||
		!strings.HasPrefix(err.Error(), "seed 4: the learning rate 1e+38 is too high, try -rate 0.4: ") {
		t.Errorf("got %v, want an error about the learning rate", err)
	}
	if progress.stopped != 1 {
		t.Errorf("progress stopped %d times, want once", progress.stopped)
	}
}

// cancelling cancels after an epoch.
type cancelling struct {
	Silent
	at     int
	cancel func()
}

func (c cancelling) Epoch(done int, _ float64) {
	if done == c.at {
		c.cancel()
	}
}

// What has been learnt until an interrupt is a result.
func TestLearnCancelled(t *testing.T) {
	task := blobs()
	ctx, cancel := context.WithCancel(context.Background())
	r, err := task.Learn(ctx, load(t, task), task.Defaults(), 1, cancelling{at: 7, cancel: cancel})
	if !errors.Is(err, context.Canceled) || len(r.Train) != 7 || len(r.Test) != 7 {
		t.Fatalf("error %v, %d epochs; want cancellation after 7", err, len(r.Train))
	}
	if got := r.Confusion.Accuracy(); !(got > 0.5) {
		t.Errorf("accuracy %g after 7 epochs", got)
	}
}

// Samples reach the network whole and in order.
func TestEmitted(t *testing.T) {
	p := &perceptron{W: [9]float32{1, 0, 0, 0, 1, 0, -1, -1, 0}}
	samples := []Sample{{X: []float32{3, 1}}, {X: []float32{1, 3}}, {X: []float32{-1, -1}}}
	for i := range samples {
		samples[i].Y = make([]float32, 3)
	}
	if got := Emitted(p).Classify(samples); !slices.Equal(got, []int{0, 1, 2}) {
		t.Errorf("classes %v, want 0, 1, 2", got)
	}
}

func TestArgmax(t *testing.T) {
	for _, c := range []struct {
		v    []float32
		want int
	}{{[]float32{1}, 0}, {[]float32{1, 3, 2}, 1}, {[]float32{-5, -3, -3}, 1}} {
		if got := argmax(c.v); got != c.want {
			t.Errorf("argmax(%v) = %d, want %d", c.v, got, c.want)
		}
	}
}
