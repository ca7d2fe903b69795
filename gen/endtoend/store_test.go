package endtoend

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/gen/internal/gentest"
	"github.com/backpropgen/backpropgen/spec"
)

// TestStore saves and loads random networks with all their optimizers, each type's data being offered to all others:
// networks of other shapes, precisions and activations. It is long because they are compiled twice, the second time as
// the Go of 2023; the judge of an emitted test has no data of other networks.
func TestStore(t *testing.T) {
	gentest.Compiles(t)
	m := gentest.NewModule(t)
	put := func(name string, data []byte) { m.Write(t, name, data) }
	// Networks alike but for one thing, and some that are not.
	base := spec.Network{
		Input: 3, Layers: []spec.Layer{{Dense: 2, Activation: spec.Function{Name: "tanh"}},
			{Dense: 2}}, Cost: spec.Function{Name: "mse"},
		Optimizers: []spec.Optimizer{spec.Adam, spec.SGD},
	}
	networks := []spec.Network{base}
	for _, change := range []func(n *spec.Network){
		func(n *spec.Network) { n.Precision = spec.Float64 },
		func(n *spec.Network) { n.Layers[1].Activation.Name = "relu" },
		func(n *spec.Network) { n.Layers[0].Activation = spec.Function{Expr: "z/2"} },
		func(n *spec.Network) { n.Input, n.Layers[0].Dense = 2, 3; n.Layers[1].NoBias = true },
		func(n *spec.Network) { n.Layers = n.Layers[:1] },
	} {
		n := base
		n.Layers = slices.Clone(base.Layers)
		change(&n)
		networks = append(networks, n)
	}
	for i := range 5 {
		networks = append(networks, gentest.DrawSpec(rand.New(rand.NewPCG(*gentest.Seed, uint64(i))), "",
			gentest.Small))
	}
	var calls strings.Builder
	calls.WriteString("package store\n\nimport \"testing\"\n\nfunc TestAll(t *testing.T) {\n\tcheck(t, []func() stored{\n")
	seen := map[string]bool{}
	for i, n := range networks {
		n.Name = fmt.Sprintf("N%d", i)
		n.Targets = []spec.Target{} // what saves and loads is the same, and the module needs nothing else
		files, err := gen.Generate(n, gen.Options{Package: "store"})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if !strings.HasSuffix(f.Name, "_test.go") {
				put(f.Name, f.Data)
			}
		}
		if key := n.WithDefaults().FunctionDigest() + string(n.WithDefaults().Precision); !seen[key] {
			seen[key] = true
			values := []string{"new(" + n.Name + ")"}
			for _, o := range n.Optimizers {
				entry, _ := spec.LookupOptimizer(o)
				values = append(values, "New"+n.Name+entry.Type+"()")
			}
			for _, value := range values {
				fmt.Fprintf(&calls, "\t\tfunc() stored { return %s },\n", value)
			}
		}
	}
	calls.WriteString("\t})\n}\n")
	put("all_test.go", []byte(calls.String()))
	checker, err := os.ReadFile(filepath.Join("testdata", "store", "store_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	put("store_test.go", checker)
	run := func(args ...string) string {
		t.Helper()
		out, err := m.GoCommand(args...).CombinedOutput()
		if err != nil {
			t.Errorf("go %s: %v\n%s", strings.Join(args, " "), err, gentest.Beginning(string(out)))
		}
		return string(out)
	}
	if out := run("test", "-count=1", "-vet=all", "-v", "."); !strings.Contains(out, "--- PASS: TestAll") {
		t.Errorf("the test did not run:\n%s", gentest.Beginning(out))
	}
	// What is emitted, its test apart, is the Go of 2023, and kernels need neither
	// what saves and loads, nor teams, nor this module.
	for _, name := range []string{"all_test.go", "store_test.go"} {
		if err := os.Remove(filepath.Join(m.Dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	run("build", "-gcflags=-lang=go1.21", ".")
	stores, err := filepath.Glob(filepath.Join(m.Dir, "*_store_gen.go"))
	teams, err2 := filepath.Glob(filepath.Join(m.Dir, "*_team_gen.go"))
	if err != nil || err2 != nil || len(stores) != len(networks) || len(teams) != len(networks) {
		t.Fatal(len(stores), len(teams), err, err2)
	}
	for _, file := range append(stores, teams...) {
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
	}
	put("go.mod", []byte("module random\n\ngo 1.21\n"))
	run("vet", ".")
}

// TestKernelsWithoutStore: neither a kernel nor its test says a name that only the file that saves and loads declares.
func TestKernelsWithoutStore(t *testing.T) {
	gentest.Compiles(t)
	n := gentest.DrawSpec(rand.New(rand.NewPCG(*gentest.Seed, 1)), "Net", gentest.Small)
	n.Optimizers, n.Targets = []spec.Optimizer{spec.Adam}, []spec.Target{}
	files, err := gen.Generate(n, gen.Options{Package: "net"})
	if err != nil {
		t.Fatal(err)
	}
	m := gentest.NewModule(t)
	for _, f := range files {
		if !strings.HasSuffix(f.Name, "_store_gen.go") {
			m.Write(t, filepath.Join("net", f.Name), f.Data)
		}
	}
	cmd := exec.Command("go", "vet", "./net")
	cmd.Dir = m.Dir
	cmd.Env = gentest.Environment()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
