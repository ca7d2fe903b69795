package schedule

import (
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/plan/plantest"
	"github.com/backpropgen/backpropgen/spec"
)

// TestStringGolden prints the schedules of the constructs there are.
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
			text := mustMake(t, n).String()
			plantest.Golden(t, name+".txt", text)
			if again := mustMake(t, n).String(); again != text {
				t.Errorf("a second schedule prints\n%s\nthe first\n%s", again, text)
			}
		})
	}
}

// TestStringMarksParts checks that a part used by several functions is listed once, and so is one of several batch
// functions.
func TestStringMarksParts(t *testing.T) {
	text := mustMake(t, plantest.Network("mse", []int{64, 64, 10}, "relu", "identity")).String()
	single, batch, _ := strings.Cut(text, plan.ForwardBatch)
	if n, m := strings.Count(single, "z1 = W1·x + b1"), strings.Count(batch, "z1 = W1·x + b1"); n != 1 || m != 1 {
		t.Errorf("the first operation is listed %d times, and %d times for batches:\n%s", n, m, text)
	}
	if n := strings.Count(text, "  forward"); n < 4 {
		t.Errorf("the forward part is named %d times, want once in each function:\n%s", n, text)
	}
}
