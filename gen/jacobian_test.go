package gen_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen/portable"
	"github.com/backpropgen/backpropgen/spec"
)

// TestJacobianColumns emits a network of one layer for every activation and some formulas, compiles them, and compares
// their Jacᵀ·e_j with the full Jacobian of the reference, for every j. The precisions take turns, but with -specs 40 or
// more: compiling takes the time.
func TestJacobianColumns(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("compiling a network for every activation takes some seconds; go test without -short does it")
	}
	var networks []spec.Network
	turn := 0
	add := func(f spec.Function, dense int, modes ...spec.Unroll) {
		precisions := []spec.Precision{spec.Float32, spec.Float64}
		if turn++; *specs < 40 {
			precisions = precisions[turn%2:][:1]
		}
		for _, precision := range precisions {
			for _, unroll := range append(modes, spec.UnrollFull) {
				networks = append(networks, spec.Network{
					Name: fmt.Sprintf("N%d", len(networks)), Input: 1, Precision: precision, Unroll: unroll,
					Layers: []spec.Layer{{Dense: dense, Activation: f}}, Cost: spec.Function{Expr: "a*y"},
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
	for _, text := range formulas[spec.ActivationRole] {
		add(spec.Function{Expr: text}, 5)
	}

	m := newModule(t)
	m.emitKernels(t, "jacobian", networks...)
	checker, err := os.ReadFile(filepath.Join("testdata", "jacobian", "columns_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	m.write(t, "jacobian/columns_test.go", checker)
	var all strings.Builder
	all.WriteString("package jacobian\n\nimport \"testing\"\n\nfunc TestColumns(t *testing.T) {\n")
	for _, n := range networks {
		prefix := portable.Prefix(n.Name)
		fmt.Fprintf(&all, "\tcolumns(t, %sSpec, %sKernel)\n", prefix, prefix)
	}
	all.WriteString("}\n")
	m.write(t, "jacobian/all_test.go", []byte(all.String()))

	cmd := exec.Command("go", "test", "-count=1", "-vet=off", "-run=^TestColumns$", "-v", "./jacobian")
	cmd.Dir = m.dir
	cmd.Env = goEnvironment()
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: TestColumns") {
		t.Errorf("%v\n%s", err, beginning(string(out)))
	}
}
