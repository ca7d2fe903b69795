package gen_test

import (
	"fmt"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
)

// TestOptimizerSizes emits all optimizers for every small number of parameters, at which the loops of updates and of norms begin, end
// or leave a rest, and has them judged.
func TestOptimizerSizes(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("compiling networks takes some seconds; go test without -short does it")
	}
	var all []spec.Optimizer
	for _, o := range spec.Optimizers() {
		all = append(all, o.Name)
	}
	var networks []spec.Network
	for _, precision := range []spec.Precision{spec.Float32, spec.Float64} {
		for width := 1; width <= 9; width++ {
			networks = append(networks, spec.Network{
				Name: fmt.Sprintf("N%d", len(networks)), Input: width, Precision: precision, Optimizers: all,
				Layers: []spec.Layer{{Dense: 1, NoBias: true}}, Cost: spec.Function{Name: "mse"},
			})
		}
	}
	m := newModule(t)
	m.emit(t, "sizes", networks...)
	results := m.test(t, networks, "./sizes")
	for _, n := range networks {
		if r := results[n.Name]; !r.ok(n) {
			t.Errorf("%d parameters, %s: %s fails\n%s", n.Input, n.Precision, r.failed, r.message)
		}
	}
}
