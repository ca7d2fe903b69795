package optimizer

import (
	"math"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/verify/internal/rounding"
)

// TestOptimizerTraces holds the rules to traces of one parameter that begins at 1, with gradients ½, -¼, 1½, 0, -2 and
// rate 1/8, computed from the same definitions in decimal arithmetic of 60 digits; ε is 2⁻²⁷. PyTorch 1.13 gives all of
// them within 1.2e-16. The first steps can be checked by hand: without decay sgd takes 1 - ½/8; rmsprop with α = ¾
// divides ½ + 1/8 by √(¼·(5/8)²) = 5/16, a step of ¼; and adam's corrections make its first step 1/8 whatever β₁ and β₂
// are.
func TestOptimizerTraces(t *testing.T) {
	const eps = 0x1p-27
	gradients := []float64{0.5, -0.25, 1.5, 0, -2}
	for _, c := range []struct {
		name  string
		hyper []float64
		want  []float64
	}{
		{"sgd", []float64{0}, []float64{0.9375, 0.96875, 0.78125, 0.78125, 1.03125}},
		{
			"sgd", []float64{0.25}, []float64{0.90625, 0.9091796875, 0.693267822265625, 0.67160320281982422,
				0.90061560273170471},
		},
		{"momentum", []float64{0.75, 0.25, 0.125},
			[]float64{0.921875, 0.87591552734375, 0.69055628776550293, 0.54344440158456564, 0.61424199786779354}},
		{"nesterov", []float64{0.75, 0.125},
			[]float64{0.86328125, 0.8504180908203125, 0.47607117891311646, 0.33288426068611443, 0.65947072714061505}},
		{"rmsprop", []float64{0.75, eps, 0.125, 0},
			[]float64{
				0.75000000596046434, 0.81933752834943474, 0.58017730499287701, 0.56769452195265824, 0.77710785705786889,
			}},
		{"rmsprop", []float64{0.75, eps, 0, 0.5},
			[]float64{
				0.75000000745058037, 0.75000000745058037, 0.50980777903543595, 0.38971166482786379, 0.54540756232515253,
			}},
		{"adam", []float64{0.75, 0.875, eps, 0.125},
			[]float64{
				0.87500000149011614, 0.82162789317361451, 0.72601962877187642, 0.64880519283494031, 0.67581043437092703,
			}},
		{"adamw", []float64{0.75, 0.875, eps, 0.125},
			[]float64{
				0.85937500186264515, 0.82289379560317455, 0.72142839611074872, 0.64288183848743252, 0.66954765526019322,
			}},
	} {
		rule, err := RuleOf(c.name)
		if err != nil {
			t.Fatal(err)
		}
		r := rounding.PairOf(rounding.Float64)
		u := update{hyper: c.hyper, state: make([]float64, len(rule.State)), rate: 0.125, p: 1}
		for i, g := range gradients {
			u.t, u.g, u.corrections = uint64(i+1), g, nil
			for _, k := range rule.corrects {
				u.corrections = append(u.corrections, correction(r, u.hyper[k], u.t))
			}
			p, state := rule.next(r, u)
			u.p, u.state = p.Value, nil
			for _, s := range state {
				u.state = append(u.state, s.Value)
			}
			if !(math.Abs(u.p-c.want[i]) <= 1e-15) {
				t.Errorf("%s %v: after update %d the parameter is %.17g, want %.17g", c.name, c.hyper, u.t, u.p,
					c.want[i])
			}
			if !(p.Bound < 1e-13) {
				t.Errorf("%s %v: update %d is bounded by %.2g only", c.name, c.hyper, u.t, p.Bound)
			}
		}
	}
}

// TestCorrections: 1 - βᵗ at the first update, in between, where t overwhelms float64 powers, and where nothing is left
// of βᵗ.
func TestCorrections(t *testing.T) {
	r := rounding.PairOf(rounding.Float32)
	for _, c := range []struct {
		beta float64
		t    uint64
		want float64
	}{
		{0.9, 1, 1 - 0.9}, {0.5, 2, 0.75}, {0, 3, 1}, {0.75, 4, 1 - 0.31640625},
		{0.999, 700, 1 - math.Exp(700*math.Log(0.999))}, {0.999, 1 << 40, 1}, {0.999, 1 << 63, 1},
	} {
		got := correction(r, c.beta, c.t)
		if !(math.Abs(got.Value-c.want) <= 1e-15) {
			t.Errorf("1 - %v^%d is %v, want %v", c.beta, c.t, got.Value, c.want)
		}
		if !(got.Bound > 0 && got.Bound < 1e-6*got.Value) {
			t.Errorf("1 - %v^%d = %v is bounded by %v", c.beta, c.t, got.Value, got.Bound)
		}
	}
}

func TestUnknownOptimizer(t *testing.T) {
	if _, err := RuleOf("adagrad"); err == nil ||
		!strings.Contains(err.Error(), `"adagrad"; there are [adam adamw momentum nesterov rmsprop sgd]`) {
		t.Errorf("the error is %v", err)
	}
}
