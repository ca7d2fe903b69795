package plan

import (
	"testing"

	"github.com/backpropgen/backpropgen/gen/plan/plantest"
	"github.com/backpropgen/backpropgen/spec"
)

// TestStringGolden prints plans: as built and as compiled, of the constructs there are.
func TestStringGolden(t *testing.T) {
	pre := plantest.Network("mse", []int{3, 5, 4, 2}, "tanh", "relu", "sigmoid")
	pre.Cache, pre.InputGradient = spec.CachePre, true
	hidden := plantest.Network("binary-cross-entropy", []int{3, 5, 4, 2}, "softmax", "softmax", "sigmoid")
	hidden.Layers[1].NoBias = true
	loops := plantest.Network("cross-entropy", []int{100, 19, 3}, "relu", "softmax")
	loops.Unroll = spec.UnrollLoop
	for name, n := range map[string]spec.Network{"iris": plantest.Iris(), "pre": pre, "softmax": hidden,
		"loops": loops} {
		t.Run(name, func(t *testing.T) {
			texts := traced(t, n, (*Program).String)
			plantest.Golden(t, name+".built.txt", texts["build"])
			plantest.Golden(t, name+".txt", texts["order"])
			if again := mustCompile(t, n).String(); again != texts["order"] {
				t.Errorf("a second compilation prints\n%s\nthe first\n%s", again, texts["order"])
			}
		})
	}
}
