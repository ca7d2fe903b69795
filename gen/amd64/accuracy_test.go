package amd64

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/printer"
	"golang.org/x/sys/cpu"

	"github.com/backpropgen/backpropgen/gen/expr"
)

var exhaustive = flag.Bool("exhaustive", false, "test the float32 functions on all 2^32 arguments")

// accuracyOps are the elementary functions that have a rounding error.
var accuracyOps = []expr.Op{
	expr.OpExp, expr.OpExpm1, expr.OpLog, expr.OpLog1p, expr.OpSigmoid, expr.OpTanh, expr.OpAtan, expr.OpErf, expr.OpSqrt,
}

// lanesTested is how many numbers a tested function takes at once.
const lanesTested = 256

// machineLevels are the levels of this machine.
func machineLevels() []Level {
	var levels []Level
	if cpu.X86.HasAVX2 && cpu.X86.HasFMA {
		levels = append(levels, AVX2)
	}
	if cpu.X86.HasAVX512F && cpu.X86.HasAVX512VL && cpu.X86.HasAVX512DQ {
		levels = append(levels, AVX512)
	}
	return levels
}

// variants are the ways in which functions are written: with short chains of operations, and with few of them.
var variants = map[bool]string{false: "", true: "Many"}

// elementaryAssembly is an assembly file with every elementary function at every level and in every variant, in both precisions, over
// arrays, and the Go that declares them and lists them as kernels.
func elementaryAssembly(t *testing.T) (assembly, declarations []byte) {
	t.Helper()
	f := &file{data: &ir.Global{Symbol: dataSymbol("accuracy"), Attributes: dataAttributes}, known: map[string]ref{}}
	out := ir.NewFile()
	var decl, list bytes.Buffer
	for _, l := range machineLevels() {
		for _, size := range []int{4, 8} {
			m, typ := machine{l, size}, fmt.Sprintf("float%d", 8*size)
			for i := range len(accuracyOps) * len(variants) {
				op, many := accuracyOps[i/len(variants)], i%len(variants) > 0
				level := l.String() + variants[many]
				name := fmt.Sprintf("%s%s%d", op, level, 8*size)
				fn := newFunction(f, m, name, []param{{name: "x", dim: lanesTested}, {name: "y", dim: lanesTested}}, false)
				fn.many = many
				fn.chunks(lanesTested, m.lanes(), 0, []int{1}, func(at index, n int) {
					v := elementary[op](fn.code, fn.code.load(fn.along(ref{base: fn.bases["x"]}, at), n))
					fn.code.store(v, fn.along(ref{base: fn.bases["y"]}, at), n)
				})
				out.AddSection(fn.finish())
				for _, err := range fn.errs {
					t.Fatal(err)
				}
				fmt.Fprintf(&decl, "\n//go:noescape\nfunc %s(x, y *[%d]%s)\n", name, lanesTested, typ)
				fmt.Fprintf(&list, "\tlist%d = append(list%d, kernel%d{%q, %q, %s})\n", 8*size, 8*size, 8*size, op, level, name)
			}
		}
	}
	out.AddSection(f.data)
	if err := rest.Execute(out); err != nil {
		t.Fatal(err)
	}
	text, err := printer.NewGoAsm(printer.Config{}).Print(out)
	if err != nil {
		t.Fatal(err)
	}
	return text, fmt.Appendf(nil, "package accuracy\n%s\nfunc init() {\n%s}\n", decl.Bytes(), list.Bytes())
}

// TestAccuracy emits every elementary function, assembles them and measures them: float32 functions on a sample of all bit
// patterns to 1 ULP, float64 functions to 2 ULP. All 2^32 float32 arguments take some minutes:
//
//	go test ./gen/amd64 -run 'Accuracy$' -v -timeout 0 -exhaustive
func TestAccuracy(t *testing.T) {
	if len(machineLevels()) == 0 {
		t.Skip("this machine has none of the instruction sets")
	}
	dir := t.TempDir()
	write := func(name string, data []byte) {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	assembly, declarations := elementaryAssembly(t)
	write("go.mod", []byte("module accuracy\n\ngo 1.25.0\n"))
	write("functions_amd64.s", assembly)
	write("functions_amd64.go", declarations)
	// The reference is the one that judges the portable functions.
	for _, name := range []string{"testdata/accuracy/kernels.go", "testdata/accuracy/accuracy_test.go", "../../templates/testdata/accuracy/reference_test.go"} {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		write(filepath.Base(name), src)
	}
	args := []string{"test", "-count=1", "-v", "-timeout=0", "."}
	if *exhaustive {
		args = append(args, "-args", "-stride=1")
	}
	cmd := exec.Command("go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off", "GOTOOLCHAIN=local", "GOPROXY=off")
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Fatalf("go %s: %v", strings.Join(args, " "), err)
	}
	for _, l := range machineLevels() {
		for _, op := range accuracyOps {
			for _, test := range []string{"Float32", "Float64", "Special"} {
				for _, variant := range variants {
					if want := fmt.Sprintf("--- PASS: Test%s/%s/%s%s ", test, op, l, variant); !bytes.Contains(out, []byte(want)) {
						t.Errorf("the tests of %s at level %s%s did not run: no %q", op, l, variant, want)
					}
				}
			}
		}
	}
	if !*exhaustive { // the page has what is found on the sample
		holdPage(t, string(out))
	}
}

// holdPage checks that no error is larger than the page of guarantees says of its function.
func holdPage(t *testing.T, out string) {
	t.Helper()
	page, err := os.ReadFile("../../verify/README.md")
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]float64{}
	for _, row := range regexp.MustCompile("(?m)^\\| `(\\w+)` \\| ([0-9.]+) \\| ([0-9.]+) \\|$").FindAllStringSubmatch(string(page), -1) {
		for i, precision := range []string{"float32", "float64"} {
			if said[precision+" "+row[1]], err = strconv.ParseFloat(row[2+i], 64); err != nil {
				t.Fatal(err)
			}
		}
	}
	found := regexp.MustCompile(`(float\d\d \w+): \d+ arguments, largest error ([0-9.]+) ULP`).FindAllStringSubmatch(out, -1)
	if want := 2 * len(accuracyOps) * len(machineLevels()) * len(variants); len(found) != want {
		t.Fatalf("%d largest errors printed, want %d", len(found), want)
	}
	for _, f := range found {
		if e, err := strconv.ParseFloat(f[2], 64); err != nil || !(e <= said[f[1]]) {
			t.Errorf("%s: an error of %s ULP; verify/README.md says at most %v", f[1], f[2], said[f[1]])
		}
	}
}
