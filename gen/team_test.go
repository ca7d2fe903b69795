package gen_test

import (
	"regexp"
	"strconv"
	"testing"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/gen/internal/gentest"
	"github.com/backpropgen/backpropgen/spec"
)

// TestTeamMemory checks how many gradients a team has: many of small ones, and fewer, but two at least, where they are
// large.
func TestTeamMemory(t *testing.T) {
	sums := regexp.MustCompile(`Runs: (\d+)`)
	for _, c := range []struct {
		inputs, outputs int
		precision       spec.Precision
		want            int
	}{
		{4, 3, spec.Float32, 32}, {1024, 1024, spec.Float32, 32}, {4096, 1024, spec.Float32, 15}, {4096, 2048,
			spec.Float64, 3}, {4096, 4095, spec.Float64, 2},
	} {
		n := spec.Network{Name: "Net", Input: c.inputs, Precision: c.precision, Cost: spec.Function{Name: "mse"},
			Layers: []spec.Layer{gentest.Act(c.outputs, "tanh")}, Targets: []spec.Target{}}
		files, err := gen.Generate(n, gen.Options{})
		if err != nil {
			t.Fatal(err)
		}
		m := sums.FindSubmatch(files[3].Data)
		if m == nil || string(m[1]) != strconv.Itoa(c.want) {
			t.Errorf("%d parameters of %s: %q in %s, want %d gradients", n.Params(), c.precision, m, files[3].Name,
				c.want)
		}
	}
}
