package gen_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen/portable"
	"github.com/backpropgen/backpropgen/spec"
)

// TestGuardPages runs networks of all kinds with every argument between pages that must not be touched: no function
// reads or writes beside an array, at any level, and results don't depend on how arguments are aligned.
func TestGuardPages(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("compiling networks takes seconds; go test without -short does it")
	}
	networks := drawSpecs(*seed, *specs/2, ordinary)
	// Every width up to three vectors and one more has tails of every length, in both precisions.
	for width := 1; width <= 25; width++ {
		n := spec.Network{
			Name: fmt.Sprintf("Width%d", width), Input: width, InputGradient: true, Cost: spec.Function{Name: "mse"},
			Layers: []spec.Layer{
				{Dense: 26 - width, Activation: spec.Function{Name: "tanh"}}, {Dense: width, Activation: spec.Function{Name: "softmax"}},
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
			n := spec.Network{Name: fmt.Sprintf("Long%d%s", i, precision), Precision: precision, Input: dims[0], Cost: spec.Function{Name: "mse"}}
			for _, width := range dims[1:] {
				n.Layers = append(n.Layers, spec.Layer{Dense: width, Activation: spec.Function{Name: "tanh"}})
			}
			networks = append(networks, n)
		}
	}
	m := newModule(t)
	m.emitKernels(t, "guard", networks...)
	test, err := os.ReadFile("testdata/guard/guard_test.go")
	if err != nil {
		t.Fatal(err)
	}
	m.write(t, filepath.Join("guard", "guard_test.go"), test)
	var list bytes.Buffer
	fmt.Fprint(&list, "package guard\n\nimport (\n\t\"fmt\"\n\t\"testing\"\n)\n\nvar _ = fmt.Sprint\n\nfunc TestGuard(t *testing.T) {\n")
	for _, n := range networks {
		n = n.WithDefaults()
		levels := portable.Prefix(n.Name) + "AtLevels"
		if files, err := filepath.Glob(filepath.Join(m.dir, "guard", strings.ToLower(n.Name)+"_amd64_gen.s")); err != nil || len(files) == 0 {
			levels = `func(f func(string)) { f("portable") }`
		}
		fmt.Fprintf(&list, "\tt.Run(%q, kernel[%[2]s, %[2]sGrad, %[2]sWorkspace, %[2]sBatch, [%[3]d]%[5]s, [%[4]d]%[5]s, %[5]s]{%[6]s,\n", n.Name, n.Name, n.Input, n.Width(n.Depth()), n.Precision, levels)
		inputGrad := "nil"
		if n.InputGradient {
			inputGrad = fmt.Sprintf("(*%s).InputGradBatch", n.Name)
		}
		fmt.Fprintf(&list, "\t\t(*%[1]s).Init, (*%[1]s).Forward, (*%[1]s).Loss, (*%[1]s).Backward, (*%[1]s).Grad, (*%[1]s).Step,\n", n.Name)
		fmt.Fprintf(&list, "\t\t(*%[1]s).ForwardBatch, (*%[1]s).LossBatch, (*%[1]s).GradBatch, (*%[1]s).StepBatch, %[2]s,\n", n.Name, inputGrad)
		fmt.Fprintf(&list, "\t\t(*%[1]sGrad).Norm, (*%[1]sGrad).Clip, (*%[1]sGrad).Scale, map[string]func() (func(*%[1]s, *%[1]sGrad), func() string){\n", n.Name)
		for _, o := range n.Optimizers {
			entry, _ := spec.LookupOptimizer(o)
			fmt.Fprintf(&list, "\t\t\t%[2]q: func() (func(*%[1]s, *%[1]sGrad), func() string) {\n\t\t\t\to := New%[1]s%[2]s()\n"+
				"\t\t\t\treturn func(p *%[1]s, g *%[1]sGrad) { o.Update(p, g, 1) }, func() string { return fmt.Sprint(*o) }\n\t\t\t},\n", n.Name, entry.Type)
		}
		fmt.Fprint(&list, "\t\t},\n\t}.run)\n")
	}
	fmt.Fprint(&list, "}\n")
	m.write(t, filepath.Join("guard", "list_test.go"), list.Bytes())
	out := m.goTest(t, "-run", "TestGuard|TestFence", "-v", "./guard")
	for _, n := range networks {
		if !strings.Contains(out, fmt.Sprintf("--- PASS: TestGuard/%s ", n.Name)) {
			t.Fatalf("network %s did not pass; its spec:\n%s\n%s", n.Name, yaml(n), out)
		}
	}
	if !strings.Contains(out, "--- PASS: TestFence ") {
		t.Errorf("the fences were not tried:\n%s", out)
	}
}
