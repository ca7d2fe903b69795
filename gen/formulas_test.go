package gen_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/spec/formula"
)

// drawDegenerate draws an expression of at most a depth that is likely to fold to a constant, to lose its variable, or to have
// a constant or no derivative: of 0, 1 and negative numbers, with differences and quotients of equal parts, and powers of everything.
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

// drawFormulas draws a network with formulas in both its layers and in its cost, in any mode.
func drawFormulas(r *rand.Rand) spec.Network {
	draw := func(role spec.Role, variables ...string) spec.Function {
		for {
			f := spec.Function{Expr: drawDegenerate(r, variables, 1+r.IntN(4))}
			if _, err := formula.Parse(f.Expr, role.Variables()...); err == nil {
				return f
			}
		}
	}
	n := spec.Network{
		Name: "Net", Input: 1 + r.IntN(3), Cost: draw(spec.CostRole, "a", "y", "(a - y)"),
		Cache:         pick(r, spec.CacheAuto, spec.CachePre, spec.CachePost, spec.CacheBoth),
		Precision:     pick(r, spec.Float32, spec.Float64),
		Rounding:      pick(r, spec.RoundingFast, spec.RoundingFast, spec.RoundingStrict),
		Unroll:        pick(r, spec.UnrollAuto, spec.UnrollFull, spec.UnrollLoop),
		Batch:         pick(r, 1, 4, 32),
		Targets:       []spec.Target{},
		InputGradient: r.IntN(2) == 0,
	}
	for range 1 + r.IntN(12) {
		n.Layers = append(n.Layers, spec.Layer{Dense: 1 + r.IntN(3), NoBias: r.IntN(4) == 0, Activation: draw(spec.ActivationRole, "z")})
	}
	return n
}

// TestFormulas generates networks of formulas that are as good as none: each gives files that type-check, with assembly now and then, or
// mistakes that say which formulas are at fault; without those it gives files.
func TestFormulas(t *testing.T) {
	t.Parallel()
	count := max(120, *specs)
	if testing.Short() {
		count = 24
	}
	total, refused := 0, 0
	for i := range count {
		r := rand.New(rand.NewPCG(*seed, uint64(i)))
		n := drawFormulas(r)
		if i%12 == 0 {
			n.Targets = nil
		}
		total += len(n.Layers) + 1
		_, err := generate(t, n, gen.Options{Package: "p"})
		list := spec.ErrorList(nil)
		if errors.As(err, &list) {
			for _, e := range list {
				refused++
				if layer := 0; e.Path == "cost.expr" {
					n.Cost = spec.Function{Name: "mse"}
				} else if _, err := fmt.Sscanf(e.Path, "layers[%d].activation.expr", &layer); err == nil {
					n.Layers[layer].Activation = spec.Function{}
				}
			}
			_, err = generate(t, n, gen.Options{Package: "p"})
		}
		if err != nil {
			t.Fatalf("network %d of seed %d: %v; its spec:\n%s", i, *seed, err, yaml(n))
		}
	}
	if refused > total/10 {
		t.Errorf("%d of %d formulas were refused; draw others", refused, total)
	}
}
