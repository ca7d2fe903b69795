package train

import (
	"context"
	"errors"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestFitLearns(t *testing.T) {
	xs, ys := data(100)
	for _, c := range []struct {
		name string
		set  func(*Trainer[unit, unitGrad, [2]float64, [1]float64, float64])
	}{
		{"gradient descent", func(*Trainer[unit, unitGrad, [2]float64, [1]float64, float64]) {}},
		{"optimizer", func(t *Trainer[unit, unitGrad, [2]float64, [1]float64, float64]) { t.Optimizer = &momentum{} }},
		{"team", func(t *Trainer[unit, unitGrad, [2]float64, [1]float64, float64]) { t.Team = &spy{} }},
	} {
		var net unit
		trainer := New(&net)
		c.set(trainer)
		o := options()
		o.Epochs = 100
		r, err := trainer.Fit(context.Background(), xs, ys, o)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		for i, v := range net.P {
			if math.Abs(v-truth.P[i]) > 1e-3 {
				t.Errorf("%s: parameters %v, want %v", c.name, net.P, truth.P)
				break
			}
		}
		if len(r.Epochs) != 100 || r.Steps != 100*13 || r.Best != -1 {
			t.Errorf("%s: %d epochs, %d steps, best %d; want 100, 1300, -1", c.name, len(r.Epochs), r.Steps, r.Best)
		}
		for i, e := range r.Epochs {
			if e.Number != i+1 || !math.IsNaN(e.Validation) || e.Lowest || e.Rate != 0.5 {
				t.Errorf("%s: epoch %+v at place %d", c.name, e, i)
			}
		}
		if first, last := r.Epochs[0].Loss, r.Epochs[99].Loss; !(last < first/100) {
			t.Errorf("%s: loss went from %g to %g", c.name, first, last)
		}
	}
}

// updatingSpy is a spy that counts the updates it is asked for.
type updatingSpy struct {
	spy
	updates int
}

func (s *updatingSpy) Update(o interface {
	Update(p *unit, g *unitGrad, rate float64)
}, p *unit, g *unitGrad, rate float64) {
	s.updates++
	o.Update(p, g, rate)
}

// A team that shares updates out does every update of an optimizer, with the same result.
func TestFitLeavesUpdatesToTheTeam(t *testing.T) {
	xs, ys := data(10)
	var nets [2]unit
	s := &updatingSpy{}
	for i, team := range []Team[unit, unitGrad, [2]float64, [1]float64, float64]{&spy{}, s} {
		trainer := New(&nets[i])
		trainer.Team, trainer.Optimizer = team, &momentum{}
		o := options()
		o.Epochs, o.Batch = 3, 4
		if _, err := trainer.Fit(context.Background(), xs, ys, o); err != nil {
			t.Fatal(err)
		}
	}
	if s.updates != 9 || nets[0] != nets[1] {
		t.Errorf("%d updates, want 9; %v and %v", s.updates, nets[0], nets[1])
	}
}

// An epoch by hand: each sample once, in batches, and rates for the mean over a batch, the smaller last one too.
func TestFitTakesStepsOfTheMean(t *testing.T) {
	xs, ys := data(10)
	before := slices.Clone(xs)
	var net, want unit
	s := &spy{}
	trainer := New(&net)
	trainer.Team = s
	o := options()
	o.Epochs, o.Batch = 3, 4
	r, err := trainer.Fit(context.Background(), xs, ys, o)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(xs, before) {
		t.Error("the caller's inputs were moved")
	}
	byFirst := map[float64]int{}
	for i, x := range xs {
		byFirst[x[0]] = i
	}
	for e := range 3 {
		sum := 0.0
		var seen []int
		for k, size := range []int{4, 4, 2} {
			list := s.stepped[3*e+k]
			if len(list) != size {
				t.Fatalf("epoch %d, step %d: %d samples, want %d", e+1, k+1, len(list), size)
			}
			var g, single unitGrad
			for _, first := range list {
				i := byFirst[first]
				seen = append(seen, i)
				sum += want.GradBatch(new(unitBatch), xs[i:i+1], ys[i:i+1], &single)
				for j, v := range single.P {
					g.P[j] += v
				}
			}
			for j := range g.P {
				want.P[j] -= 0.5 * g.P[j] / float64(size)
			}
		}
		if got := r.Epochs[e].Loss; math.Abs(got-sum/10) > 1e-15 {
			t.Errorf("epoch %d: loss %v, want %v", e+1, got, sum/10)
		}
		slices.Sort(seen)
		if !slices.Equal(seen, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}) {
			t.Errorf("epoch %d saw the samples %v, want each once", e+1, seen)
		}
	}
	for j, v := range net.P {
		if math.Abs(v-want.P[j]) > 1e-15 {
			t.Errorf("parameters %v, want %v", net.P, want.P)
			break
		}
	}
	if reflect.DeepEqual(s.stepped[:3], s.stepped[3:6]) {
		t.Error("two epochs have the same order")
	}
}

