package gen_test

import (
	"slices"
	"testing"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/gen/internal/gentest"
	"github.com/backpropgen/backpropgen/spec"
)

// TestDeepCode: the assembly of a network for amd64 does not grow with the number of layers that are alike.
func TestDeepCode(t *testing.T) {
	t.Parallel()
	var sizes []int
	depths := []int{24, 48}
	if testing.Short() {
		t.Skip("writing the assembly of deep networks takes seconds; go test without -short does it")
	}
	for _, layers := range depths {
		n := gentest.DeepNetwork("Deep", layers, 16, spec.RoundingFast)
		n.Targets = []spec.Target{spec.AMD64}
		files, err := gentest.Generate(t, n, gen.Options{NoMacros: true})
		if err != nil {
			t.Fatal(err)
		}
		at := slices.IndexFunc(files, func(f gen.File) bool { return f.Kind == gen.Assembly })
		sizes = append(sizes, len(files[at].Data))
	}
	if sizes[1] > sizes[0] {
		t.Errorf("%d bytes of assembly with %d layers, %d with %d", sizes[0], depths[0], sizes[1], depths[1])
	}
}
