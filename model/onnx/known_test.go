package onnx

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
)

// TestSpellings: forms that people and exporters write are found, and what only looks like them is not.
func TestSpellings(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"1/(1 + exp(-z))", "sigmoid"}, {"(1 + exp(-z))^(-1)", "sigmoid"}, {"0.5*(1 + tanh(0.5*z))", "sigmoid"},
		{"0.5 + 0.5*tanh(z*0.5)", "sigmoid"}, {"exp(z)/(exp(z) + 1)", "sigmoid"}, {"1 - 1/(1 + exp(z))", "sigmoid"},
		{"max(z, 0)", "relu"}, {"max(0, z)", "relu"}, {"0.5*(z + abs(z))", "relu"}, {"-min(-z, 0)",
			"relu"}, {"min(max(z, 0), 6)", ""},
		{"max(z, 0.01)", ""}, {"max(z + 1, 1) - 1", "relu"},
		{"max(z, 0.2*z)", "leaky-relu 0.2"}, {"max(z, 0) - 0.2*max(-z, 0)", "leaky-relu 0.2"}, {"max(z, 2*z)", ""},
		{"0.3*z + 0.7*max(z, 0)", "leaky-relu 0.3"},
		{"2/(1 + exp(-2*z)) - 1", "tanh"}, {"1 - 2/(exp(2*z) + 1)", "tanh"}, {"-tanh(-z)", "tanh"}, {"tanh(z/2)", ""},
		{"log(1 + exp(z))", "softplus"}, {"log1p(exp(z))", "softplus"}, {"z - log(sigmoid(z))",
			""}, {"log(2 + exp(z))", ""},
		{"max(z, 0) + min(0.7*(exp(z) - 1), 0)", "elu 0.7"}, {"max(z, 0) + expm1(min(z, 0))", "elu 1"},
		{"1.0507010*max(z, 0) + 1.7580993*(exp(min(z, 0)) - 1)",
			"selu"}, {"1.06*(max(z, 0) + 1.6732632*expm1(min(z, 0)))", ""},
		{"z*0.5*(1 + erf(z*0.70710677))", "gelu"}, {"0.5*z + 0.5*z*erf(z/1.4142135)", "gelu"}, {"z*(1 + erf(z))/2", ""},
		{"z*(1 + tanh(0.7978845608*(z + 0.044715*z^3)))/2", "{z*(1 + tanh(sqrt(2/pi)*(z + 0.044715*z^3)))/2}"},
		{"z/(1 + exp(-z))", "silu"}, {"z*sigmoid(z)", "silu"}, {"z*sigmoid(1.702*z)", ""}, {"z - z*sigmoid(-z)", ""},
		{"z/(abs(z) + 1)", "softsign"}, {"z/(2 + abs(z))", ""},
		{"min(max(z + 3, 0), 6)/6", "hard-sigmoid"}, {"max(min(z/6 + 0.5, 1), 0)",
			"hard-sigmoid"}, {"min(max(0.2*z + 0.5, 0), 1)", ""},
		{"max(min(z, 1), -1)", "hard-tanh"}, {"min(max(z, -1), 2)", ""},
		{"z*min(max(z + 3, 0), 6)/6", "{z*min(max(z/6 + 0.5, 0), 1)}"}, {"atan(z)", "arctan"}, {"-atan(-z)", "arctan"},
	} {
		f, ok := catalogued(mustParse(newPool(), c.text), tolerance32)
		got := f.Name
		for _, v := range f.Params {
			got += fmt.Sprint(" ", v)
		}
		if f.Expr != "" {
			got = "{" + f.Expr + "}"
		}
		if ok != (c.want != "") || got != c.want {
			t.Errorf("%s is %q, want %q", c.text, got, c.want)
		}
	}
}

// TestRecognitionIsRight changes numbers and functions in all known forms at random: whatever is found to be an
// activation of the catalogue computes the same, wherever it is tried.
func TestRecognitionIsRight(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 3))
	numbers := []string{"0", "1", "2", "0.5", "-1", "6", "3", "0.1", "1.6732632", "1e-3", "(1/6)"}
	swaps := [][2]string{{"max", "min"}, {"tanh", "erf"}, {"exp", "expm1"}, {"+", "-"}, {"*", "/"}, {"1", "2"},
		{"z", "(z + 0.1)"},
		{"abs", "tanh"}, {"0)", "0.5)"}, {"sigmoid", "tanh"}, {"min(z", "max(z"}, {"log", "sqrt"}}
	found := 0
	for _, k := range known {
		for _, form := range k.forms {
			for range 60 {
				text := strings.ReplaceAll(form, "P", numbers[rng.IntN(len(numbers))])
				for range rng.IntN(3) {
					s := swaps[rng.IntN(len(swaps))]
					if rng.IntN(2) == 0 {
						s[0], s[1] = s[1], s[0]
					}
					if at := strings.Count(text, s[0]); at > 0 {
						parts := strings.SplitN(text, s[0], 1+rng.IntN(at)+1)
						text = strings.Join(parts[:len(parts)-1], s[0]) + s[1] + parts[len(parts)-1]
					}
				}
				e, err := fromFormula(newPool(), text)
				if err != nil || !e.some(func(e *expr) bool { return e.op == opZ }) {
					continue
				}
				f, ok := catalogued(e, tolerance32)
				if !ok {
					continue
				}
				found++
				want := f.Expr
				if f.Name != "" {
					want = formulaText(t, f)
				}
				same := mustParse(newPool(), want)
				for _, z := range []float64{-300, -20, -6.5, -3.1, -1.2, -0.6, -0.1, -1e-3, 0, 1e-3, 0.2, 0.7, 1.1,
					2.9, 5.5, 6.2, 20, 300} {
					a, b := e.at(z), same.at(z)
					if math.IsNaN(a) || math.IsInf(a, 0) || math.IsInf(b, 0) || math.IsNaN(b) {
						continue // one form overflows, the other does not
					}
					if math.Abs(a-b) > 1e-5*(1+math.Abs(z)) {
						t.Errorf("%s is taken for %v: %g and %g at %g", text, f, a, b, z)
						break
					}
				}
			}
		}
	}
	if found < 500 {
		t.Errorf("only %d of the forms were found to be activations", found)
	}
}

// formulaText is an activation of the catalogue as its first known form.
func formulaText(t *testing.T, f spec.Function) string {
	for _, k := range known {
		if k.name == f.Name {
			return strings.ReplaceAll(k.forms[0], "P", fmt.Sprintf("(%v)", f.Params[k.parameter]))
		}
	}
	t.Fatalf("%v is no known form", f)
	return ""
}
