package endtoend

import (
	"fmt"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen/internal/gentest"
	"github.com/backpropgen/backpropgen/spec"
)

// TestJacobianColumns emits a network of one layer for every activation and some formulas, compiles them, and compares
// their Jacᵀ·e_j with the full Jacobian of the reference, for every j. The precisions take turns, but with -specs 40 or
// more: compiling takes the time.
func TestJacobianColumns(t *testing.T) {
	gentest.Compiles(t)
	t.Parallel()
	var networks []spec.Network
	turn := 0
	add := func(f spec.Function, dense int, modes ...spec.Unroll) {
		precisions := []spec.Precision{spec.Float32, spec.Float64}
		if turn++; *gentest.Specs < 40 {
			precisions = precisions[turn%2:][:1]
		}
		for _, precision := range precisions {
			for _, unroll := range append(modes, spec.UnrollFull) {
				networks = append(networks, spec.Network{
					Name: fmt.Sprintf("N%d", len(networks)), Input: 1, Precision: precision, Unroll: unroll,
					Layers: []spec.Layer{{Dense: dense, Activation: f}}, Cost: spec.Function{Expr: "a*y"},
					Emit: []spec.Part{spec.EmitGrad, spec.EmitTest}, // Grad is called, and no more
				})
			}
		}
	}
	for _, a := range spec.Activations() {
		f := spec.Function{Name: a.Name}
		add(f, 12)
		if a.Vector {
			add(f, 1)
		}
		if a.Pools {
			for _, window := range []float64{1, 3, 17} {
				f.Params = map[string]float64{spec.Window: window}
				add(f, 51, spec.UnrollLoop)
			}
		} else if a.Vector {
			add(f, 37, spec.UnrollLoop)
		}
	}
	for _, text := range gentest.Formulas[spec.ActivationRole] {
		add(spec.Function{Expr: text}, 5)
	}

	m := gentest.NewModule(t)
	m.EmitKernels(t, "jacobian", networks...)
	m.PutTest(t, "jacobian", "jacobian/columns_test.go")
	m.PutList(t, "jacobian", "TestColumns", "columns", networks)
	out := m.GoTest(t, "-run=^TestColumns$", "-v", "./jacobian")
	if passed := strings.Count(out, "--- PASS: TestColumns/"); passed != len(networks) ||
		strings.Contains(out, "--- FAIL") {
		t.Errorf("%d of %d networks passed:\n%s", passed, len(networks), gentest.Beginning(out))
	}
}
