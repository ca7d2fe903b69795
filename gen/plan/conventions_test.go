package plan

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/plan/plantest"
	"github.com/backpropgen/backpropgen/spec"
)

func TestConventions(t *testing.T) {
	n := plantest.Network("huber", []int{2, 2, 2, 2, 2, 2}, "tanh", "leaky-relu", "tanh", "", "leaky-relu")
	n.Layers[1].Activation.Params = map[string]float64{"slope": 0.5}
	n.Layers[3].Activation = spec.Function{Expr: "max(z,\n 0)\n+ abs( z )"}
	want := []string{
		"layers 1 and 3, tanh: a = tanh(z); a' = 1 - a^2",
		"layer 2, leaky-relu(slope 0.5): a = z where z > 0, else slope*z; a' = 1 where z > 0, else slope, at z = 0 too",
		"layer 4, formula: a = max(z, 0) + abs(z); the derivative of abs(x) is 0 at x = 0; where the arguments of " +
			"max or min are equal, its derivative is that of the second, or of the one that is constant",
		"layer 5, leaky-relu(slope 0.01): a = z where z > 0, else slope*z; a' = 1 where z > 0, else slope, at z = 0 " +
			"too",
		"cost, huber(delta 1): mean over the outputs of d^2/2 where |d| <= delta, else delta*(|d| - delta/2), with d " +
			"= a - y",
	}
	if got := mustCompile(t, n).Conventions(); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}

	n = plantest.Network("cross-entropy", []int{2, 2}, "softmax")
	got := mustCompile(t, n).Conventions()
	if last := got[len(got)-1]; !strings.HasPrefix(last,
		"cost, cross-entropy of a softmax, from its logits: y*(lse - z)") {
		t.Error(last)
	}
	n = plantest.Network("", []int{2, 2}, "identity")
	n.Cost = spec.Function{Expr: "(a-y)^2"}
	got = mustCompile(t, n).Conventions()
	if last := got[len(got)-1]; last != "cost, formula: sum over the outputs of (a - y)^2" {
		t.Error(last)
	}
}

func TestNumbered(t *testing.T) {
	for want, numbers := range map[string][]int{
		"layer 3": {3}, "layers 1 and 2": {1, 2}, "layers 1 to 3": {1, 2, 3}, "layers 1, 3 and 4": {1, 3, 4},
		"layers 1 to 3, 5 and 7 to 10": {1, 2, 3, 5, 7, 8, 9, 10},
	} {
		if got := numbered("layer", numbers); got != want {
			t.Errorf("%v: %q, want %q", numbers, got, want)
		}
	}
}

// The one line that emitted code has for it: what is not a number, among the inputs or the parameters, makes of every
// output that depends on it what is not a number, and of the loss.
func TestNaNReachesTheLoss(t *testing.T) {
	check := func(n spec.Network) {
		p := mustCompile(t, n)
		depth := n.Depth()
		for _, poisoned := range []string{"x", "W1", "b1", fmt.Sprintf("W%d", depth), fmt.Sprintf("b%d", depth)} {
			m := NewMemory[float32](p)
			for _, b := range p.Buffers {
				for i := range m.Data(b.Name) {
					m.Data(b.Name)[i] = float32(i%3)/4 + 0.25
				}
			}
			m.Data(poisoned)[0] = float32(math.NaN())
			if err := m.Run(Grad); err != nil {
				t.Fatal(err)
			}
			outputs := m.Data(fmt.Sprintf("a%d", depth))
			if poisoned != "x" {
				outputs = outputs[:1]
			}
			for i, a := range outputs {
				if a == a {
					t.Errorf("%v, %v: NaN in %s gives ŷ[%d] = %v", n.Layers, n.Cost, poisoned, i, a)
				}
			}
			if loss := m.Data("loss")[0]; loss == loss {
				t.Errorf("%v, %v: NaN in %s gives the loss %v", n.Layers, n.Cost, poisoned, loss)
			}
		}
	}
	for _, row := range expr.Activations() {
		check(plantest.Network("mse", []int{2, 4, 4}, row.Name, row.Name))
	}
	for _, row := range expr.Costs() {
		check(plantest.Network(row.Name, []int{2, 4, 4}, "tanh", "sigmoid"))
	}
	for _, form := range expr.Fusions() {
		check(plantest.Network(form.Cost, []int{2, 4, 4}, "tanh", form.Activation))
	}
	for _, formula := range []string{"max(z, 0)", "max(0, z)", "min(max(z, -1), 1)", "abs(z)", "z^3", "sqrt(abs(z))"} {
		n := plantest.Network("", []int{2, 4, 4}, "", "")
		n.Layers[0].Activation = spec.Function{Expr: formula}
		n.Layers[1].Activation = spec.Function{Expr: formula}
		n.Cost = spec.Function{Expr: "min(abs(a - y), 1)"}
		check(n)
	}
}

// What docs/numerics.md says of infinite pre-activations: they become the limit of the activation, which is not NaN,
// but for these.
func TestInfinitePreActivations(t *testing.T) {
	low := []string{"softsign", "gelu", "silu", "radial-sigmoid"}
	high := []string{"softsign", "softmax", "log-softmax", "radial-sigmoid"}
	for _, row := range expr.Activations() {
		for sign, exceptions := range map[int][]string{-1: low, 1: high} {
			m := NewMemory[float32](mustCompile(t, plantest.Network("mse", []int{2, 4}, row.Name)))
			m.Data("b1")[0] = float32(math.Inf(sign))
			if err := m.Run(Forward); err != nil {
				t.Fatal(err)
			}
			a := m.Data("a1")[0]
			if isNaN := a != a; isNaN != slices.Contains(exceptions, row.Name) {
				t.Errorf("%s of %vInf is %v", row.Name, sign, a)
			}
		}
	}
}

// A formula is computed as it is written, and a few are recognised: what docs/spec.md says of them.
func TestFormulasAsWritten(t *testing.T) {
	of := func(text string) expr.Activation {
		row, err := expr.ActivationOf(spec.Function{Expr: text})
		if err != nil {
			t.Fatal(err)
		}
		return row
	}
	at := func(e expr.Expr, z float32) float64 {
		v, err := expr.Eval(e, expr.Env[float32]{expr.Z: z})
		if err != nil {
			t.Fatal(err)
		}
		return float64(v)
	}
	written := of("log(exp(z) + exp(-z))")
	if v, d := at(written.Value, 89), at(written.Deriv, 89); !math.IsInf(v, 1) || !math.IsNaN(d) {
		t.Errorf("%v is %v at 89, its derivative %v", written.Value, v, d)
	}
	for _, text := range []string{"log(1 + exp(z))", "z/(1 + exp(-z))", "(exp(z) - exp(-z))/(exp(z) + exp(-z))"} {
		row := of(text)
		for _, z := range []float32{-1000, -89, 89, 1000} {
			for _, e := range []expr.Expr{row.Value, row.Deriv} {
				if v := at(e, z); math.IsNaN(v) || math.IsInf(v, 0) {
					t.Errorf("%s: %v is %v at %v", text, e, v, z)
				}
			}
		}
	}
	const z = 1e-6 // between two numbers that 1 + z can be in float32
	lost, kept := math.Abs(at(of("exp(z) - 1").Value, z)/math.Expm1(z)-1),
		math.Abs(at(of("expm1(z)").Value, z)/math.Expm1(z)-1)
	if lost < 1e-3 || kept > 1e-6 {
		t.Errorf("exp(z) - 1 is off by %v, expm1(z) by %v", lost, kept)
	}
}
