package gen_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
)

// TestOptimizers emits networks of every small size with all optimizers, compiles them, and compares updates, norms and clipped
// gradients with formulas written anew, within bounds on rounding errors.
func TestOptimizers(t *testing.T) {
	if testing.Short() {
		t.Skip("compiling networks takes some seconds; go test without -short does it")
	}
	var all []spec.Optimizer
	for _, o := range spec.Optimizers() {
		all = append(all, o.Name)
	}
	var networks []spec.Network
	for _, precision := range []spec.Precision{spec.Float32, spec.Float64} {
		for _, width := range []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 67} {
			networks = append(networks, spec.Network{
				Name: fmt.Sprintf("N%d", len(networks)), Input: width, Precision: precision, Optimizers: all,
				Layers: []spec.Layer{{Dense: 1, NoBias: true}}, Cost: spec.Function{Name: "mse"},
			})
		}
	}
	m := newModule(t)
	m.emit(t, "optimizer", networks...)
	checkers, err := filepath.Glob(filepath.Join("testdata", "optimizer", "*_test.go"))
	if err != nil || len(checkers) == 0 {
		t.Fatal("no checkers", err)
	}
	for _, file := range checkers {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		m.write(t, filepath.Join("optimizer", filepath.Base(file)), data)
	}
	var calls strings.Builder
	calls.WriteString("package optimizer\n\nimport \"testing\"\n\nfunc TestAll(t *testing.T) {\n")
	for _, n := range networks {
		fmt.Fprintf(&calls, "\tclipping[%sGrad, %s](t, %q)\n", n.Name, n.Precision, n.Name)
		for _, o := range spec.Optimizers() {
			result := fmt.Sprintf("func() updater[%[1]s, %[1]sGrad, %[2]s]", n.Name, n.Precision)
			fmt.Fprintf(&calls, "\tdescend(t, %q, %q, %s { return new(%s%s) }, %s { return New%s%s() })\n",
				n.Name, o.Name, result, n.Name, o.Type, result, n.Name, o.Type)
		}
	}
	calls.WriteString("}\n")
	m.write(t, "optimizer/all_test.go", []byte(calls.String()))

	cmd := exec.Command("go", "test", "-count=1", "-vet=off", "-run=^TestAll$", "-v", "./optimizer")
	cmd.Dir = m.dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off", "GOTOOLCHAIN=local")
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: TestAll") {
		t.Errorf("%v\n%s", err, beginning(string(out)))
	}
}
