package gen_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/gen/internal/gentest"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/spec"
)

// drawFormulas draws a network with formulas in both its layers and in its cost, in any mode.
func drawFormulas(r *rand.Rand) spec.Network {
	n := spec.Network{
		Name: "Net", Input: 1 + r.IntN(3), Cost: gentest.Degenerate(r, spec.CostRole, []string{"a", "y", "(a - y)"}),
		Cache:         gentest.Pick(r, spec.CacheAuto, spec.CachePre, spec.CachePost, spec.CacheBoth),
		Precision:     gentest.Pick(r, spec.Float32, spec.Float64),
		Rounding:      gentest.Pick(r, spec.RoundingFast, spec.RoundingFast, spec.RoundingStrict),
		Unroll:        gentest.Pick(r, spec.UnrollAuto, spec.UnrollFull, spec.UnrollLoop),
		Batch:         gentest.Pick(r, 1, 4, 32),
		Targets:       []spec.Target{},
		InputGradient: r.IntN(2) == 0,
	}
	for range 1 + r.IntN(12) {
		n.Layers = append(n.Layers, spec.Layer{Dense: 1 + r.IntN(3), NoBias: r.IntN(4) == 0,
			Activation: gentest.Degenerate(r, spec.ActivationRole, []string{"z"})})
	}
	return n
}

// TestFormulas generates networks of formulas that are as good as none: each gives files that type-check, with assembly
// now and then. More of them: go test ./gen -run 'Formulas$' -specs 5000
func TestFormulas(t *testing.T) {
	t.Parallel()
	count := max(60, *gentest.Specs)
	if testing.Short() {
		count = 4
	}
	for i := range count {
		r := rand.New(rand.NewPCG(*gentest.Seed, uint64(i)))
		n := drawFormulas(r)
		if i%12 == 3 {
			n.Targets = nil
		}
		if _, err := gentest.Generate(t, n, gen.Options{Package: "p", NoMacros: true}); err != nil {
			t.Fatalf("network %d of seed %d: %v; its spec:\n%s", i, *gentest.Seed, err, gentest.YAML(n))
		}
	}
}

// TestConstants generates networks in which a formula is constant, so that what follows needs nothing of a sample: of
// its input after the first layer, or of anything where it is the cost.
func TestConstants(t *testing.T) {
	t.Parallel()
	constant, softmax := spec.Function{Expr: "z^0"}, spec.Function{Name: "softmax"}
	for name, n := range map[string]spec.Network{
		"layer": {Layers: []spec.Layer{{Dense: 18, Activation: constant}, {Dense: 19, Activation: softmax}},
			Cost: spec.Function{Name: "cross-entropy"}},
		"cost": {Layers: []spec.Layer{{Dense: 2}, {Dense: 1}}, Cost: spec.Function{Expr: "(a - y)^0"}},
	} {
		n.Name, n.Input, n.Batch, n.InputGradient = "Net", 5, 2, true
		if _, err := gen.Generate(n, gen.Options{Package: "p", NoMacros: true}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestFormulasRefused generates networks with thousands of formulas, one each: what is refused is refused as a mistake
// in the formula.
func TestFormulasRefused(t *testing.T) {
	refused := 0
	count := max(3000, *gentest.Specs)
	if testing.Short() {
		count = 300
	}
	for i := range count {
		r := rand.New(rand.NewPCG(*gentest.Seed, uint64(i)))
		f := spec.Function{Expr: gentest.DrawDegenerate(r, []string{"z"}, 1+r.IntN(4))}
		if i%3 == 0 {
			f.Expr = fmt.Sprintf("tanh(%s + 1e20*(1e20*%s))", f.Expr,
				gentest.Pick(r, "z", "max(z, 0)", "abs(z)", f.Expr))
		}
		n := spec.Network{Name: "Net", Input: 1, Layers: []spec.Layer{{Dense: 1, Activation: f}},
			Cost: spec.Function{Name: "mse"}}
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
