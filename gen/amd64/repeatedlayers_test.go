package amd64

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/backpropgen/backpropgen/gen/amd64/cores"
	"github.com/backpropgen/backpropgen/gen/amd64/isa"
	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/spec"
)

// TestAlike: functions of which only the first layers of those that are alike were written execute what they do when
// all were.
func TestAlike(t *testing.T) {
	for i, n := range deepNetworks() {
		if testing.Short() && i > 0 {
			break // -short has one of the six
		}
		t.Run(fmt.Sprintf("%d/%s", i, n.Rounding), func(t *testing.T) {
			t.Parallel()
			p := compiledNetwork(t, n)
			a := &Assembly{p: p, common: commonOf(p), core: cores.All[0], most: math.MaxInt}
			spared := 0
			for _, fn := range p.Funcs {
				for _, l := range isa.Levels {
					f := a.form(fn, l, kernel.Standard)
					if fn.Batch {
						f = a.batchForm(fn, l, kernel.Tiling{})
					}
					part, err := a.writeUpTo(f, math.MaxInt, true, false)
					if err != nil {
						t.Fatal(err)
					}
					for _, f := range part.layered {
						spared += len(f.Unwritten)
					}
					for _, f := range part.layered {
						if err := assembly.Roll(f, math.MaxInt); err != nil {
							t.Fatalf("%s: %v", fn.Name, err)
						}
					}
					part.assemble(part.layered)
					whole, err := a.writeUpTo(f, math.MaxInt, true, true)
					if err != nil {
						t.Fatal(err)
					}
					whole.assemble(whole.layered)
					if part.written > whole.written {
						t.Errorf("%s: %d instructions were written of the %d in all", fn.Name, part.written,
							whole.written)
					}
					for k := range part.parts {
						arguments := map[string]int{"tiles": 2, "samples": 20}
						got, want := cores.Executed(part.parts[k], arguments), cores.Executed(whole.parts[k], arguments)
						if !slices.Equal(got, want) {
							t.Errorf("%s at %s: %d instructions are executed, %d where all layers were written; or others", fn.Name, l, len(got), len(want))
						}
						if x, y := part.estimates[k], whole.estimates[k]; math.Abs(x-y) > 0.02*y {
							t.Errorf("%s at %s: an estimate of %.0f cycles, %.0f where all layers were written",
								fn.Name, l, x, y)
						}
					}
				}
			}
			if spared == 0 {
				t.Error("all layers were written")
			}
		})
	}
}

// deepNetworks are networks with stretches of layers that are alike, in periods of one to three layers, with others
// between them.
func deepNetworks() (all []spec.Network) {
	r := rand.New(rand.NewPCG(1, 2))
	activations := []string{"tanh", "relu", "softmax", "silu", "radial-sigmoid", "identity", "elu", "log-softmax"}
	for i := range 6 {
		n := spec.Network{Name: "Deep", Input: 1 + r.IntN(9), Cost: spec.Function{Name: "mse"},
			Rounding: spec.RoundingFast, InputGradient: i%2 == 0}
		if i%3 == 2 {
			n.Rounding = spec.RoundingStrict
		}
		if i%4 == 1 {
			n.Precision = spec.Float64
		}
		for len(n.Layers) < 12 {
			var some []spec.Layer
			for range 1 + r.IntN(3) {
				some = append(some, spec.Layer{
					Dense: 1 + r.IntN(12), NoBias: r.IntN(4) == 0,
					Activation: spec.Function{Name: activations[r.IntN(len(activations))]},
				})
			}
			for range 5 + r.IntN(4) {
				n.Layers = append(n.Layers, some...)
			}
		}
		all = append(all, n)
	}
	return all
}
