package endtoend

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/gen/internal/gentest"
	"github.com/backpropgen/backpropgen/spec"
)

// TestDeepNetworks lets the emitted tests of networks whose assembly loops over layers compare them with the reference.
// They are as deep as it takes to have such loops in most functions. No other test judges loops over layers.
func TestDeepNetworks(t *testing.T) {
	gentest.Compiles(t)
	t.Parallel()
	m := gentest.NewModule(t)
	networks := []spec.Network{gentest.DeepNetwork("Fast", 10, 16, spec.RoundingFast),
		gentest.DeepNetwork("Strict", 16, 5, spec.RoundingStrict)}
	for i := range networks { // which take several turns for their rows, with such loops in each
		networks[i].Derivatives = []spec.Derivative{spec.DeriveJacobian, spec.DeriveParameterJacobian}
	}
	// Portable Go with tiny bodies, which auto has where all loops together would be too much.
	tiny := gentest.DeepNetwork("Tiny", 12, 33, spec.RoundingFast)
	tiny.Unroll, tiny.Targets = spec.UnrollAuto, []spec.Target{}
	networks = append(networks, tiny)
	for _, n := range networks { // without pauses, whose functions are not rolled up
		m.EmitWith(t, n, gen.Options{Package: "deep", Qualify: true, EveryLevel: true})
		if len(n.WithDefaults().Targets) == 0 {
			continue
		}
		assembly, err := os.ReadFile(filepath.Join(m.Dir, gentest.AssemblyFile("deep", n, "s")))
		if err != nil || rolls() && bytes.Count(assembly, []byte("rounds over layers")) < 8 {
			t.Errorf("%s has no loops over layers, or no assembly: %v", n.Name, err)
		}
	}
	kernels, err := os.ReadFile(filepath.Join(m.Dir, "deep", "tiny_gen.go"))
	if loops := bytes.Count(kernels, []byte(" += 4 {")); err != nil || loops < 100 {
		t.Errorf("%d loops in steps of 4, want a hundred or more: this network has no tiny bodies: %v", loops, err)
	}
	results := m.Test(t, networks, "./deep")
	for _, n := range networks {
		if r := results[n.Name]; !r.OK(n) {
			t.Errorf("%s: %s failed\n%s\n%s", n.Name, r.Failed, r.Message, results[""].Message)
		}
	}
}
