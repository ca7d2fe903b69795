package endtoend

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/backpropgen/backpropgen/gen/internal/gentest"
	"github.com/backpropgen/backpropgen/spec"
)

// TestNames emits networks with names of every shape: go vet has nothing against the names of their tests and examples,
// which it does not let go test run otherwise, and all that is emitted type-checks. Nothing is compiled: what runs does
// not depend on a name, and other tests run the emitted test and example of every network that they draw.
func TestNames(t *testing.T) {
	gentest.Compiles(t)
	t.Parallel()
	var networks []spec.Network
	for _, name := range []string{"X", "My_net", "Iris_V2", "A_", "B__b", "Net2", "HTTPNet"} {
		networks = append(networks, spec.Network{
			Name: name, Input: 2, Cost: spec.Function{Name: "mse"}, Targets: []spec.Target{},
			Layers: []spec.Layer{{Dense: 1}},
		})
	}
	m := gentest.NewModule(t)
	m.Emit(t, "names", networks...)
	if out, err := m.GoCommand("vet", "-tests", "./names").CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	// It would find something.
	text, err := os.ReadFile(filepath.Join(m.Dir, "names", "x_gen_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	m.Write(t, "names/x_gen_test.go", bytes.Replace(text, []byte("func ExampleX("), []byte("func ExampleY("), 1))
	if out, err := m.GoCommand("vet", "-tests", "./names").CombinedOutput(); err == nil ||
		!bytes.Contains(out, []byte("ExampleY refers to unknown identifier")) {
		t.Errorf("an example of nothing passes: %v\n%s", err, out)
	}
}
