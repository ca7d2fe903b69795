package arm64

import (
	"testing"

	"github.com/backpropgen/backpropgen/gen/arm64/isa"
	"github.com/backpropgen/backpropgen/gen/plan"
)

// TestReached counts what adds up addresses in straight code whose rows begin at any multiple of a number's size: no
// instruction has the distances of most of their vectors, and one addition serves several of them.
func TestReached(t *testing.T) {
	p := compiledOf(t, "name: N\ninput: 11\nlayers:\n  - {dense: 13, activation: relu}\n  - {dense: 9, activation: relu}\n"+
		"cost: mse\n")
	a, err := New(p, Config{})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{plan.Forward, plan.Grad} {
		moved, added := 0, 0
		for _, n := range a.parts[name][0].Nodes {
			i, ok := n.(isa.Instruction)
			switch {
			case !ok || i.Form == nil:
			case i.Form.Is(isa.Loads) || i.Form.Is(isa.Stores):
				moved++
			case i.Form.Name == "add.imm" || i.Form.Name == "add.high":
				added++
			}
		}
		if moved < 50 || 5*added > moved {
			t.Errorf("%s adds %d times for %d loads and stores", name, added, moved)
		}
	}
}

// TestFar: rows of odd sizes are reached also where they lie farther away than additions of constants go.
func TestFar(t *testing.T) {
	p := compiledOf(t, "name: N\ninput: 2001\nlayers:\n  - {dense: 2111, activation: relu}\n  - {dense: 3, activation: relu}\n"+
		"cost: mse\n")
	if _, err := New(p, Config{}); err != nil {
		t.Fatal(err)
	}
}
