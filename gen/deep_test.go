package gen_test

import (
	"testing"

	"github.com/backpropgen/backpropgen/spec"
)

// deepNetwork has so many layers that are alike.
func deepNetwork(name string, layers, width int, r spec.Rounding) spec.Network {
	n := spec.Network{Name: name, Input: width, Rounding: r, InputGradient: true, Cost: spec.Function{Name: "half-squared-error"}}
	for range layers {
		n.Layers = append(n.Layers, spec.Layer{Dense: width, Activation: spec.Function{Name: "tanh"}})
	}
	return n
}

// TestDeepNetworks lets the emitted tests of a network whose loops have tiny bodies compare it with the reference.
func TestDeepNetworks(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("compiling a deep network takes a while; go test without -short does it")
	}
	m := newModule(t)
	n := deepNetwork("Tiny", 48, 16, spec.RoundingFast)
	n.Targets = []spec.Target{}
	m.emit(t, "deep", n)
	results := m.test(t, []spec.Network{n}, "./deep")
	if r := results[n.Name]; !r.ok(n) {
		t.Errorf("%s failed\n%s\n%s", r.failed, r.message, results[""].message)
	}
}
