package expr

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
)

// extremes are the arguments of the table below.
var extremes = []float64{math.NaN(), math.Inf(-1), -1e30, 1e30, math.Inf(1)}

// TestDerivativesAtExtremes: the derivative of every pointwise activation at NaN and where z is as large as can be,
// formed from z and, where that is done, from a. Those that are no numbers are what docs/numerics.md says.
func TestDerivativesAtExtremes(t *testing.T) {
	want := map[string]string{ // at NaN, -Inf, -1e30, 1e30 and +Inf
		"identity":     "1 1 1 1 1",
		"sigmoid":      "NaN 0 0 0 0",
		"relu":         "0 0 0 1 1",
		"leaky-relu":   "0.01 0.01 0.01 1 1",
		"tanh":         "NaN 0 0 0 0",
		"arctan":       "NaN 0 0 0 0",
		"softplus":     "NaN 0 0 1 1",
		"elu":          "NaN 0 0 1 1",
		"selu":         "NaN 0 0 1.0507 1.0507",
		"gelu":         "NaN NaN 0 1 NaN",
		"silu":         "NaN NaN 0 1 NaN",
		"softsign":     "NaN 0 0 0 0",
		"hard-sigmoid": "0 0 0 0 0",
		"hard-tanh":    "0 0 0 0 0",
	}
	for _, row := range Activations() {
		if row.Vector != NotVector {
			continue
		}
		if got := atExtremes[float32](t, row); got != want[row.Name] {
			t.Errorf("float32: %s' is %s, want %s", row.Name, got, want[row.Name])
		}
		if got := atExtremes[float64](t, row); got != want[row.Name] {
			t.Errorf("float64: %s' is %s, want %s", row.Name, got, want[row.Name])
		}
	}
}

// TestFormulaDerivativesAtExtremes is the same for formulas. A power in one may overflow in float32 where the formula
// as a whole has a limit: the derivative is NaN there.
func TestFormulaDerivativesAtExtremes(t *testing.T) {
	for text, want := range map[string][2]string{ // in float32 and float64
		"0.5*z*(1 + tanh(sqrt(2/pi)*(z + 0.044715*z^3)))": {"NaN NaN NaN NaN NaN", "NaN NaN 0 1 NaN"},
		"z^2/(1 + z^2)":                                {"NaN NaN NaN NaN NaN", "NaN NaN 0 0 NaN"},
		"1 - 1/(1 + z^2)":                              {"NaN NaN 0 0 NaN", "NaN NaN 0 0 NaN"},
		"z*(1 + erf(z/sqrt(2)))/2":                     {"NaN NaN 0 1 NaN", "NaN NaN 0 1 NaN"},
		"z*sigmoid(1.702*z)":                           {"NaN NaN 0 1 NaN", "NaN NaN 0 1 NaN"},
		"z*tanh(log(1 + exp(z)))":                      {"NaN NaN 0 1 NaN", "NaN NaN 0 1 NaN"},
		"max(z, 0) + min(expm1(z), 0)":                 {"0 0 0 1 1", "0 0 0 1 1"},
		"1.0507*(max(z, 0) + 1.6733*expm1(min(z, 0)))": {"0 0 0 1.0507 1.0507", "0 0 0 1.0507 1.0507"},
	} {
		row, err := ActivationOf(spec.Function{Expr: text})
		if err != nil {
			t.Fatal(err)
		}
		if got := atExtremes[float32](t, row); got != want[0] {
			t.Errorf("float32: the derivative of %s is %s, want %s", text, got, want[0])
		}
		if got := atExtremes[float64](t, row); got != want[1] {
			t.Errorf("float64: the derivative of %s is %s, want %s", text, got, want[1])
		}
	}
}

// atExtremes is the derivative of a row at extremes, which is the same from z and from a.
func atExtremes[F Float](t *testing.T, row Activation) string {
	t.Helper()
	value := func(e Expr, env Env[F]) F {
		v, err := Eval(e, env)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	var texts []string
	for _, z := range extremes {
		d := value(row.Deriv, Env[F]{Z: F(z)})
		if row.DerivPost != nil {
			post := value(row.DerivPost, Env[F]{A: value(row.Value, Env[F]{Z: F(z)})})
			if post != d && (post == post || d == d) {
				t.Errorf("%s at %v: the derivative is %v from z and %v from a", row.Name, z, d, post)
			}
		}
		if math.Abs(float64(d)) < 0x1p-126 {
			d = 0 // float64 has still smaller numbers
		}
		texts = append(texts, fmt.Sprintf("%.5g", d))
	}
	return strings.Join(texts, " ")
}
