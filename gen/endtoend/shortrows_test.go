package endtoend

import (
	"fmt"
	"testing"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/gen/internal/gentest"
	"github.com/backpropgen/backpropgen/spec"
)

// TestShortRows lets networks be judged that have rows of every length up to 9, and others that end with part of a
// register, in numbers that fill registers and that do not: such rows share registers, or are moved with what follows
// them. It is long because the judge takes seconds for each; random networks seldom have such rows one after the other.
func TestShortRows(t *testing.T) {
	gentest.Compiles(t)
	t.Parallel()
	chains := [][]int{ // the last in float64, whose registers are half as full; with -specs 31 or more each in both
		{1, 9, 1, 3, 16, 3, 21, 2, 17, 2, 3, 7},
		{4, 21, 4, 6, 1, 35, 1, 2, 9, 8, 3, 19},
		{5, 8, 7, 5, 6, 9, 11, 13, 15, 2},
	}
	m := gentest.NewModule(t)
	var networks []spec.Network
	for _, precision := range []spec.Precision{spec.Float32, spec.Float64} {
		for i, widths := range chains {
			if *gentest.Specs < 31 && (precision == spec.Float64) != (i == 2) {
				continue
			}
			n := spec.Network{
				Name: fmt.Sprintf("N%d%s", i, precision), Input: widths[0], Precision: precision, InputGradient: true,
				Cost: spec.Function{Name: "half-squared-error"},
			}
			for l, w := range widths[1:] {
				n.Layers = append(n.Layers, spec.Layer{Dense: w, Activation: spec.Function{Name: "leaky-relu"},
					NoBias: (l+i)%3 == 0})
			}
			networks = append(networks, n)
			m.EmitWith(t, n, gen.Options{Package: "rows", Qualify: true, EveryLevel: true})
		}
	}
	results := m.Test(t, networks, "./rows")
	for _, n := range networks {
		if r := results[n.Name]; !r.OK(n) {
			t.Errorf("%s: %s failed\n%s\n%s", n.Name, r.Failed, r.Message, results[""].Message)
		}
	}
}
