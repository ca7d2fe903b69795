package plan

import (
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
)

// TestStringGolden prints plans: as built and as compiled, of the constructs there are.
func TestStringGolden(t *testing.T) {
	pre := build("mse", []int{3, 5, 4, 2}, "tanh", "relu", "sigmoid")
	pre.Cache, pre.InputGradient = spec.CachePre, true
	hidden := build("binary-cross-entropy", []int{3, 5, 4, 2}, "softmax", "softmax", "sigmoid")
	hidden.Layers[1].NoBias = true
	loops := build("cross-entropy", []int{100, 19, 3}, "relu", "softmax")
	loops.Unroll = spec.UnrollLoop
	for name, n := range map[string]spec.Network{"iris": iris(), "pre": pre, "softmax": hidden, "loops": loops} {
		t.Run(name, func(t *testing.T) {
			texts := stages(t, n, (*Program).String)
			golden(t, name+".built.txt", texts["build"])
			golden(t, name+".txt", texts["split"])
			if again := mustCompile(t, n).String(); again != texts["split"] {
				t.Errorf("a second compilation prints\n%s\nthe first\n%s", again, texts["split"])
			}
		})
	}
}

// TestStringMarksParts checks that a part used by several functions is listed once, and so is one of several batch
// functions.
func TestStringMarksParts(t *testing.T) {
	text := mustCompile(t, build("mse", []int{64, 64, 10}, "relu", "identity")).String()
	single, batch, _ := strings.Cut(text, ForwardBatch)
	if n, m := strings.Count(single, "z1 = W1·x + b1"), strings.Count(batch, "z1 = W1·x + b1"); n != 1 || m != 1 {
		t.Errorf("the first operation is listed %d times, and %d times for batches:\n%s", n, m, text)
	}
	if n := strings.Count(text, "  forward"); n < 4 {
		t.Errorf("the forward part is named %d times, want once in each function:\n%s", n, text)
	}
}
