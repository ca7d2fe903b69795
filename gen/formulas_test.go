package gen_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/spec/formula"
)

// drawDegenerate draws an expression of at most a depth that is likely to fold to a constant, to lose its variable, or
// to have a constant or no derivative: of 0, 1 and negative numbers, with differences and quotients of equal parts, and
// powers of everything.
func drawDegenerate(r *rand.Rand, variables []string, depth int) string {
	if depth == 0 || r.IntN(8) == 0 {
		if r.IntN(2) == 0 {
			return pick(r, variables...)
		}
		return pick(r, "0", "1", "2", "(-1)", "(-2)", "0.5", "16", "17", "1e30", "1e-30", "3e29", "0.1", strconv.Itoa(r.IntN(5)))
	}
	x := func() string { return drawDegenerate(r, variables, depth-1) }
	switch r.IntN(12) {
	case 0:
		return fmt.Sprintf("(%s + %s)", x(), x())
	case 1:
		return fmt.Sprintf("(%s - %s)", x(), x())
	case 2:
		return fmt.Sprintf("%s*%s", x(), x())
	case 3:
		return fmt.Sprintf("(%s)/(%s)", x(), x())
	case 4:
		same := x()
		return fmt.Sprintf("((%s)%s(%s))", same, pick(r, "-", "/", "^", "*"), same)
	case 5, 6:
		return fmt.Sprintf("(%s)^(%s)", x(), x())
	case 7:
		return fmt.Sprintf("(%s)^%s", x(), pick(r, "0", "1", "-1", "0.5", "-2", "16", "-0.5", "1.5"))
	case 8:
		return fmt.Sprintf("%s^(%s)", pick(r, "0", "1", "(-1)", "(-2)", "2", "0.5"), x())
	case 9, 10:
		return fmt.Sprintf("%s(%s, %s)", pick(r, "max", "min"), x(), x())
	}
	return fmt.Sprintf("%s(%s)", pick(r, "tanh", "sigmoid", "atan", "sin", "cos", "abs", "erf", "-", "exp", "log", "sqrt", "log1p", "expm1"), x())
}

// degenerate draws such a formula that is in order.
func degenerate(r *rand.Rand, role spec.Role, variables []string) spec.Function {
	for {
		f := spec.Function{Expr: drawDegenerate(r, variables, 1+r.IntN(4))}
		if _, err := formula.Parse(f.Expr, role.Variables()...); err != nil {
			continue
		}
		// Constants of derivatives may be out of range.
		if role == spec.CostRole {
			if _, err := expr.CostOf(f); err != nil {
				continue
			}
		} else if _, err := expr.ActivationOf(f); err != nil {
			continue
		}
		return f
	}
}

// drawFormulas draws a network with formulas in both its layers and in its cost, in any mode.
func drawFormulas(r *rand.Rand) spec.Network {
	n := spec.Network{
		Name: "Net", Input: 1 + r.IntN(3), Cost: degenerate(r, spec.CostRole, []string{"a", "y", "(a - y)"}),
		Cache:         pick(r, spec.CacheAuto, spec.CachePre, spec.CachePost, spec.CacheBoth),
		Precision:     pick(r, spec.Float32, spec.Float64),
		Rounding:      pick(r, spec.RoundingFast, spec.RoundingFast, spec.RoundingStrict),
		Unroll:        pick(r, spec.UnrollAuto, spec.UnrollFull, spec.UnrollLoop),
		Batch:         pick(r, 1, 4, 32),
		Targets:       []spec.Target{},
		InputGradient: r.IntN(2) == 0,
	}
	for range 1 + r.IntN(12) {
		n.Layers = append(n.Layers, spec.Layer{Dense: 1 + r.IntN(3), NoBias: r.IntN(4) == 0, Activation: degenerate(r, spec.ActivationRole, []string{"z"})})
	}
	return n
}

// TestFormulas generates networks of formulas that are as good as none: each gives files that type-check, with assembly
// now and then. More of them: go test ./gen -run 'Formulas$' -specs 5000
func TestFormulas(t *testing.T) {
	t.Parallel()
	count := max(60, *specs)
	if testing.Short() {
		count = 12
	}
	for i := range count {
		r := rand.New(rand.NewPCG(*seed, uint64(i)))
		n := drawFormulas(r)
		if i%12 == 0 {
			n.Targets = nil
		}
		if _, err := generate(t, n, gen.Options{Package: "p"}); err != nil {
			t.Fatalf("network %d of seed %d: %v; its spec:\n%s", i, *seed, err, yaml(n))
		}
	}
}

// TestFormulasRefused generates networks with thousands of formulas, one each: what is refused is refused as a mistake
// in the formula.
func TestFormulasRefused(t *testing.T) {
	refused := 0
	count := 6000
	if testing.Short() {
		count = 600
	}
	for i := range count {
		r := rand.New(rand.NewPCG(*seed, uint64(i)))
		f := spec.Function{Expr: drawDegenerate(r, []string{"z"}, 1+r.IntN(4))}
		if i%3 == 0 {
			f.Expr = fmt.Sprintf("tanh(%s + 1e20*(1e20*%s))", f.Expr, pick(r, "z", "max(z, 0)", "abs(z)", f.Expr))
		}
		n := spec.Network{Name: "Net", Input: 1, Layers: []spec.Layer{{Dense: 1, Activation: f}}, Cost: spec.Function{Name: "mse"}}
		if _, err := plan.Compile(n); n.Validate() != nil || err == nil {
			continue
		} else if list := spec.ErrorList(nil); !errors.As(err, &list) || list[0].Path != "layers[0].activation.expr" {
			t.Errorf("%s: %v, want a mistake in the formula", f.Expr, err)
		}
		refused++
	}
	if refused == 0 {
		t.Error("no formula was refused for its derivative; draw more")
	}
}
