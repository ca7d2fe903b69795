package train_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/generated/spirals"
	"github.com/backpropgen/backpropgen/train"
)

var nan, inf = math.NaN(), math.Inf(1)

// The class of an output is the first of its largest numbers, or whether its only number is above a half.
func TestConfuse(t *testing.T) {
	c, err := train.Confuse(
		[][3]float32{{0.1, 0.8, 0.1}, {0.4, 0.4, 0.2}, {-1, -2, -0.5}, {float32(inf), 0, 0}, {0, float32(nan), 9}},
		[][3]float32{{0, 1, 0}, {0, 1, 0}, {0, 0, 1}, {1, 0, 0}, {0, 0, 1}}, "a", "b", "c")
	if err != nil {
		t.Fatal(err)
	}
	if want := [][]int{{1, 0, 0}, {1, 1, 0}, {0, 0, 1}}; !reflect.DeepEqual(c.Counts, want) ||
		!reflect.DeepEqual(c.None, []int{0, 0, 1}) {
		t.Errorf("counts %v, none %v; want %v and one c", c.Counts, c.None, want)
	}
	c, err = train.Confuse([][1]float64{{0.5}, {0.51}, {-3}, {nan}}, [][1]float64{{1}, {1}, {0}, {0}})
	if err != nil {
		t.Fatal(err)
	}
	if want := [][]int{{1, 0}, {1, 1}}; !reflect.DeepEqual(c.Counts, want) || !reflect.DeepEqual(c.None, []int{1, 0}) ||
		!reflect.DeepEqual(c.Classes, []string{"0", "1"}) {
		t.Errorf("%+v, want %v and one 0", c, want)
	}
	for what, c := range map[string]struct {
		outputs, targets [][2]float64
		names            []string
		want             string
	}{
		"lengths":    {make([][2]float64, 2), make([][2]float64, 3), nil, "2 outputs and 3 targets"},
		"no samples": {nil, nil, nil, "no samples to measure"},
		"a target":   {make([][2]float64, 2), [][2]float64{{1, 0}, {nan, 0}}, nil, "target of sample 1 has a NaN"},
		"names": {make([][2]float64, 1), make([][2]float64, 1), []string{"a"},
			"1 name of classes; the network has 2"},
	} {
		if _, err := train.Confuse(c.outputs, c.targets, c.names...); err == nil ||
			!strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want an error with %q", what, err, c.want)
		}
	}
	if _, err := train.Accuracy([]string{"a"}, []string{"a"}); err == nil ||
		!strings.Contains(err.Error(), "must be an array of float32 or float64") {
		t.Errorf("texts: %v", err)
	}
}

// Metrics on few samples, by hand, with what a NaN and what constant targets make of them.
func TestMetrics(t *testing.T) {
	y := [][2]float64{{1, 10}, {2, 20}, {3, 60}}
	for _, c := range []struct {
		what             string
		outputs, targets [][2]float64
		accuracy, r2     float64
		mae, rmse        float64
	}{
		{"all right", y, y, 1, 1, 0, 0},
		{"the means", [][2]float64{{2, 30}, {2, 30}, {2, 30}}, y, 1, 0, (2 + 60.0) / 6, math.Sqrt((2 + 1400.0) / 6)},
		{"one off", [][2]float64{{1, 10}, {2, 20}, {3, 67}}, y, 1, 1 - 49.0/1400/2, 7.0 / 6, math.Sqrt(49.0 / 6)},
		{"a NaN", [][2]float64{{1, 10}, {nan, 20}, {3, 60}}, y, 2.0 / 3, nan, nan, nan},
		{"an infinity", [][2]float64{{1, 10}, {2, 20}, {3, inf}}, y, 1, -inf, inf, inf},
		{"constant targets", [][2]float64{{1, 2}, {1, 3}}, [][2]float64{{1, 2}, {1, 3}}, 1, nan, 0, 0},
		{"targets alike but for rounding", make([][2]float64, 3), [][2]float64{{0.1, 1}, {0.1, 2}, {0.1, 3}}, 0, nan,
			6.3 / 6, math.Sqrt((0.03 + 14) / 6)},
		{"one sample", [][2]float64{{3, 4}}, [][2]float64{{4, 3}}, 0, nan, 1, 1},
		{"large", [][2]float64{{1e300, 0}, {-1e300, 2e300}}, [][2]float64{{2e300, 0}, {-1e300, 1e300}}, 1,
			(1 - 1/4.5 + 1 - 2) / 2, 5e299, 1e300 / math.Sqrt2},
		{"small", [][2]float64{{1e-300, 0}, {-1e-300, 2e-300}}, [][2]float64{{2e-300, 0}, {-1e-300, 1e-300}}, 1,
			(1 - 1/4.5 + 1 - 2) / 2, 5e-301, 1e-300 / math.Sqrt2},
	} {
		for name, m := range map[string]struct {
			metric train.Metric[[2]float64]
			want   float64
		}{
			"accuracy": {train.Accuracy[[2]float64], c.accuracy}, "R2": {train.R2[[2]float64], c.r2},
			"MAE": {train.MAE[[2]float64], c.mae}, "RMSE": {train.RMSE[[2]float64], c.rmse},
		} {
			got, err := m.metric(c.outputs, c.targets)
			// A few roundings of numbers that do not cancel; those of R2 do, against 1.
			const slack = 32 * 0x1p-53
			if err != nil || !(got == m.want || got != got && m.want != m.want ||
				math.Abs(got-m.want) <= slack*max(math.Abs(m.want), math.Abs(1-m.want))) {
				t.Errorf("%s: %s is %v, %v; want %v", c.what, name, got, err, m.want)
			}
		}
	}
	for name, metric := range map[string]train.Metric[[2]float64]{
		"R2": train.R2[[2]float64], "MAE": train.MAE[[2]float64], "RMSE": train.RMSE[[2]float64],
	} {
		for _, bad := range []float64{nan, inf} {
			_, err := metric(y, [][2]float64{{1, 10}, {2, 20}, {3, bad}})
			if err == nil || !strings.Contains(err.Error(), "target 1 of sample 2 is") {
				t.Errorf("%s: a target of %v: %v", name, bad, err)
			}
		}
		if _, err := metric(nil, nil); err == nil {
			t.Errorf("%s of nothing is no error", name)
		}
	}
}

