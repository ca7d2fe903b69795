package expr

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
)

// The table has the activations that a spec can name, and no others.
func TestActivationsAreTheCatalogue(t *testing.T) {
	var rows, entries []string
	for _, row := range Activations() {
		rows = append(rows, row.Name)
		if row.Doc == "" {
			t.Errorf("%s: no documentation", row.Name)
		}
	}
	for _, entry := range spec.Activations() {
		entries = append(entries, entry.Name)
		row, err := ActivationOf(spec.Function{Name: entry.Name})
		if err != nil {
			t.Error(err)
		}
		if entry.Vector != (row.Vector != NotVector) {
			t.Errorf("%s: vector is %t in the spec and %d here", entry.Name, entry.Vector, row.Vector)
		}
	}
	slices.Sort(rows)
	slices.Sort(entries)
	if !slices.Equal(rows, entries) {
		t.Errorf("the table has %q, a spec can name %q", rows, entries)
	}
	if row, err := ActivationOf(spec.Function{}); err != nil || row.Name != "identity" {
		t.Errorf("no name at all is %s, %v", row.Name, err)
	}
	if row, err := ActivationOf(spec.Function{Name: "mse"}); err == nil {
		t.Errorf("mse is the activation %s", row.Name)
	}
}

func TestActivationFormulas(t *testing.T) {
	for _, c := range []struct{ name, value, deriv, post string }{
		{"identity", "z", "1", "1"},
		{"sigmoid", "sigmoid(z)", "sigmoid(z)*(1 - sigmoid(z))", "a*(1 - a)"},
		{"relu", "max(z, 0)", "where(z, 1, 0)", "where(a, 1, 0)"},
		{"tanh", "tanh(z)", "1 - tanh(z)^2", "1 - a^2"},
	} {
		row, err := ActivationOf(spec.Function{Name: c.name})
		if err != nil {
			t.Error(err)
			continue
		}
		if value, deriv, post := row.Value.String(), row.Deriv.String(),
			row.DerivPost.String(); value != c.value || deriv != c.deriv || post != c.post {
			t.Errorf("%s: %s, derivative %s and %s; want %s, %s and %s", c.name, value, deriv, post, c.value, c.deriv,
				c.post)
		}
	}
}

// eachPointwise calls f for every pointwise row, in a subtest.
func eachPointwise(t *testing.T, f func(t *testing.T, row Activation)) {
	for _, row := range Activations() {
		if row.Vector == NotVector {
			t.Run(row.Name, func(t *testing.T) { f(t, row) })
		}
	}
}

func TestActivationDerivativesAgainstDifferences(t *testing.T) {
	eachPointwise(t, func(t *testing.T, row Activation) {
		for z := -9.0; z <= 9; z += 0x1p-4 {
			if nearKink(row.Kinks, z) {
				continue
			}
			if !checkDerivative(t, row.Value, row.Deriv, Z, Env[float64]{Z: z}) {
				t.Errorf("slope at %v not known", z)
			}
		}
	})
}

// nearKink reports whether the largest steps of slope reach a kink from x.
func nearKink(kinks []Kink, x float64) bool {
	return slices.ContainsFunc(kinks, func(k Kink) bool { return math.Abs(x-k.At.(Num).Value()) < 0x1p-4 })
}

// Whether the derivative is taken from z or from a must not be seen: a is the value rounded, which is
// what the derivative in z computes with.
func TestActivationDerivPostIsDeriv(t *testing.T) {
	eachPointwise(t, func(t *testing.T, row Activation) {
		if row.DerivPost == nil {
			return
		}
		if Uses(row.DerivPost, Z) {
			t.Fatalf("%v needs z", row.DerivPost)
		}
		checkDerivPost[float64](t, row)
		checkDerivPost[float32](t, row)
	})
}

