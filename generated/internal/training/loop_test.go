package training

import (
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
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
	r, err := task.Learn(load(t, task), task.Defaults(), 1, progress)
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
		r, err := task.Learn(data, task.Defaults(), seed, Silent{})
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

// poisoned turns its losses into NaN: of training steps, or only of the evaluation, as when the very
// last step leaves the finite numbers.
type poisoned struct {
	*perceptron
	step bool
}

func (p poisoned) Step(x, y []float32, rate float32) float32 {
	if p.step {
		return float32(math.NaN())
	}
	return 0.5
}

func (p poisoned) Loss(x, y []float32) float32 { return float32(math.Inf(1)) }

func TestLearnReportsDivergence(t *testing.T) {
	for _, step := range []bool{true, false} {
		task := blobs()
		task.New = func() Network { return poisoned{newPerceptron(2, 3), step} }
		s := task.Defaults()
		s.Rate = 300
		progress := &recorder{}
		_, err := task.Learn(load(t, task), s, 4, progress)
		want := "seed 4, epoch 1: the loss is no longer finite; the learning rate 300 is too high, try -rate 0.1"
		if err == nil || err.Error() != want {
			t.Errorf("NaN in steps %t: got %v, want %s", step, err, want)
		}
		if progress.stopped != 1 {
			t.Errorf("NaN in steps %t: progress stopped %d times, want once", step, progress.stopped)
		}
	}
}

// A rate far too high, without a poisoned network, must end in the same error.
func TestLearnDiverges(t *testing.T) {
	task := blobs()
	s := task.Defaults()
	s.Rate = 1e30
	_, err := task.Learn(load(t, task), s, 1, Silent{})
	if err == nil || !strings.Contains(err.Error(), "too high") {
		t.Errorf("got %v, want an error about the learning rate", err)
	}
}

func TestRateFalls(t *testing.T) {
	s := Settings{Epochs: 4, Rate: 0.5}
	for e, want := range []float32{0.5, 0.375, 0.25, 0.125} {
		if got := rateAt(s, e); got != want {
			t.Errorf("epoch %d: rate %g, want %g", e, got, want)
		}
	}
}

func TestEpochDoesNotAllocate(t *testing.T) {
	task := blobs()
	data := load(t, task)
	train, _ := Split(data.Labels, 3, task.Folds, 1)
	samples := data.Samples(train, FitScaler(data.Rows, train, 0), 3)
	net := task.New()
	rng := rand.New(rand.NewPCG(1, 1))
	net.Init(rng.NormFloat64)
	if n := testing.AllocsPerRun(20, func() { epoch(net, samples, rng, 0.01) }); n != 0 {
		t.Errorf("%g allocations per epoch of %d steps, want 0", n, len(samples))
	}
}

// Every sample is visited once per epoch, in changing order.
func TestEpochVisitsEverySample(t *testing.T) {
	samples := make([]Sample, 50)
	for i := range samples {
		samples[i] = Sample{X: []float32{float32(i)}, Y: []float32{1}}
	}
	rng := rand.New(rand.NewPCG(1, 1))
	var orders [2][]float32
	for i := range orders {
		v := &visitor{}
		epoch(v, samples, rng, 1)
		orders[i] = v.order
		seen := map[float32]bool{}
		for _, x := range v.order {
			seen[x] = true
		}
		if len(v.order) != 50 || len(seen) != 50 {
			t.Errorf("epoch %d: %d steps on %d samples, want 50 on 50", i, len(v.order), len(seen))
		}
	}
	if reflect.DeepEqual(orders[0], orders[1]) {
		t.Error("two epochs have the same order")
	}
}

// visitor records the inputs of its steps.
type visitor struct{ order []float32 }

func (v *visitor) Init(func() float64)           {}
func (v *visitor) Forward(x []float32) []float32 { return x }
func (v *visitor) Loss(x, y []float32) float32   { return 0 }
func (v *visitor) Step(x, y []float32, rate float32) float32 {
	v.order = append(v.order, x[0])
	return 0
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