// Fit measures on the validation part after every epoch, with the network as OnEpoch sees it, or on the training data;
// with a team, too. Training takes the same steps with metrics as without.
func TestReport(t *testing.T) {
	xs, ys := disc(300)
	fit := func(validate, report, team bool) spirals.Spirals {
		net, trainer := drawn(1, spirals.NewSpiralsAdam())
		heldX, heldY := xs, ys
		o := train.Options{Epochs: 3, Batch: 32, Rate: train.Constant(0.01), Seed: 1}
		if validate {
			heldX, heldY = disc(77)
			trainer.ValidateOn(heldX, heldY)
		}
		if report {
			trainer.Report("accuracy", train.Accuracy)
			trainer.Report("error", train.MAE)
		}
		if team {
			workers := spirals.NewSpiralsTeam(2)
			defer workers.Close()
			trainer.Team = workers
		}
		epochs := 0
		o.OnEpoch = func(e train.Epoch) error {
			epochs++
			if !report {
				if e.Metrics != nil || !math.IsNaN(e.Metric("accuracy")) {
					t.Errorf("metrics that nobody asked for: %v", e.Metrics)
				}
				return nil
			}
			out := make([][2]float32, len(heldX))
			var b spirals.SpiralsBatch
			net.ForwardBatch(&b, heldX, out)
			accuracy, err := train.Accuracy(out, heldY)
			if err != nil {
				return err
			}
			mae, err := train.MAE(out, heldY)
			if want := []train.Measure{{Name: "accuracy", Value: accuracy}, {Name: "error", Value: mae}}; err != nil ||
				!reflect.DeepEqual(e.Metrics, want) || e.Metric("error") != mae {
				t.Errorf("validate %t, team %t: epoch %d: %v, want %v", validate, team, e.Number, e.Metrics, want)
			}
			return err
		}
		if _, err := trainer.Fit(context.Background(), xs, ys, o); err != nil || epochs != 3 {
			t.Errorf("%d epochs, %v", epochs, err)
		}
		return *net
	}
	plain := fit(true, false, false)
	if fit(true, true, false) != plain || fit(false, true, false) != plain {
		t.Error("metrics change the training")
	}
	fit(true, true, true)
	fit(false, true, true)
}

// Mistakes in metrics are found before anything is touched, and errors of metrics end the training.
func TestReportRefuses(t *testing.T) {
	xs, ys := disc(20)
	o := train.Options{Epochs: 2, Batch: 5, Rate: train.Constant(0.1), Seed: 1}
	for want, report := range map[string]func(t *spiralsTrainer){
		"without a name":    func(t *spiralsTrainer) { t.Report("", train.Accuracy) },
		`a nil metric "R²"`: func(t *spiralsTrainer) { t.Report("R²", nil) },
		`called twice for "error"`: func(t *spiralsTrainer) {
			t.Report("error", train.MAE)
			t.Report("error", train.RMSE)
		},
	} {
		net, trainer := drawn(1, nil)
		before := *net
		report(trainer)
		if _, err := trainer.Fit(context.Background(), xs, ys, o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want an error with %q", err, want)
		}
		if *net != before {
			t.Errorf("%s: the network was trained", want)
		}
	}
	_, trainer := drawn(1, nil)
	failure := errors.New("no such thing")
	trainer.Report("mine", func(outputs, targets [][2]float32) (float64, error) { return 0, failure })
	if _, err := trainer.Fit(context.Background(), xs, ys, o); !errors.Is(err, failure) ||
		!strings.Contains(err.Error(), "the metric mine after epoch 1") {
		t.Errorf("%v", err)
	}
	func() {
		defer func() {
			if text, _ := recover().(string); !strings.Contains(text, "nil Trainer") {
				t.Errorf("panics with %q", text)
			}
		}()
		(*spiralsTrainer)(nil).Report("accuracy", train.Accuracy)
	}()
}

// R2 of many random samples, beside the formula as it stands.
func TestR2OfMany(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	outputs, targets := make([][1]float64, 1000), make([][1]float64, 1000)
	mean := 0.0
	for i := range targets {
		targets[i][0] = 5 + rng.NormFloat64()
		outputs[i][0] = targets[i][0] + rng.NormFloat64()/2
		mean += targets[i][0] / 1000
	}
	rest, all := 0.0, 0.0
	for i := range targets {
		rest += (targets[i][0] - outputs[i][0]) * (targets[i][0] - outputs[i][0])
		all += (targets[i][0] - mean) * (targets[i][0] - mean)
	}
	got, err := train.R2(outputs, targets)
	// Sums of 1000 terms of one sign, each within some units in the last place.
	if want := 1 - rest/all; err != nil || math.Abs(got-want) > 2*1010*0x1p-53*rest/all+0x1p-53 || !(got > 0.5) {
		t.Errorf("%v, %v, want %v", got, err, want)
	}
}
