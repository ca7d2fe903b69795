package train

import (
	"context"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
)

// What is missing is named, before anything is touched.
func TestFitRefusesNil(t *testing.T) {
	type trainer = Trainer[unit, unitGrad, [2]float64, [1]float64, float64]
	xs, ys := data(10)
	var optimizer *momentum
	var team *spy
	for _, c := range []struct {
		name string
		fit  func(tr *trainer) error
		want []string
	}{
		{"ctx", func(tr *trainer) error {
			var none context.Context
			_, err := tr.Fit(none, xs, ys, options())
			return err
		}, []string{"ctx is nil; give context.Background()"}},
		{"optimizer", func(tr *trainer) error {
			tr.Optimizer = optimizer
			_, err := tr.Fit(context.Background(), xs, ys, options())
			return err
		}, []string{"Trainer.Optimizer is a nil *train.momentum;"}},
		{"both", func(tr *trainer) error {
			tr.Optimizer, tr.Team = optimizer, team
			_, err := tr.Fit(context.Background(), xs, ys, options())
			return err
		}, []string{"Trainer.Optimizer is a nil *train.momentum;", "Trainer.Team is a nil *train.spy;"}},
		{
			"zero trainer",
			func(*trainer) error { _, err := new(trainer).Fit(context.Background(), xs, ys, options()); return err },
			[]string{"make one with New"},
		},
		{"nil trainer", func(*trainer) error {
			_, err := (*trainer)(nil).Fit(context.Background(), xs, ys, options())
			return err
		}, []string{"make one with New"}},
	} {
		net := unit{P: [3]float64{1, 2, 3}}
		err := c.fit(New(&net))
		for _, want := range c.want {
			if err == nil || !strings.Contains(err.Error(), "train: ") || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: error %v, want %q", c.name, err, want)
			}
		}
		if net.P != [3]float64{1, 2, 3} {
			t.Errorf("%s: something was touched", c.name)
		}
	}
	defer func() {
		if got := recover(); got != "train.New: the network is a nil *train.unit" {
			t.Errorf("the panic of New is %v", got)
		}
	}()
	New((*unit)(nil))
}

// classes is unit as a network that asks for targets with a sum of 1, and has three of them.
type classes struct{ unit }

func (p *classes) TargetSum() float64 { return 1 }

func (p *classes) LossBatch(b *unitBatch, xs [][2]float64, ys [][3]float64) float64 {
	return p.unit.LossBatch(b, xs, firstTargets(ys))
}

func (p *classes) GradBatch(b *unitBatch, xs [][2]float64, ys [][3]float64, g *unitGrad) float64 {
	return p.unit.GradBatch(b, xs, firstTargets(ys), g)
}

func (p *classes) StepBatch(b *unitBatch, xs [][2]float64, ys [][3]float64, rate float64) float64 {
	return p.unit.StepBatch(b, xs, firstTargets(ys), rate)
}

func firstTargets(ys [][3]float64) (list [][1]float64) {
	for _, y := range ys {
		list = append(list, [1]float64{y[0]})
	}
	return list
}

// Targets that do not sum to 1 are refused where the network asks for it, with the first sample that has some; rounding
// is no mistake.
func TestFitTargets(t *testing.T) {
	bfloat := func(v float64) float64 { // rounded to 8 bits
		m, e := math.Frexp(v)
		return math.Ldexp(math.RoundToEven(m*256), e-8)
	}
	for _, c := range []struct {
		name string
		y    [3]float64
		want string // of sample 7 of 20, "" where it is taken
	}{
		{"one class", [3]float64{0, 1, 0}, ""},
		{"smoothed", [3]float64{0.9, 0.05, 0.05}, ""},
		{"of float32", [3]float64{float64(float32(0.7)), float64(float32(0.2)), float64(float32(0.1))}, ""},
		{"of bfloat16", [3]float64{bfloat(0.7), bfloat(0.2), bfloat(0.1)}, ""},
		{"in three digits", [3]float64{0.333, 0.333, 0.333}, ""},
		{"negative", [3]float64{1.5, -0.25, -0.25}, ""},
		{"weighted", [3]float64{0, 2.5, 0}, "sum to 2.5, not to 1;"},
		{"masked", [3]float64{}, "sum to 0, not to 1;"},
		{"two classes", [3]float64{1, 1, 0}, "sum to 2, not to 1;"},
		{"a hundredth", [3]float64{0.99, 0, 0}, "sum to 0.99, not to 1;"},
	} {
		for _, more := range []int{0, 1, 3} {
			for _, held := range []bool{false, true} {
				xs, _ := data(20)
				ys := make([][3]float64, 20)
				for i := range ys {
					ys[i][i%3] = 1
				}
				right := append([][3]float64(nil), ys...)
				for i := 7; i <= 7+more; i++ {
					ys[i] = c.y
				}
				net := classes{unit{P: [3]float64{1, 2, 3}}}
				tr := New[*classes, *unitGrad](&net)
				part := "sample 7"
				fitted := ys
				if held {
					tr.ValidateOn(xs, ys)
					part, fitted = "validation sample 7", right
				}
				_, err := tr.Fit(context.Background(), xs, fitted, options())
				if c.want == "" {
					if err != nil {
						t.Errorf("%s: %v", c.name, err)
					}
					continue
				}
				want := "train: the targets of " + part + " " + c.want
				if more > 0 {
					want = strings.Replace(want, ";", fmt.Sprintf(", and those of %d others do not either;", more), 1)
				}
				if err == nil || !strings.HasPrefix(err.Error(), want) ||
					!strings.Contains(err.Error(), "use Options.Weights") {
					t.Errorf("%s: error %v, want %s", c.name, err, want)
				}
				if !reflect.DeepEqual(net.unit, unit{P: [3]float64{1, 2, 3}}) {
					t.Errorf("%s: something was touched", c.name)
				}
			}
		}
	}
	// What is not finite is told by the step that meets it; a network that asks for nothing takes any targets.
	xs, ys := data(20)
	three := make([][3]float64, 20)
	for i := range three {
		three[i] = [3]float64{math.NaN()}
	}
	if _, err := New[*classes, *unitGrad](new(classes)).Fit(context.Background(), xs, three, options()); err == nil ||
		!strings.Contains(err.Error(), "target 0 of sample") {
		t.Errorf("NaN: %v", err)
	}
	ys[3][0] = 2.5
	if _, err := New(new(unit)).Fit(context.Background(), xs, ys, options()); err != nil {
		t.Error(err)
	}
}
