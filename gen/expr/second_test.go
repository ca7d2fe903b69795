package expr

import (
	"math"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
)

// TestBend compares σ″ of every activation, and of some formulas, with differences of σ', away from kinks.
func TestBend(t *testing.T) {
	rows := Activations()
	for _, text := range []string{"z*sigmoid(z) + sin(z)", "max(z, 0)^3", "abs(z)*z", "exp(-z^2)",
		"atan(z)/(1 + z^2)"} {
		row, err := ActivationOf(spec.Function{Expr: text})
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
	for _, row := range rows {
		if row.Vector != NotVector {
			continue
		}
		value := func(e Expr, z float64) float64 {
			a, err := Eval(row.Value, Env[float64]{Z: z})
			if err != nil {
				t.Fatal(err)
			}
			v, err := Eval(e, Env[float64]{Z: z, A: a})
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		for _, z := range []float64{-4.1, -2.3, -0.7, -0.1, 0.15, 0.9, 2.2, 3.7} {
			const h = 1e-5
			want := (value(row.Deriv, z+h) - value(row.Deriv, z-h)) / (2 * h)
			if got := value(row.Bend(), z); !(math.Abs(got-want) <= 1e-7*(1+math.Abs(want))) {
				t.Errorf("%s: σ″(%v) = %v, differences say %v", row.Name, z, got, want)
			}
		}
	}
}

// TestBendAtKinks: where σ' turns, σ″ is that of the branch taken.
func TestBendAtKinks(t *testing.T) {
	for _, c := range []struct {
		name    string
		z, want float64
	}{
		{"relu", 0, 0}, {"leaky-relu", 0, 0}, {"hard-tanh", 1, 0}, {"hard-sigmoid", -3, 0}, {"softsign", 0, 0},
		{"elu", 0, 1}, {"selu", 0, seluScale * seluAlpha},
	} {
		row, err := ActivationOf(spec.Function{Name: c.name})
		if err != nil {
			t.Fatal(err)
		}
		a, err := Eval(row.Value, Env[float64]{Z: c.z})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := Eval(row.Bend(), Env[float64]{Z: c.z, A: a}); err != nil || math.Abs(got-c.want) > 1e-15 {
			t.Errorf("%s: σ″(%v) = %v, want %v: %v", c.name, c.z, got, c.want, err)
		}
	}
}

// TestCurvature compares ∂²C/∂a² of every cost with differences of its gradient.
func TestCurvature(t *testing.T) {
	for _, row := range Costs() {
		for _, a := range []float64{0.1, 0.45, 0.9} {
			for _, y := range []float64{0, 0.3, 1} {
				value := func(e Expr, a float64) float64 {
					v, err := Eval(e, Env[float64]{A: a, Y: y})
					if err != nil {
						t.Fatal(err)
					}
					return v
				}
				const h = 1e-6
				want := (value(row.Gradient(3), a+h) - value(row.Gradient(3), a-h)) / (2 * h)
				if got := value(row.Curvature(3), a); !(math.Abs(got-want) <= 1e-5*(1+math.Abs(want))) {
					t.Errorf("%s at a = %v, y = %v: C″ = %v, differences say %v", row.Name, a, y, got, want)
				}
			}
		}
	}
}

// TestCheckSecond: formulas whose second derivative is out of proportion are refused, in good time.
func TestCheckSecond(t *testing.T) {
	nested := "z"
	for range 40 {
		nested = "tanh(" + nested + ")*sin(z)"
	}
	for text, want := range map[string]string{
		"z*sigmoid(z)":            "",
		nested:                    "too complicated",
		"exp(z*1e15)/exp(1e15*z)": "",
	} {
		row, err := ActivationOf(spec.Function{Expr: text})
		if err != nil {
			t.Logf("%.40s is refused already: %v", text, err)
			continue
		}
		if err := row.CheckSecond(); (err == nil) != (want == "") || err != nil &&
			!strings.Contains(err.Error(), want) {
			t.Errorf("%.40s: %v, want %q", text, err, want)
		}
	}
	cost, err := CostOf(spec.Function{Expr: "(a - y)^4"})
	if err != nil || cost.CheckSecond() != nil {
		t.Errorf("(a - y)^4: %v, %v", err, cost.CheckSecond())
	}
}
