package endtoend

import (
	"bytes"
	"cmp"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen/internal/gentest"
	"github.com/backpropgen/backpropgen/gen/macro"
	"github.com/backpropgen/backpropgen/gen/portable"
	"github.com/backpropgen/backpropgen/spec"
)

// strictNetworks are networks of rounding: strict: random ones, and ones of every activation and cost.
func strictNetworks(random int, whole bool) (list []spec.Network) {
	list = gentest.DrawSpecs(*gentest.Seed, random, gentest.Ordinary)
	for i, n := range extremeNetworks(whole) {
		switch {
		case whole:
			list = append(list, n)
		case i%2 == 0: // half of them, with every activation in one of the layers, and both precisions by turns
			n.Precision = []spec.Precision{spec.Float32, spec.Float64}[i/2%2]
			list = append(list, n)
		}
	}
	for i := range list {
		list[i].Name = fmt.Sprintf("S%04d", i)
		list[i].Rounding = spec.RoundingStrict
		list[i].Optimizers = nil
	}
	return list
}

// TestSameBitsFind plants mistakes in assembly that change the last bits of some results, or the sign of a zero: each
// is found.
func TestSameBitsFind(t *testing.T) {
	if testing.Short() {
		t.Skip("compiling networks takes seconds; go test without -short does it")
	}
	n := spec.Network{
		Name: "X", Precision: spec.Float32, Input: 11, Batch: 2, Cost: spec.Function{Name: "mse"}, Rounding: spec.RoundingStrict,
		Layers: []spec.Layer{{Dense: 5, NoBias: true, Activation: spec.Function{Name: "tanh"}},
			{Dense: 3, Activation: spec.Function{Name: "identity"}}},
	}
	m := gentest.NewModule(t)
	for _, c := range []struct{ mistake, from, to, found string }{
		{"none", "", "", "--- PASS: TestSameBits/X "},
		{"lanes are padded with 0", `0x80000000`, `0x00000000`, "Forward: ŷ: number"},
		{"a product is fused with a sum", `VMULPS\s+(\S+), (\S+), (\S+)\n\s+VADDPS\s+\S+, (\S+), \S+\n`,
			"VMOVAPS $4, $3\nVFMADD231PS $1, $2, $3\n", " at level "},
		{"a power of 2 in a table is off by 2^-24", `0x3ff059b0d3158574`, `0x3ff059b1d3158574`, "Forward: ŷ: number"},
	} {
		m.EmitKernels(t, "samebits", n)
		m.Write(t, "samebits/list_test.go", sameBitsList("samebits", []spec.Network{n}))
		text, err := os.ReadFile(filepath.Join(m.Dir, "samebits", "x_amd64_gen.s"))
		if err != nil {
			t.Fatal(err)
		}
		if text, err = macro.Expand(text); err != nil {
			t.Fatal(err)
		}
		wrong := text
		if c.from != "" {
			if wrong = regexp.MustCompile(c.from).ReplaceAll(text, []byte(c.to)); bytes.Equal(wrong, text) {
				t.Fatalf("%s: nothing in the assembly is like %s", c.mistake, c.from)
			}
		}
		m.Write(t, "samebits/x_amd64_gen.s", wrong)
		if out := m.GoTest(t, "-run", "^TestSameBits$", "-v", "./samebits"); !strings.Contains(out, c.found) {
			t.Errorf("%s: go test does not say %q:\n%s", c.mistake, c.found, gentest.Beginning(out))
		}
	}
}

// TestSameBits runs networks of rounding: strict at every level of the machine, on numbers of every kind: all functions
// give the bits of the portable code. Compiling them takes most of its time; no other test compares all levels on random
// strict networks. The whole of it: go test ./gen/endtoend -run SameBits -timeout 0 -specs 800
func TestSameBits(t *testing.T) {
	t.Parallel()
	networks := strictNetworks(max(2, *gentest.Specs/4), *gentest.Specs > 30)
	if testing.Short() {
		networks = networks[len(networks)-1:]
	}
	m := gentest.NewModule(t)
	for lo := 0; lo < len(networks); lo += perRun {
		some := networks[lo:min(lo+perRun, len(networks))]
		packages := m.EmitPackages(t, "s", lo, some, func(pkg string, part []spec.Network) {
			m.KernelsOnly(t, pkg, part...)
			m.Write(t, filepath.Join(pkg, "list_test.go"), sameBitsList(pkg, part))
		})
		out := m.GoTest(t, append([]string{"-run", "^TestSameBits$", "-v"}, packages...)...)
		passed := map[string]bool{}
		for _, found := range regexp.MustCompile(`--- PASS: TestSameBits/(\w+) `).FindAllStringSubmatch(out, -1) {
			passed[found[1]] = true
		}
		failures := 0
		for _, n := range some {
			if passed[n.Name] {
				continue
			}
			if failures++; failures <= 5 {
				_, said, _ := strings.Cut(out, "=== RUN   TestSameBits/"+n.Name+"\n")
				said, _, _ = strings.Cut(said, "=== RUN")
				t.Errorf("network %s:\n%s\n%s", n.Name, gentest.YAML(n), gentest.Beginning(said))
			}
		}
		if failures > 0 {
			t.Errorf("%d of %d networks failed", failures, len(some))
		}
		if len(passed) == 0 {
			t.Fatalf("nothing ran:\n%s", gentest.Beginning(out))
		}
		t.Logf("%d of %d networks done", lo+len(some), len(networks))
		m.Remove(t, packages)
	}
}