func TestFitInOrder(t *testing.T) {
	xs, ys := data(10)
	s := &spy{}
	trainer := New(new(unit))
	trainer.Team = s
	_, err := trainer.Fit(context.Background(), xs, ys, Options{
		Epochs: 2, Batch: 1000, Rate: Constant(0.1), InOrder: true, Validation: 0.3,
	})
	if err != nil {
		t.Fatal(err)
	}
	for e := range 2 {
		if !slices.Equal(s.stepped[e], firsts(xs[:7])) || !slices.Equal(s.measured[e], firsts(xs[7:])) {
			t.Errorf("epoch %d: trained on %v, measured %v", e+1, s.stepped[e], s.measured[e])
		}
	}
}

func TestFitOptimizerSeesTheClippedMean(t *testing.T) {
	xs, ys := data(6)
	for _, clip := range []float64{0, 0.01} {
		var net unit
		var g unitGrad
		net.GradBatch(new(unitBatch), xs, ys, &g)
		want := g.Norm() / 6
		if clip > 0 {
			if want < 2*clip {
				t.Fatalf("the gradient's length, %g, does not need clipping to %g", want, clip)
			}
			want = clip
		}
		m := &momentum{log: true}
		trainer := New(&net)
		trainer.Optimizer = m
		_, err := trainer.Fit(context.Background(), xs, ys, Options{
			Epochs: 1, Batch: 6, Rate: Constant(0.1), Clip: clip,
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(m.norms) != 1 || math.Abs(m.norms[0]-want) > 1e-15 || m.rates[0] != 0.1 {
			t.Errorf("clip %g: Update had gradients of length %v and rates %v, want %g and 0.1", clip, m.norms, m.rates,
				want)
		}
	}
}

// trained is the parameters and the losses of a training from scratch.
func trained(t *testing.T, o Options, optimizer bool) (unit, []float64) {
	t.Helper()
	xs, ys := data(50)
	var net unit
	trainer := New(&net)
	if optimizer {
		trainer.Optimizer = &momentum{}
	}
	r, err := trainer.Fit(context.Background(), xs, ys, o)
	if err != nil {
		t.Fatal(err)
	}
	var losses []float64
	for _, e := range r.Epochs {
		losses = append(losses, e.Loss, e.Validation)
	}
	return net, losses
}

func TestFitRepeats(t *testing.T) {
	o := options()
	o.Validation = 0.2
	for _, optimizer := range []bool{false, true} {
		a, la := trained(t, o, optimizer)
		b, lb := trained(t, o, optimizer)
		other := o
		other.Seed = 2
		c, lc := trained(t, other, optimizer)
		if a != b || !slices.Equal(la, lb) {
			t.Error("the same seed gives other bits")
		}
		if a == c || slices.Equal(la, lc) {
			t.Error("two seeds give the same training")
		}
	}
}

// Parameters and optimizer as they were after some epoch, and Start: the rest is the same to the bit.
func TestFitResumes(t *testing.T) {
	xs, ys := data(50)
	o := options()
	o.Validation, o.Rate = 0.2, Cosine(0.5, 2, 20)
	want, losses := trained(t, o, true)

	var net, saved unit
	m := &momentum{}
	var savedMomentum momentum
	trainer := New(&net)
	trainer.Optimizer = m
	o.OnEpoch = func(e Epoch) error {
		if e.Number == 7 {
			saved, savedMomentum = net, *m
		}
		if e.Number == 9 {
			return ErrStop
		}
		return nil
	}
	if r, err := trainer.Fit(context.Background(), xs, ys, o); err != nil || len(r.Epochs) != 9 {
		t.Fatalf("%d epochs before the stop, error %v; want 9, none", len(r.Epochs), err)
	}

	trainer = New(&saved)
	trainer.Optimizer = &savedMomentum
	o.Start, o.OnEpoch = 7, nil
	r, err := trainer.Fit(context.Background(), xs, ys, o)
	if err != nil {
		t.Fatal(err)
	}
	if saved != want {
		t.Errorf("resumed: %v, uninterrupted: %v", saved, want)
	}
	if len(r.Epochs) != 13 || r.Epochs[0].Number != 8 || r.Epochs[12].Loss != losses[2*19] ||
		r.Epochs[12].Validation != losses[2*19+1] {
		t.Errorf("resumed history %+v, want that of epochs 8 to 20", r.Epochs)
	}

	o.Start = 20
	before := saved
	if r, err := trainer.Fit(context.Background(), xs, ys, o); err != nil || len(r.Epochs) != 0 || r.Best != -1 ||
		saved != before {
		t.Errorf("nothing left to do: result %+v, error %v", r, err)
	}
}

func TestFitCallbackError(t *testing.T) {
	xs, ys := data(10)
	full := errors.New("disk full")
	o := options()
	o.OnEpoch = func(e Epoch) error {
		if e.Number == 2 {
			return full
		}
		return nil
	}
	r, err := New(new(unit)).Fit(context.Background(), xs, ys, o)
	if !errors.Is(err, full) || !strings.Contains(err.Error(), "after epoch 2") || len(r.Epochs) != 2 {
		t.Errorf("error %v after %d epochs, want that of the callback after 2", err, len(r.Epochs))
	}
}

// onStep is a Progress that is one function.
type onStep func(Status)

func (f onStep) Step(s Status) { f(s) }
func (onStep) End()            {}

// Cancelled after a step, Fit leaves what an uncancelled training has at that place.
func TestFitCancelled(t *testing.T) {
	xs, ys := data(40) // five steps an epoch
	var net, want unit
	o := options()
	o.Progress = onStep(func(s Status) {
		if s.Epoch == 3 && s.Step == 2 {
			want = net
		}
	})
	if _, err := New(&net).Fit(context.Background(), xs, ys, o); err != nil {
		t.Fatal(err)
	}

	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	net = unit{}
	o.Progress = onStep(func(s Status) {
		if s.Epoch == 3 && s.Step == 2 {
			cancel()
		}
	})
	r, err := New(&net).Fit(ctx, xs, ys, o)
	if !errors.Is(err, context.Canceled) ||
		err.Error() != "train: ended in epoch 3 of 20, before step 3 of 5: context canceled" {
		t.Errorf("error %v", err)
	}
	if len(r.Epochs) != 2 || r.Steps != 12 || net != want || want == (unit{}) {
		t.Errorf("%d epochs, %d steps, parameters %v; want 2, 12, %v", len(r.Epochs), r.Steps, net, want)
	}

	net = unit{}
	if _, err := New(&net).Fit(ctx, xs, ys, options()); !errors.Is(err, context.Canceled) || net != (unit{}) {
		t.Errorf("cancelled before: error %v, parameters %v", err, net)
	}
}

// A network without ForwardBatch can be trained, and not measured.
func TestReportWithoutForwardBatch(t *testing.T) {
	var net unit
	trainer := New(&net)
	trainer.Report("error", MAE)
	_, err := trainer.Fit(context.Background(), [][2]float64{{1, 2}}, [][1]float64{{1}},
		Options{Epochs: 1, Batch: 1, Rate: Constant(0.1)})
	if err == nil || !strings.Contains(err.Error(), "metrics need ForwardBatch") {
		t.Errorf("%v", err)
	}
}
