package train

import (
	"context"
	"math"
	"slices"
	"testing"
)

func TestFitHoldsOut(t *testing.T) {
	xs, ys := data(50)
	s := &spy{}
	trainer := New(new(unit))
	trainer.Team = s
	o := options()
	o.Validation = 0.2
	r, err := trainer.Fit(context.Background(), xs, ys, o)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.measured) != o.Epochs {
		t.Fatalf("%d measurements, want one for each of %d epochs", len(s.measured), o.Epochs)
	}
	held := s.measured[0]
	if len(held) != 10 {
		t.Errorf("%d samples held out, want 10", len(held))
	}
	for _, list := range s.stepped {
		for _, first := range list {
			if slices.Contains(held, first) {
				t.Fatalf("sample %g is held out and trained on", first)
			}
		}
	}
	for e, list := range s.measured {
		if !slices.Equal(list, held) {
			t.Errorf("epoch %d measures %v, the first %v", e+1, list, held)
		}
	}
	// Other seeds hold out others.
	s2 := &spy{}
	trainer.Team = s2
	o.Seed = 2
	if _, err := trainer.Fit(context.Background(), xs, ys, o); err != nil {
		t.Fatal(err)
	}
	if slices.Equal(s2.measured[0], held) {
		t.Error("seeds 1 and 2 hold out the same samples")
	}
	if r.Best < 0 || !r.Epochs[r.Best].Lowest {
		t.Errorf("best epoch %d of %+v", r.Best, r.Epochs)
	}
}

func TestValidateOn(t *testing.T) {
	xs, ys := data(700)
	var net unit
	s := &spy{}
	trainer := New(&net)
	trainer.Team = s
	trainer.ValidateOn(xs[50:], ys[50:])
	o := options()
	o.Epochs = 3
	r, err := trainer.Fit(context.Background(), xs[:50], ys[:50], o)
	if err != nil {
		t.Fatal(err)
	}
	if got := slices.Concat(s.measured[:3]...); !slices.Equal(got, firsts(xs[50:])) || len(s.measured) != 9 {
		t.Errorf("%d calls; the first three do not measure the 650 samples in order", len(s.measured))
	}
	want := net.LossBatch(new(unitBatch), xs[50:], ys[50:]) / 650
	if got := r.Epochs[2].Validation; math.Abs(got-want) > 1e-12*want {
		t.Errorf("validation loss %g, want %g", got, want)
	}
	trainer.ValidateOn(nil, nil)
	if r, err := trainer.Fit(context.Background(), xs[:50], ys[:50], o); err != nil ||
		!math.IsNaN(r.Epochs[0].Validation) {
		t.Errorf("without a validation part: %+v, %v", r.Epochs, err)
	}
}

// A rate far too high after some epochs makes the loss rise: training must end Patience epochs after the lowest and
// leave the parameters of the lowest.
func TestPatience(t *testing.T) {
	xs, ys := data(50)
	for _, patience := range []int{1, 3} {
		var net, best unit
		o := options()
		o.Epochs, o.Validation, o.Patience = 40, 0.2, patience
		o.Rate = func(epoch float64) float64 {
			if epoch > 10 {
				return 300
			}
			return 0.5
		}
		o.OnEpoch = func(e Epoch) error {
			if e.Lowest {
				best = net
			}
			return nil
		}
		r, err := New(&net).Fit(context.Background(), xs, ys, o)
		if err != nil {
			t.Fatal(err)
		}
		if r.Best != 9 || len(r.Epochs) != 10+patience {
			t.Errorf("patience %d: best %d of %d epochs, want 9 of %d", patience, r.Best, len(r.Epochs), 10+patience)
		}
		if net != best {
			t.Errorf("patience %d: parameters %v, want those of epoch 10, %v", patience, net, best)
		}
		for _, e := range r.Epochs {
			if e.Validation < r.Epochs[r.Best].Validation {
				t.Errorf("patience %d: epoch %d, %g, is below the best, %g", patience, e.Number, e.Validation,
					r.Epochs[r.Best].Validation)
			}
		}
	}
}

// However training ends, Patience leaves the best parameters.
func TestPatienceWhenCancelled(t *testing.T) {
	xs, ys := data(50)
	var net, best unit
	ctx, cancel := context.WithCancel(context.Background())
	o := options()
	o.Validation, o.Patience = 0.2, 100
	o.OnEpoch = func(e Epoch) error {
		if e.Lowest {
			best = net
		}
		return nil
	}
	o.Progress = onStep(func(s Status) {
		if s.Epoch == 5 && s.Step == 2 {
			cancel()
		}
	})
	r, err := New(&net).Fit(ctx, xs, ys, o)
	if err == nil || net != best || r.Best < 0 {
		t.Errorf("error %v, best %d, parameters %v, want %v", err, r.Best, net, best)
	}
}