// sameBitsList is the test that runs the networks of a package.
func sameBitsList(pkg string, networks []spec.Network) []byte {
	var list bytes.Buffer
	fmt.Fprintf(&list, "package %s\n\nimport (\n\t\"testing\"\n\n\t%q\n)\n\nfunc TestSameBits(t *testing.T) {\n", pkg,
		gentest.ModulePath+"/verify")
	for _, n := range networks {
		prefix := portable.Prefix(n.Name)
		fmt.Fprintf(&list, "\tt.Run(%q, func(t *testing.T) { verify.TestLevels(t, %[2]sSpec, %[2]sKernel, %[2]sAtLevels) })\n", n.Name, prefix)
	}
	fmt.Fprint(&list, "}\n")
	return list.Bytes()
}

// exactNetworks are networks of rounding: strict that call no elementary function, so that the interpreter of plans
// gives their bits: of every way in which sums are formed, and of widths about those of registers.
func exactNetworks(count int) (list []spec.Network) {
	activations := []spec.Function{
		{Name: "identity"}, {Name: "relu"}, {Name: "leaky-relu",
			Params: map[string]float64{"slope": 0.3}}, {Name: "hard-tanh"},
		{Name: "softsign"}, {Expr: "z * abs(z) / (1 + z^2)"},
	}
	costs := []string{"mse", "mae", "half-squared-error", "huber", "squared-error"}
	for i := range count {
		r := rand.New(rand.NewPCG(*gentest.Seed, uint64(i)))
		n := spec.Network{
			Name: fmt.Sprintf("E%04d", i), Input: 1 + r.IntN(40), Batch: gentest.Pick(r, 1, 4, 16,
				32), Rounding: spec.RoundingStrict,
			Precision: gentest.Pick(r, spec.Float32, spec.Float64), InputGradient: r.IntN(2) == 0,
			Cost: spec.Function{Name: gentest.Pick(r, costs...)}, Cache: gentest.Pick(r, spec.CacheAuto, spec.CachePre,
				spec.CachePost, spec.CacheBoth),
			Unroll: gentest.Pick(r, spec.UnrollAuto, spec.UnrollLoop),
		}
		for range 1 + r.IntN(4) {
			l := spec.Layer{Dense: 1 + r.IntN(36), Activation: gentest.Pick(r, activations...), NoBias: r.IntN(4) == 0}
			if r.IntN(4) == 0 {
				window := 1 + r.IntN(5)
				l.Dense = window * (1 + r.IntN(9))
				l.Activation = spec.Function{Name: gentest.Pick(r, "max-pool", "avg-pool"),
					Params: map[string]float64{spec.Window: float64(window)}}
			}
			n.Layers = append(n.Layers, l)
		}
		list = append(list, n)
	}
	return list
}

// TestPlanBits runs networks of rounding: strict at every level beside the interpreter of plans. It is long because they
// are compiled; it alone shows that the order of sums is the promised one, where SameBits shows that it is one. The whole:
// go test ./gen/endtoend -run PlanBits -specs 800 -timeout 60m
func TestPlanBits(t *testing.T) {
	t.Parallel()
	networks := exactNetworks(max(*gentest.Specs/4, 8))
	if testing.Short() {
		networks = networks[:1]
	}
	m := gentest.NewModule(t)
	for lo := 0; lo < len(networks); lo += perRun {
		some := networks[lo:min(lo+perRun, len(networks))]
		packages := m.EmitPackages(t, "e", lo, some, func(pkg string, part []spec.Network) {
			m.KernelsOnly(t, pkg, part...)
			m.PutTest(t, pkg, "samebits/plan_test.go")
			m.PutList(t, pkg, "TestPlanBits", "planBits", part)
		})
		out := m.GoTest(t, append([]string{"-run", "^TestPlanBits$", "-v"}, packages...)...)
		for _, n := range some {
			if !strings.Contains(out, "--- PASS: TestPlanBits/"+n.Name+" ") {
				_, said, _ := strings.Cut(out, "=== RUN   TestPlanBits/"+n.Name+"\n")
				said, _, _ = strings.Cut(said, "=== RUN")
				t.Fatalf("network %s:\n%s\n%s", n.Name, gentest.YAML(n), gentest.Beginning(cmp.Or(said, out)))
			}
		}
		m.Remove(t, packages)
	}
}
