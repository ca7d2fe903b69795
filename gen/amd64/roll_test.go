package amd64

import (
	"math"
	"slices"
	"testing"

	"github.com/backpropgen/backpropgen/gen/amd64/cores"
	"github.com/backpropgen/backpropgen/gen/amd64/isa"
	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/spec"
)

// deepNetwork has so many layers that are alike.
func deepNetwork(t *testing.T, layers, width int, activation string, r spec.Rounding) *plan.Program {
	t.Helper()
	n := spec.Network{Name: "Deep", Input: width, Rounding: r, Cost: spec.Function{Name: "mse"}}
	for range layers {
		n.Layers = append(n.Layers, spec.Layer{Dense: width, Activation: spec.Function{Name: activation}})
	}
	return compiledNetwork(t, n)
}

// TestRoll: rolled up, functions of deep networks execute the same vector instructions on the same addresses, and their
// code does not grow with the number of layers. It is long because all of it is written straight, too, and every
// instruction is compared; no other test shows what the rounds of such loops do without running them.
func TestRoll(t *testing.T) {
	for _, c := range []struct {
		activation string
		width      int // layers of 33 units advance more pointers than there are registers
	}{{"tanh", 12}, {"softmax", 12}, {"tanh", 33}} {
		activation := c.activation
		for _, r := range []spec.Rounding{spec.RoundingFast, spec.RoundingStrict} {
			if c.width > 12 && r == spec.RoundingStrict {
				continue // whose sums need more pointers in one operation
			}
			if testing.Short() && (c.width > 12 || activation != "tanh" || r == spec.RoundingStrict) {
				continue // -short has one of the five
			}
			sizes := map[form][]int{}
			for _, layers := range []int{12, 20} {
				p := deepNetwork(t, layers, c.width, activation, r)
				a, err := begin(p, Config{}) // nothing is chosen here
				if err != nil {
					t.Fatal(err)
				}
				for _, fn := range p.Funcs {
					if testing.Short() && fn.Name != plan.Grad {
						continue // -short has one of the functions
					}
					for _, l := range isa.Levels {
						f := a.form(fn, l, kernel.Standard)
						if fn.Batch {
							f = a.batchForm(fn, l, kernel.Tiling{})
						}
						c, err := a.writeUpTo(f, math.MaxInt, true, true)
						if err != nil {
							t.Fatal(err)
						}
						size := 0
						for _, f := range c.layered {
							part := assembledOf(f)
							arguments := map[string]int{"tiles": 2, "samples": 20}
							want := cores.Executed(part, arguments)
							if err := assembly.Roll(f, math.MaxInt); err != nil {
								t.Fatal(err)
							}
							part = assembledOf(f)
							size += len(part.Nodes)
							if got := cores.Executed(part, arguments); !slices.Equal(got, want) {
								t.Errorf("%s of %d layers of %s, %s: %d instructions are executed, %d of straight code; or others", part.Name, layers, activation, r, len(got), len(want))
							}
						}
						sizes[f] = append(sizes[f], size)
					}
				}
			}
			for f, s := range sizes {
				if f.function != plan.StepBatch && s[1] > s[0] {
					t.Errorf("%s at %s, %s, %s: %d nodes with 12 layers and %d with 20", f.function, f.level,
						activation, r, s[0], s[1])
				}
			}
		}
	}
}

// TestDeep: a network is deep that has layers in a row that are alike, or pairs of them.
func TestDeep(t *testing.T) {
	for _, test := range []struct {
		widths []int
		want   bool
	}{
		{[]int{8, 8, 8, 8, 8, 8, 8, 8}, true},
		{[]int{8, 8, 8, 8, 8, 8}, false},
		{[]int{8, 9, 8, 9, 8, 9, 8, 9, 8}, true},
		{[]int{8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18}, false},
		{[]int{3, 8, 8, 8, 8, 8, 8, 8, 8, 3}, true},
	} {
		n := spec.Network{Input: test.widths[0]}
		for _, w := range test.widths {
			n.Layers = append(n.Layers, spec.Layer{Dense: w, Activation: spec.Function{Name: "tanh"}})
		}
		if got := assembly.Deep(n.WithDefaults()); got != test.want {
			t.Errorf("%v: %t, want %t", test.widths, got, test.want)
		}
	}
}
