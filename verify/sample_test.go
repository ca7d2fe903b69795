package verify

import (
	"math"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
	"gonum.org/v1/gonum/floats"
)

// TestKinds: every kind of trial is what its name says.
func TestKinds(t *testing.T) {
	n := build("cross-entropy", spec.Float32, []int{6, 5, 4, 3}, "relu", "relu", "softmax")
	dead := map[int]bool{}
	for i := range 3 * len(kinds) {
		s := draw(t, n, i)
		_, trace, _ := run(t, n, s)
		largest := func(l int) float64 { return floats.Norm(elements(trace.Z[l]), math.Inf(1)) }
		k := kinds[i%len(kinds)]
		if k.logits > 0 && math.Round(largest(3)) != 100 {
			t.Errorf("%s: largest logit %v", k.name, largest(3))
		}
		if k.name == "zero input" && floats.Norm(s.x, 1) != 0 {
			t.Errorf("%s: input %v", k.name, s.x)
		}
		if k.name == "all weights zero" && floats.Norm(s.params, 1) != 0 {
			t.Errorf("%s: parameters %v", k.name, s.params)
		}
		for l := 1; k.dead && l <= 3; l++ {
			dead[l] = dead[l] || largest(l) == 0
		}
	}
	// Without the gradient from above, the convention of a relu at 0 would not be seen.
	for l := 1; l <= 3; l++ {
		if !dead[l] {
			t.Errorf("layer %d never has all z at exactly 0", l)
		}
	}
}
