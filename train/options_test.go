package train

import (
	"context"
	"math"
	"strings"
	"testing"
)

func TestFitRefuses(t *testing.T) {
	type trainer = Trainer[unit, unitGrad, [2]float64, [1]float64, float64]
	for _, c := range []struct {
		name string
		set  func(*trainer, *Options, *[][2]float64, *[][1]float64)
		want string
	}{
		{
			"lengths", func(_ *trainer, _ *Options, xs *[][2]float64, _ *[][1]float64) { *xs = (*xs)[:3] },
			"3 inputs and 10 targets",
		},
		{
			"no samples", func(_ *trainer, _ *Options, xs *[][2]float64, ys *[][1]float64) { *xs, *ys = nil, nil },
			"there are no samples",
		},
		{
			"no epochs", func(_ *trainer, o *Options, _ *[][2]float64, _ *[][1]float64) { o.Epochs = 0 },
			"Options.Epochs is 0",
		},
		{
			"no batch", func(_ *trainer, o *Options, _ *[][2]float64, _ *[][1]float64) { o.Batch = 0 },
			"Options.Batch is 0",
		},
		{
			"no rate", func(_ *trainer, o *Options, _ *[][2]float64, _ *[][1]float64) { o.Rate = nil },
			"Options.Rate is missing",
		},
		{
			"rate NaN",
			func(_ *trainer, o *Options, _ *[][2]float64, _ *[][1]float64) { o.Rate = Constant(math.NaN()) },
			"gives NaN for step 1 of epoch 1;",
		},
		{
			"rate Inf",
			func(_ *trainer, o *Options, _ *[][2]float64, _ *[][1]float64) { o.Rate = Constant(math.Inf(1)) },
			"gives +Inf for step 1",
		},
		{
			"rate negative", func(_ *trainer, o *Options, _ *[][2]float64, _ *[][1]float64) { o.Rate = Constant(-1) },
			"gives -1 for step 1",
		},
		{
			"clip negative", func(_ *trainer, o *Options, _ *[][2]float64, _ *[][1]float64) { o.Clip = -1 },
			"Options.Clip is -1",
		},
		{
			"clip NaN", func(_ *trainer, o *Options, _ *[][2]float64, _ *[][1]float64) { o.Clip = math.NaN() },
			"Options.Clip is NaN",
		},
		{
			"clip Inf", func(_ *trainer, o *Options, _ *[][2]float64, _ *[][1]float64) { o.Clip = math.Inf(1) },
			"Options.Clip is +Inf",
		},
		{
			"clip without optimizer", func(tr *trainer, o *Options, _ *[][2]float64, _ *[][1]float64) {
				o.Clip,
					tr.Optimizer = 1, nil
			}, "Options.Clip needs an Optimizer",
		},
		{
			"validation 1", func(_ *trainer, o *Options, _ *[][2]float64, _ *[][1]float64) { o.Validation = 1 },
			"Options.Validation is 1;",
		},
		{
			"validation negative",
			func(_ *trainer, o *Options, _ *[][2]float64, _ *[][1]float64) { o.Validation = -0.1 },
			"Options.Validation is -0.1",
		},
		{
			"validation NaN",
			func(_ *trainer, o *Options, _ *[][2]float64, _ *[][1]float64) { o.Validation = math.NaN() },
			"Options.Validation is NaN",
		},
		{"one sample", func(_ *trainer, o *Options, xs *[][2]float64, ys *[][1]float64) {
			o.Validation, *xs, *ys = 0.5, (*xs)[:1], (*ys)[:1]
		}, "needs two samples"},
		{"both validations", func(tr *trainer, o *Options, xs *[][2]float64, ys *[][1]float64) {
			tr.ValidateOn(*xs, *ys)
			o.Validation = 0.5
		}, "exclude one another"},
		{
			"lengths of validation", func(tr *trainer, o *Options, xs *[][2]float64,
				_ *[][1]float64) {
				tr.ValidateOn(*xs, nil)
			}, "ValidateOn was given 10 inputs and 0",
		},
		{
			"patience negative", func(_ *trainer, o *Options, _ *[][2]float64, _ *[][1]float64) { o.Patience = -1 },
			"Options.Patience is -1",
		},
		{
			"patience alone", func(_ *trainer, o *Options, _ *[][2]float64, _ *[][1]float64) { o.Patience = 3 },
			"Options.Patience needs",
		},
		{
			"start negative", func(_ *trainer, o *Options, _ *[][2]float64, _ *[][1]float64) { o.Start = -1 },
			"Options.Start is -1",
		},
		{
			"start beyond", func(_ *trainer, o *Options, _ *[][2]float64, _ *[][1]float64) { o.Start = 21 },
			"Options.Start is 21",
		},
	} {
		xs, ys := data(10)
		net := unit{P: [3]float64{1, 2, 3}}
		s, m := &spy{}, &momentum{log: true}
		tr := New(&net)
		tr.Team, tr.Optimizer = s, m
		o := options()
		o.OnEpoch = func(Epoch) error { t.Errorf("%s: trained an epoch", c.name); return nil }
		c.set(tr, &o, &xs, &ys)
		r, err := tr.Fit(context.Background(), xs, ys, o)
		if err == nil || !strings.HasPrefix(err.Error(), "train: ") || !strings.Contains(err.Error(), c.want) ||
			strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error %v, want one line with %q", c.name, err, c.want)
		}
		if net.P != [3]float64{1, 2, 3} || len(s.stepped)+len(s.measured)+len(m.norms)+len(r.Epochs) > 0 ||
			r.Best != -1 {
			t.Errorf("%s: parameters %v, %d steps: something was touched", c.name, net.P, len(s.stepped))
		}
	}
}

