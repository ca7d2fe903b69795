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
	gentest.Compiles(t)
	if gentest.Processor() != "amd64" {
		t.Skip("the mistakes are in assembly for amd64")
	}
	n := spec.Network{
		Precision: spec.Float32, Input: 11, Batch: 2, Cost: spec.Function{Name: "mse"}, Rounding: spec.RoundingStrict,
		Layers: []spec.Layer{{Dense: 5, NoBias: true, Activation: spec.Function{Name: "tanh"}},
			{Dense: 3, Activation: spec.Function{Name: "identity"}}},
	}
	mistakes := []mistake{
		{"Right", "none", "", "", ""},
		{"Padded", "lanes are padded with 0", `0x80000000`, `0x00000000`, "Forward: ŷ: number"},
		{"Fused", "a product is fused with a sum", `VMULPS\s+(\S+), (\S+), (\S+)\n\s+VADDPS\s+\S+, (\S+), \S+\n`,
			"VMOVAPS $4, $3\nVFMADD231PS $1, $2, $3\n", " at level "},
		{"Table", "a power of 2 in a table is off by 2^-24", `0x3ff059b0d3158574`, `0x3ff059b1d3158574`,
			"Forward: ŷ: number"},
	}
	m := gentest.NewModule(t)
	networks := plantAll(t, m, "samebits", n, "_amd64_gen.s", mistakes)
	m.Write(t, "samebits/list_test.go", sameBitsList(t, m, "samebits", networks))
	allFound(t, "TestSameBits", m.GoTest(t, "-run", "^TestSameBits$", "-v", "./samebits"), mistakes)
}

// mistake is planted in a copy of a network.
type mistake struct {
	name, mistake string // of the copy, and what is wrong with it
	// find is a regular expression, put takes the place of every match; empty: there is no mistake. found is what the
	// test of the copy says.
	find, put, found string
}

// plantAll emits copies of a network into one package, each with a mistake in the file whose name ends so: the compiler
// and the linker run once for all.
func plantAll(t *testing.T, m gentest.Module, pkg string, n spec.Network, file string,
	mistakes []mistake) (copies []spec.Network) {
	t.Helper()
	for _, c := range mistakes {
		n.Name = c.name
		copies = append(copies, n)
	}
	m.EmitKernels(t, pkg, copies...)
	for _, c := range mistakes {
		if c.find == "" {
			continue
		}
		name := filepath.Join(pkg, strings.ToLower(c.name)+file)
		text, err := os.ReadFile(filepath.Join(m.Dir, name))
		if err != nil {
			t.Fatal(err)
		}
		wrong := regexp.MustCompile(c.find).ReplaceAll(text, []byte(c.put))
		if bytes.Equal(wrong, text) {
			t.Fatalf("%s: nothing in %s is like %s", c.mistake, name, c.find)
		}
		m.Write(t, name, wrong)
	}
	return copies
}

// allFound wants the test of every copy to say what it must of its mistake, and the one without to pass.
func allFound(t *testing.T, test, out string, mistakes []mistake) {
	t.Helper()
	for _, c := range mistakes {
		result := "PASS"
		if c.find != "" {
			result = "FAIL"
		}
		_, said, _ := strings.Cut(out, fmt.Sprintf("=== RUN   %s/%s\n", test, c.name))
		said, _, _ = strings.Cut(said, "=== RUN")
		if !strings.Contains(out, fmt.Sprintf("--- %s: %s/%s ", result, test, c.name)) ||
			!strings.Contains(said, c.found) {
			t.Errorf("%s: go test does not say %q, or not %s:\n%s", c.mistake, c.found, result,
				gentest.Beginning(cmp.Or(said, out)))
		}
	}
}

// TestSameBits runs networks of rounding: strict at every level of the machine, on numbers of every kind: all functions
// give the bits of the portable code. Compiling them takes most of its time; no other test compares all levels on
// random strict networks. The whole of it: go test ./gen/endtoend -run SameBits -timeout 0 -specs 800
func TestSameBits(t *testing.T) {
	gentest.Compiles(t)
	t.Parallel()
	networks := strictNetworks(max(2, *gentest.Specs/4), *gentest.Specs > 30)
	m := gentest.NewModule(t)
	for lo := 0; lo < len(networks); lo += perRun {
		some := networks[lo:min(lo+perRun, len(networks))]
		packages := m.EmitPackages(t, "s", lo, some, func(pkg string, part []spec.Network) {
			m.KernelsOnly(t, pkg, part...)
			m.Write(t, filepath.Join(pkg, "list_test.go"), sameBitsList(t, m, pkg, part))
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
func sameBitsList(t *testing.T, m gentest.Module, pkg string, networks []spec.Network) []byte {
	t.Helper()
	var list bytes.Buffer
	fmt.Fprintf(&list, "package %s\n\nimport (\n\t\"testing\"\n\n\t%q\n)\n\nfunc TestSameBits(t *testing.T) {\n", pkg,
		gentest.ModulePath+"/verify")
	for _, n := range networks {
		prefix := portable.Prefix(n.Name)
		fmt.Fprintf(&list, "\tt.Run(%q, func(t *testing.T) {\n", n.Name)
		fmt.Fprintf(&list, "\t\tverify.TestLevels(t, %[1]sSpec, %[1]sKernel, %[1]sAtLevels)\n", prefix)
		if m.HasDerivatives(t, pkg, n) {
			fmt.Fprintf(&list, "\t\tverify.TestDerivativeLevels(t, %[1]sSpec, %[1]sDerivatives, %[1]sAtLevels)\n",
				prefix)
		}
		fmt.Fprint(&list, "\t})\n")
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

// TestPlanBits runs networks of rounding: strict at every level beside the interpreter of plans. It is long because
// they are compiled; it alone shows that the order of sums is the promised one, where SameBits shows that it is one.
// The whole: go test ./gen/endtoend -run PlanBits -specs 800 -timeout 60m
func TestPlanBits(t *testing.T) {
	gentest.Compiles(t)
	t.Parallel()
	networks := exactNetworks(max(*gentest.Specs/4, 8))
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
