package gen_test

import (
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
)

// TestNames emits networks with names of every shape: go test, which vets the names of examples, has nothing against
// them.
func TestNames(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("compiling networks takes seconds; go test without -short does it")
	}
	var networks []spec.Network
	for _, name := range []string{"X", "My_net", "Iris_V2", "A_", "B__b", "Net2", "HTTPNet"} {
		networks = append(networks, spec.Network{
			Name: name, Input: 2, Cost: spec.Function{Name: "mse"}, Targets: []spec.Target{}, Layers: []spec.Layer{{Dense: 1}},
		})
	}
	m := newModule(t)
	m.emit(t, "names", networks...)
	if out := m.goTest(t, "-vet=tests", "-run", "Example", "-v", "./names"); strings.Count(out, "--- PASS: Example") != len(networks) {
		t.Errorf("not every example passed, or vet refused some:\n%s", out)
	}
}
