package endtoend

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen/internal/gentest"
	"github.com/backpropgen/backpropgen/spec"
)

// TestGuardPages runs networks of all kinds with every argument between pages that must not be touched: no function
// reads or writes beside an array, at any level, and results don't depend on how arguments are aligned. It is long
// because the networks are compiled; the judge of an emitted test puts arguments so in a few ways, and here in all.
func TestGuardPages(t *testing.T) {
	gentest.Compiles(t)
	t.Parallel()
	networks := gentest.DrawSpecs(*gentest.Seed, max(4, *gentest.Specs/2), gentest.Ordinary)
	// Every width up to three vectors and one more has tails of every length, in both precisions.
	for width := 1; width <= 25; width++ {
		n := spec.Network{
			Name: fmt.Sprintf("Width%d", width), Input: width, InputGradient: true, Cost: spec.Function{Name: "mse"},
			Layers: []spec.Layer{
				{Dense: 26 - width, Activation: spec.Function{Name: "tanh"}}, {Dense: width,
					Activation: spec.Function{Name: "softmax"}},
			},
		}
		if width%2 == 0 {
			n.Precision = spec.Float64
		}
		if width == 5 || width == 8 {
			for _, o := range spec.Optimizers() {
				n.Optimizers = append(n.Optimizers, o.Name)
			}
		}
		networks = append(networks, n)
	}
	// Rows too long for registers are taken some abreast, and more than the first cache holds upwards and downwards by
	// turns.
	for i, dims := range [][]int{{530, 11, 1}, {75, 67, 3}, {601, 3, 2}} {
		for _, precision := range []spec.Precision{spec.Float32, spec.Float64} {
			n := spec.Network{Name: fmt.Sprintf("Long%d%s", i, precision), Precision: precision, Input: dims[0],
				Cost: spec.Function{Name: "mse"}}
			for _, width := range dims[1:] {
				n.Layers = append(n.Layers, spec.Layer{Dense: width, Activation: spec.Function{Name: "tanh"}})
			}
			networks = append(networks, n)
		}
	}
	networks = append(networks, turnedGradients(spec.Float32), turnedGradients(spec.Float64))
	m := gentest.NewModule(t)
	m.EmitKernels(t, "guard", networks...)
	m.PutTest(t, "guard", "guard/guard_test.go")
	var list bytes.Buffer
	fmt.Fprint(&list, "package guard\n\nimport (\n\t\"fmt\"\n\t\"testing\"\n)\n\nvar _ = fmt.Sprint\n\nfunc TestGuard(t *testing.T) {\n")
	for _, n := range networks {
		number := n.WithDefaults().Precision
		fmt.Fprintf(&list, "\tt.Run(%q, guarded[%[2]s]{%[3]s, map[string]func() (func(p, g []%[2]s), func() string){\n",
			n.Name, number, m.Erased(t, "guard", n))
		for _, o := range n.Optimizers {
			entry, _ := spec.LookupOptimizer(o)
			fmt.Fprintf(&list, "\t\t%[2]q: func() (func(p, g []%[3]s), func() string) {\n\t\t\to := New%[1]s%[2]s()\n"+
				"\t\t\treturn func(p, g []%[3]s) { o.Update(to[%[1]s](p), to[%[1]sGrad](g), 1) }, func() string { return fmt.Sprint(*o) }\n\t\t},\n", n.Name, entry.Type, number)
		}
		fmt.Fprint(&list, "\t}}.run)\n")
	}
	fmt.Fprint(&list, "}\n")
	m.Write(t, filepath.Join("guard", "list_test.go"), list.Bytes())
	out := m.GoTest(t, "-run", "TestGuard|TestFence", "-v", "./guard")
	for _, n := range networks {
		if !strings.Contains(out, fmt.Sprintf("--- PASS: TestGuard/%s ", n.Name)) {
			t.Fatalf("network %s did not pass; its spec:\n%s\n%s", n.Name, gentest.YAML(n), out)
		}
	}
	if !strings.Contains(out, "--- PASS: TestFence ") {
		t.Errorf("the fences were not tried:\n%s", out)
	}
}
