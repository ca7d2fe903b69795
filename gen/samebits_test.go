package gen_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen/portable"
	"github.com/backpropgen/backpropgen/spec"
)

// strictNetworks are networks of rounding: strict: random ones, and ones of every activation and cost.
func strictNetworks(random int, whole bool) (list []spec.Network) {
	list = drawSpecs(*seed, random, ordinary)
	for i, n := range extremeNetworks(whole) {
		if whole || i%4 == i/4%2 { // half of them, both precisions by turns
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

// TestSameBitsFind plants mistakes in assembly that change the last bits of some results, or the sign of a zero: each is found.
func TestSameBitsFind(t *testing.T) {
	if testing.Short() {
		t.Skip("compiling networks takes seconds; go test without -short does it")
	}
	n := spec.Network{
		Name: "X", Precision: spec.Float32, Input: 11, Batch: 2, Cost: spec.Function{Name: "mse"}, Rounding: spec.RoundingStrict,
		Layers: []spec.Layer{{Dense: 5, NoBias: true, Activation: spec.Function{Name: "tanh"}}, {Dense: 3, Activation: spec.Function{Name: "identity"}}},
	}
	m := newModule(t)
	for _, c := range []struct{ mistake, from, to, found string }{
		{"none", "", "", "--- PASS: TestSameBits/X "},
		{"lanes are padded with 0", `0x80000000`, `0x00000000`, " of Forward is "},
		{"a product is fused with a sum", `VMULPS\s+(\S+), (\S+), (\S+)\n\s+VADDPS\s+\S+, (\S+), \S+\n`, "VMOVAPS $4, $3\nVFMADD231PS $1, $2, $3\n", " at level "},
		{"a power of 2 in a table is off by 2^-24", `0x3ff059b0d3158574`, `0x3ff059b1d3158574`, " of Forward is "},
	} {
		m.emit(t, "samebits", n)
		test, err := os.ReadFile("testdata/samebits/samebits_test.go")
		if err != nil {
			t.Fatal(err)
		}
		m.write(t, "samebits/samebits_test.go", test)
		m.write(t, "samebits/list_test.go", sameBitsList("samebits", []spec.Network{n}))
		text, err := os.ReadFile(filepath.Join(m.dir, "samebits", "x_amd64_gen.s"))
		if err != nil {
			t.Fatal(err)
		}
		wrong := text
		if c.from != "" {
			if wrong = regexp.MustCompile(c.from).ReplaceAll(text, []byte(c.to)); bytes.Equal(wrong, text) {
				t.Fatalf("%s: nothing in the assembly is like %s", c.mistake, c.from)
			}
		}
		m.write(t, "samebits/x_amd64_gen.s", wrong)
		if out := m.goTest(t, "-run", "^TestSameBits$", "-v", "./samebits"); !strings.Contains(out, c.found) {
			t.Errorf("%s: go test does not say %q:\n%s", c.mistake, c.found, beginning(out))
		}
	}
}

// TestSameBits runs networks of rounding: strict at every level of the machine, on numbers of every kind: all functions give the bits of the
// portable code. The whole of it: go test ./gen -run SameBits -timeout 0 -specs 800
func TestSameBits(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("compiling networks takes a while; go test without -short does it")
	}
	networks := strictNetworks(*specs/4, *specs > 30)
	m := newModule(t)
	test, err := os.ReadFile("testdata/samebits/samebits_test.go")
	if err != nil {
		t.Fatal(err)
	}
	for lo := 0; lo < len(networks); lo += perRun {
		some := networks[lo:min(lo+perRun, len(networks))]
		packages := m.emitPackages(t, "s", lo, some, func(pkg string, part []spec.Network) {
			m.write(t, filepath.Join(pkg, "samebits_test.go"), bytes.Replace(test, []byte("package samebits"), []byte("package "+pkg), 1))
			m.write(t, filepath.Join(pkg, "list_test.go"), sameBitsList(pkg, part))
		})
		out := m.goTest(t, append([]string{"-run", "^TestSameBits$", "-v"}, packages...)...)
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
				t.Errorf("network %s:\n%s\n%s", n.Name, yaml(n), beginning(said))
			}
		}
		if failures > 0 {
			t.Errorf("%d of %d networks failed", failures, len(some))
		}
		if len(passed) == 0 {
			t.Fatalf("nothing ran:\n%s", beginning(out))
		}
		t.Logf("%d of %d networks done", lo+len(some), len(networks))
		m.remove(t, packages)
	}
}

// sameBitsList is the test that runs the networks of a package.
func sameBitsList(pkg string, networks []spec.Network) []byte {
	var list bytes.Buffer
	fmt.Fprintf(&list, "package %s\n\nimport \"testing\"\n\nfunc TestSameBits(t *testing.T) {\n", pkg)
	for _, n := range networks {
		n = n.WithDefaults()
		prefix := portable.Prefix(n.Name)
		fmt.Fprintf(&list, "\tt.Run(%q, kernel[%[2]s, %[2]sGrad, %[2]sWorkspace, %[2]sBatch, [%[3]d]%[5]s, [%[4]d]%[5]s, %[5]s]{%[6]sAtLevels, %[6]sKernel}.run)\n",
			n.Name, n.Name, n.Input, n.Width(n.Depth()), n.Precision, prefix)
	}
	fmt.Fprint(&list, "}\n")
	return list.Bytes()
}
