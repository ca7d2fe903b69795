package gen_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/gen/internal/gentest"
	"github.com/backpropgen/backpropgen/spec"
)

// TestLargeStore: values are receivers of what makes others of them, but for those that are too large for a stack: an
// optimizer may be where its network is not.
func TestLargeStore(t *testing.T) {
	n := spec.Network{
		Name: "Net", Input: 4096, Layers: []spec.Layer{gentest.Act(1024, "tanh")}, Cost: spec.Function{Name: "mse"},
		Optimizers: []spec.Optimizer{spec.SGD, spec.Momentum, spec.Adam}, Targets: []spec.Target{},
	}
	files, err := gen.Generate(n, gen.Options{})
	if err != nil {
		t.Fatal(err)
	}
	text := string(files[2].Data)
	for _, want := range []string{
		"(p Net) MarshalBinary()", "(p Net) MarshalJSON()", "(o NetSGD) MarshalJSON()",
		"(o NetMomentum) MarshalBinary()", "(o *NetAdam) MarshalBinary()",
		"(o *NetAdam) MarshalJSON()", "Give packages gob and json a pointer:",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is not in %s", want, files[2].Name)
		}
	}
}

// TestPackageNamesDiffer: no two declarations of one network have one name.
func TestPackageNamesDiffer(t *testing.T) {
	names := gen.PackageNames(spec.Network{Name: "Iris"})
	slices.Sort(names)
	for i, name := range names[1:] {
		if name == names[i] {
			t.Errorf("%s is declared twice", name)
		}
	}
}