func checkDerivPost[F Float](t *testing.T, row Activation) {
	t.Helper()
	samples := []float64{0, math.Copysign(0, -1), 0x1p-149, -0x1p-149, 0x1p-126, 88, -88, 104, -104, 1e30, -1e30,
		math.Inf(1), math.Inf(-1)}
	for z := -20.0; z <= 20; z += 0x1p-7 {
		samples = append(samples, z)
	}
	for _, z := range samples {
		a := mustEval(t, row.Value, Env[F]{Z: F(z)})
		want := mustEval(t, row.Deriv, Env[F]{Z: F(z)})
		if got := mustEval(t, row.DerivPost, Env[F]{A: a}); !sameBits(got, want) {
			t.Errorf("%T at z = %v: %v = %v, but %v = %v", a, z, row.DerivPost, got, row.Deriv, want)
		}
	}
}

// At a kink the two slopes differ, and the derivative is the stated convention.
func TestActivationKinks(t *testing.T) {
	eachPointwise(t, func(t *testing.T, row Activation) {
		for _, kink := range row.Kinks {
			want := mustEval(t, kink.Deriv, Env[float64]{})
			if got := mustEval(t, row.Deriv, Env[float64]{Z: kink.At.(Num).Value()}); got != want {
				t.Errorf("derivative at %v is %v, should be %v", kink.At, got, want)
			}
			if at := fmt.Sprintf("z = %v", kink.At); !strings.Contains(row.Doc, at) {
				t.Errorf("the doc does not say what the derivative is at %s: %s", at, row.Doc)
			}
			left, right := sideSlopes(t, row.Value, Z, Env[float64]{Z: kink.At.(Num).Value()}, 0x1p-20)
			if math.Abs(left-right) < 0x1p-10 {
				t.Errorf("no kink at %v: slopes %v and %v", kink.At, left, right)
			}
		}
	})
}

// sideSlopes returns the slopes of e to the left and to the right of v, over a step of h.
func sideSlopes(t *testing.T, e Expr, v Var, env Env[float64], h float64) (left, right float64) {
	t.Helper()
	at := env[v]
	middle := mustEval(t, e, env)
	env[v] = at - h
	left = (middle - mustEval(t, e, env)) / h
	env[v] = at + h
	right = (mustEval(t, e, env) - middle) / h
	env[v] = at
	return left, right
}

func TestActivationsPassNaN(t *testing.T) {
	eachPointwise(t, func(t *testing.T, row Activation) {
		if a := mustEval(t, row.Value, Env[float32]{Z: float32(math.NaN())}); a == a {
			t.Errorf("%v of NaN is %v in float32", row.Value, a)
		}
		if a := mustEval(t, row.Value, Env[float64]{Z: math.NaN()}); a == a {
			t.Errorf("%v of NaN is %v in float64", row.Value, a)
		}
	})
}

func TestInit(t *testing.T) {
	for _, row := range Activations() {
		want := 2.0 / (4 + 12)
		switch row.Name {
		case "relu", "leaky-relu", "elu", "gelu":
			want = 2.0 / 4
		case "selu":
			want = 1.0 / 4
		}
		if got := row.Init.Variance(4, 12); got != want {
			t.Errorf("%s: variance of the weights from 4 to 12 is %v, want %v", row.Name, got, want)
		}
	}
}

// The tables are the package's own: a caller who changes what it got changes nothing else.
func TestTablesAreCopied(t *testing.T) {
	row, _ := ActivationOf(spec.Function{Name: "relu"})
	row.Kinks[0].At = Number(5)
	Activations()[0].Name = "changed"
	cost, _ := CostOf(spec.Function{Name: "cross-entropy"})
	cost.Kinks[0].At = Number(5)
	Costs()[0].Name = "changed"
	Fusions()[0].Cost = "changed"
	if row, _ := ActivationOf(spec.Function{Name: "relu"}); row.Kinks[0].At != Expr(Number(0)) ||
		Activations()[0].Name == "changed" {
		t.Error("the table of activations was changed")
	}
	if cost, _ := CostOf(spec.Function{Name: "cross-entropy"}); cost.Kinks[0].At == Expr(Number(5)) ||
		Costs()[0].Name == "changed" {
		t.Error("the table of costs was changed")
	}
	if Fusions()[0].Cost == "changed" {
		t.Error("the table of fusions was changed")
	}
}
