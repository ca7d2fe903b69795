package templates

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/verify"
)

var (
	exhaustive = flag.Bool("exhaustive", false, "test the float32 functions on all 2^32 arguments")
	measure    = flag.Bool("measure", false, "measure how long the float32 functions take, and those of package math")
)

// elementaryModule is a module that holds every elementary function in both precisions, sExp … and dExp …, and the
// tests of testdata/accuracy.
func elementaryModule(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	write := func(name string, data []byte) {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("go.mod", []byte("module accuracy\n\ngo 1.25.0\n"))
	for _, c := range []struct {
		file, prefix, typ string
		table             map[expr.Op]elementary
	}{{"single.go", "s", "float32", elementary32}, {"double.go", "d", "float64", elementary64}} {
		f := NewFile("accuracy", nil)
		if err := f.Elementary(c.prefix, slices.Sorted(maps.Keys(c.table)), c.typ); err != nil {
			t.Fatal(err)
		}
		src, err := f.Render()
		if err != nil {
			t.Fatal(err)
		}
		write(c.file, src)
	}
	tests, err := filepath.Glob("testdata/accuracy/*.go")
	if err != nil || len(tests) == 0 {
		t.Fatalf("no tests under testdata/accuracy: %v", err)
	}
	for _, name := range tests {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		write(filepath.Base(name), src)
	}
	return dir
}

// goTool runs the go command in a folder and returns its output.
func goTool(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off", "GOTOOLCHAIN=local", "GOPROXY=off")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, &out)
	}
	return out.String()
}

// TestAccuracy emits every elementary function, compiles them, and measures them: float32 functions on a sample of all
// bit patterns to 0.51 ULP, float64 functions to what the judge grants them. All 2^32 float32 arguments take some
// minutes:
//
//	go test ./templates -run 'Accuracy$' -v -timeout 0 -exhaustive
//
// With -measure it also benchmarks them beside those of package math.
func TestAccuracy(t *testing.T) {
	args := []string{"test", "-count=1", "-v", "-timeout=0", "."}
	if *measure {
		args = append(args, "-bench=.")
	}
	args = append(args, "-args", fmt.Sprintf("-ulps=%d", verify.ElementaryULPsFloat64))
	if *exhaustive {
		args = append(args, "-stride=1")
	}
	out := goTool(t, elementaryModule(t), args...)
	t.Log(out)
	for op := range elementary32 {
		if want := fmt.Sprintf("--- PASS: TestFloat32/%s ", op); !strings.Contains(out, want) {
			t.Errorf("the tests of %v did not run", op)
		}
	}
}

// TestBranchless checks that the compiler makes conditional moves of the choices in functions that are to have no jump.
func TestBranchless(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skipf("the jumps looked for are those of amd64; this is %s", runtime.GOARCH)
	}
	// The disassembler takes the ends of instructions with a VEX prefix, which higher levels have, for jumps.
	t.Setenv("GOAMD64", "v1")
	dir := elementaryModule(t)
	goTool(t, dir, "test", "-c", "-o", "accuracy.test", ".")
	branch := regexp.MustCompile(`\tJ[A-Z]+\s`)
	for _, op := range []expr.Op{expr.OpExp, expr.OpExpm1, expr.OpTanh, expr.OpSigmoid, expr.OpAtan, expr.OpSin, expr.OpCos, expr.OpErf} {
		name := "accuracy." + FunctionName("s", op)
		text := goTool(t, dir, "tool", "objdump", "-s", "^"+regexp.QuoteMeta(name)+"$", "accuracy.test")
		if !strings.Contains(text, "RET") {
			t.Errorf("%s is not in the binary:\n%s", name, text)
		}
		for line := range strings.Lines(text) {
			if branch.MatchString(line) {
				t.Errorf("%s jumps: %s", name, line)
			}
		}
	}
}

// TestUnchecked checks that the compiler proves every index of an elementary function within bounds, and puts nothing on
// the heap.
func TestUnchecked(t *testing.T) {
	out := goTool(t, elementaryModule(t), "build", "-gcflags=-m -d=ssa/check_bce/debug=1", ".")
	if !strings.Contains(out, "can inline sAbs") {
		t.Fatalf("the compiler does not say what it does:\n%s", out)
	}
	for line := range strings.Lines(out) {
		if strings.Contains(line, "Found Is") || strings.Contains(line, "escapes to heap") || strings.Contains(line, "moved to heap") {
			t.Error(line)
		}
	}
}
