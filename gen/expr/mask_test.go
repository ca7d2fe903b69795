package expr

import (
	"math"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
)

// TestMasks: the side that is not taken counts for 0, whatever its derivative would be multiplied with.
func TestMasks(t *testing.T) {
	for _, c := range []struct{ text, deriv string }{
		{"sqrt(max(z, 0))", "where(z, 0.5/sqrt(max(z, 0)), 0)"},
		{"log(min(z, 1))", "where(1 - z, 1/min(z, 1), 0)"},
		{"1/max(1, 2*z)", "where(2*z - 1, -2*(1/max(2*z, 1))/max(2*z, 1), 0)"},
		{"exp(max(0, z^2))", "where(z^2, 2*(exp(max(z^2, 0))*z), 0)"},
		{"tanh(min(max(z, -1), 1))", "where(1 - max(z, -1), where(z + 1, 1 - tanh(min(max(z, -1), 1))^2, 0), 0)"},
		{"3*max(z, 0)", "3*where(z, 1, 0)"},
		{"abs(z)", "where(z, 1, where(-z, -1, 0))"},
		{"-abs(z)", "-where(z, 1, where(-z, -1, 0))"},
		{"2*max(z, 0)*sin(z)", "where(z, 2*sin(z), 0) + 2*(max(z, 0)*cos(z))"},
		{"abs(z)^0.5", "where(abs(z), 0.5/sqrt(abs(z))*where(z, 1, -1), 0)"},
		{"max(z, 0.5*z)^2", "2*(where(0.5*z, 1, 0.5)*max(z, 0.5*z))"},
		{"max(z, 0)^z",
			"where(z, where(abs(z), z*pow(max(z, 0), z - 1), z), 0) + pow(max(z, 0), z)*where(abs(max(z, 0)), " +
				"log(max(z, 0)), min(z, max(z, 0)))"},
	} {
		row, err := ActivationOf(spec.Function{Expr: c.text})
		if err != nil {
			t.Fatal(err)
		}
		if got := row.Deriv.String(); got != c.deriv {
			t.Errorf("the derivative of %s is\n%s, want\n%s", c.text, got, c.deriv)
		}
	}
}

// TestPowerDerivatives: the derivative of a power where its base, its exponent or one of their derivatives is 0.
func TestPowerDerivatives(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, c := range []struct {
		text    string
		z, want float64
	}{
		{"min(z, 0)^max(0.5, z)", 0.01, 0}, {"z/0.5 - z^min(z/z, 0*z)", -2, 2},
		{"max(z - z, 1.5 - z)^-max(0, 16)", 2, 0},
		{"abs(z)^z", 0, 0}, {"abs(z)^0.5", 0, 0}, {"z^0.5", 0, inf}, {"max(z, 0)^0.5", -1, 0},
		{"sqrt(max(z, 0))", -1, 0},
		{"0^z", 0, 0}, {"0^z", 1, 0}, {"0^z", -1, -inf}, {"0^(0*z)", 1, 0}, {"(z - 1)^(1 - z)", 1, 0},
		{"(z - 1)^z", 1, 1},
		{"z^z", 1, 1}, {"z^z", -1, nan}, {"(z - z)^(1 + z)", 1, 0}, {"log(z - 1)^z", 0, nan}, {"abs(z)^z", nan, nan},
		{"z^(1^z)", -3, 1},
	} {
		row, err := ActivationOf(spec.Function{Expr: c.text})
		if err != nil {
			t.Fatal(err)
		}
		if got := mustEval(t, row.Deriv, Env[float64]{Z: c.z}); got != c.want && (got == got || c.want == c.want) {
			t.Errorf("float64: the derivative of %s at %v is %v, want %v", c.text, c.z, got, c.want)
		}
		if got := mustEval(t, row.Deriv, Env[float32]{Z: float32(c.z)}); float64(got) != c.want &&
			(got == got || c.want == c.want) {
			t.Errorf("float32: the derivative of %s at %v is %v, want %v", c.text, c.z, got, c.want)
		}
	}
}
