package amd64

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/mmcloughlin/avo/ir"

	"github.com/backpropgen/backpropgen/gen/amd64/cores"
	"github.com/backpropgen/backpropgen/gen/amd64/isa"
	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/spec"
)

// TestRollTurns: what a loop over rows is around is rolled up as well. It executes the same instructions on the same
// addresses, also in the turn that has fewer rows, and does not grow with the number of layers.
func TestRollTurns(t *testing.T) {
	for _, c := range []struct {
		width int // layers of 33 units advance more pointers than there are registers
		r     spec.Rounding
	}{{12, spec.RoundingFast}, {12, spec.RoundingStrict}, {33, spec.RoundingFast}} {
		width, r := c.width, c.r
		if testing.Short() && width > 12 {
			continue
		}
		sizes := map[form][]int{}
		for _, layers := range []int{12, 20} {
			n := spec.Network{Name: "Deep", Input: width, Rounding: r, Cost: spec.Function{Name: "mse"},
				Derivatives: []spec.Derivative{spec.DeriveJacobian, spec.DeriveParameterJacobian}}
			for range layers {
				n.Layers = append(n.Layers, spec.Layer{Dense: width, Activation: spec.Function{Name: "tanh"}})
			}
			n.Layers = append(n.Layers, spec.Layer{Dense: 7}) // four rows, and three
			p := compiledNetwork(t, n)
			a, err := begin(p, Config{})
			if err != nil {
				t.Fatal(err)
			}
			a.most = math.MaxInt
			for _, name := range []string{plan.Jacobian, plan.ParameterJacobian} {
				if !kernel.SeveralTurns(r == spec.RoundingStrict, p.Func(name)) {
					t.Fatalf("%s takes one turn; this test is about several", name)
				}
				for _, l := range isa.Levels {
					if testing.Short() && l != isa.AVX2 {
						continue // -short has one of the levels
					}
					f := a.form(p.Func(name), l, kernel.Standard)
					straight, err := a.writeUpTo(f, math.MaxInt, true, true)
					if err != nil {
						t.Fatal(err)
					}
					want := cores.Executed(assembledOf(straight.layered[0]), nil)
					c, err := a.writeRolled(f) // of which the first layers of Forward are written
					if err != nil {
						t.Fatal(err)
					}
					rolled := c.parts[0]
					if got := cores.Executed(rolled, nil); !slices.Equal(got, want) {
						t.Errorf("%s of %d layers at %s, %s: %d instructions are executed, %d of straight code; or others",
							name, layers, l, r, len(got), len(want))
					}
					sizes[f] = append(sizes[f], len(rolled.Nodes))
					if !slices.ContainsFunc(rolled.Nodes, func(n ir.Node) bool {
						comment, ok := n.(*ir.Comment)
						return ok && strings.Contains(comment.Lines[0], "rounds over layers")
					}) {
						t.Errorf("%s of %d layers at %s, %s has no loop over layers", name, layers, l, r)
					}
				}
			}
		}
		for f, s := range sizes {
			if s[1] > s[0] {
				t.Errorf("%s at %s, %s: %d nodes with 12 layers and %d with 20", f.function, f.level, r, s[0], s[1])
			}
		}
	}
}
