package gen_test

import (
	"testing"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/gen/internal/gentest"
	"github.com/backpropgen/backpropgen/spec"
)

// TestDeepCode: the assembly of a network does not grow with the number of layers that are alike.
func TestDeepCode(t *testing.T) {
	t.Parallel()
	var sizes []int
	depths := []int{24, 48}
	if testing.Short() {
		t.Skip("writing the assembly of deep networks takes seconds; go test without -short does it")
	}
	for _, layers := range depths {
		n := gentest.DeepNetwork("Deep", layers, 16, spec.RoundingFast)
		files, err := gentest.Generate(t, n, gen.Options{NoMacros: true})
		if err != nil {
			t.Fatal(err)
		}
		sizes = append(sizes, len(files[len(files)-1].Data))
	}
	if sizes[1] > sizes[0] {
		t.Errorf("%d bytes of assembly with %d layers, %d with %d", sizes[0], depths[0], sizes[1], depths[1])
	}
}