// All mistakes are told at once.
func TestFitRefusesAll(t *testing.T) {
	_, err := New(new(unit)).Fit(context.Background(), nil, nil, Options{Patience: -1})
	want := []string{"no samples", "Options.Epochs", "Options.Batch", "Options.Rate", "Options.Patience"}
	if err == nil || strings.Count(err.Error(), "\n") != len(want)-1 {
		t.Fatalf("error %v, want %d lines", err, len(want))
	}
	for i, line := range strings.Split(err.Error(), "\n") {
		if !strings.HasPrefix(line, "train: ") || !strings.Contains(line, want[i]) {
			t.Errorf("line %d is %q, want %q", i+1, line, want[i])
		}
	}
}

// The bounds of what is allowed.
func TestFitAccepts(t *testing.T) {
	xs, ys := data(2)
	for name, o := range map[string]Options{
		"huge batch":        {Epochs: 1, Batch: math.MaxInt, Rate: Constant(0)},
		"two samples split": {Epochs: 1, Batch: 1, Rate: Constant(0), Validation: math.SmallestNonzeroFloat64},
		"nearly all":        {Epochs: 1, Batch: 1, Rate: Constant(0), Validation: math.Nextafter(1, 0)},
	} {
		s := &spy{}
		tr := New(new(unit))
		tr.Team = s
		if _, err := tr.Fit(context.Background(), xs, ys, o); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if o.Validation > 0 && (len(s.stepped) != 1 || len(s.measured) != 1) {
			t.Errorf("%s: %d steps, %d measurements; want one of each", name, len(s.stepped), len(s.measured))
		}
	}
}

// A schedule that goes wrong on the way ends the training before that step.
func TestFitRateGoesWrong(t *testing.T) {
	xs, ys := data(40)
	var net, want unit
	o := options()
	o.Rate = func(epoch float64) float64 {
		if epoch > 1.4 {
			return math.NaN()
		}
		return 0.5
	}
	o.Progress = onStep(func(Status) { want = net })
	r, err := New(&net).Fit(context.Background(), xs, ys, o)
	if err == nil || !strings.Contains(err.Error(), "gives NaN for step 3 of epoch 2") {
		t.Errorf("error %v", err)
	}
	if r.Steps != 7 || net != want {
		t.Errorf("%d steps, parameters %v; want 7, %v", r.Steps, net, want)
	}
}

func TestNewPanicsWithoutArray(t *testing.T) {
	defer func() {
		if got, _ := recover().(string); !strings.Contains(got, "it must be a pointer to an array of float64") {
			t.Errorf("panic %q", got)
		}
	}()
	New(new(sliced))
}

// sliced is a network whose Flat is not what emitted ones have.
type sliced struct{ unit }

func (s *sliced) Flat() *[]float64 { return nil }
