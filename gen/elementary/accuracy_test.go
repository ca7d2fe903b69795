package elementary

import (
	"flag"
	"fmt"
	"maps"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen/code"
	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/internal/overlay"
	"github.com/backpropgen/backpropgen/templates"
	"github.com/backpropgen/backpropgen/verify"
)

var (
	exhaustive = flag.Bool("exhaustive", false, "test the float32 functions on all 2^32 arguments")
	samples    = flag.Int("samples", 0,
		"test the float64 functions on as many arguments in every interval; 0 for some thousands")
	measure = flag.Bool("measure", false, "measure how long elementary functions take, and those of package math")
)

// accuracyFiles are every elementary function in both precisions, sExp … and dExp …, beside the tests of
// testdata/accuracy.
func accuracyFiles(t *testing.T) overlay.Files {
	t.Helper()
	files := overlay.Files{}
	for _, c := range []struct {
		file, prefix, typ string
		table             map[expr.Op]elementary
	}{{"single.go", "s", "float32", elementary32}, {"double.go", "d", "float64", elementary64}} {
		f := &code.File{Package: "accuracy"}
		if err := Declare(f, c.prefix, slices.Sorted(maps.Keys(c.table)), code.KindOf(c.typ)); err != nil {
			t.Fatal(err)
		}
		src, err := templates.Program(f).Render()
		if err != nil {
			t.Fatal(err)
		}
		files["testdata/accuracy/"+c.file] = src
	}
	return files
}

// run runs a command and returns its output.
func run(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %v\n%s", cmd, err, out)
	}
	return string(out)
}

// TestAccuracy emits every elementary function, compiles them, and measures them: float32 functions on a sample of all
// bit patterns to 0.51 ULP, float64 functions on samples and hard cases to 1 ULP. All 2^32 float32 arguments take some
// minutes, and more samples for float64 as long as one likes:
//
//	go test ./gen/elementary -run 'Accuracy$' -v -timeout 0 -exhaustive -samples 1000000
//
// With -measure it also reports their times beside those of package math.
func TestAccuracy(t *testing.T) {
	if testing.Short() && !*exhaustive && !*measure {
		t.Skip("SKIPPED with -short: compiling the functions takes seconds; go test without -short does it")
	}
	args := []string{"test", "-vet=off", "-count=1", "-v", "-timeout=0", "./testdata/accuracy", "-args"}
	if *measure {
		args = append(args, "-measure")
	}
	if *exhaustive {
		args = append(args, "-stride=1")
	}
	if *samples > 0 {
		args = append(args, fmt.Sprintf("-samples=%d", *samples))
	}
	out := run(t, accuracyFiles(t).Go(t, args...))
	t.Log(out)
	for op := range elementary32 {
		want := []string{fmt.Sprintf("--- PASS: TestFloat32/%s ", op)}
		if op != expr.OpAbs && op != expr.OpWhere {
			want = append(want, fmt.Sprintf("--- PASS: TestFloat64/%s ", op))
		}
		for _, want := range want {
			if !strings.Contains(out, want) {
				t.Errorf("the tests of %v did not run: %q is missing", op, want)
			}
		}
	}
	if verify.ElementaryULPsFloat32 < 1 || verify.ElementaryULPsFloat64 < 1 {
		t.Errorf("the judge grants %d and %d ULP, less than the functions promise", verify.ElementaryULPsFloat32,
			verify.ElementaryULPsFloat64)
	}
}

// TestBranchless checks that the compiler makes conditional moves of the choices in elementary functions.
func TestBranchless(t *testing.T) {
	if testing.Short() {
		t.Skip("to link the functions and disassemble them takes a second; go test without -short does it")
	}
	if runtime.GOARCH != "amd64" {
		t.Skipf("the jumps looked for are those of amd64; this is %s", runtime.GOARCH)
	}
	// The disassembler takes the ends of instructions with a VEX prefix, which higher levels have, for jumps.
	t.Setenv("GOAMD64", "v1")
	binary := filepath.Join(t.TempDir(), "accuracy.test")
	run(t, accuracyFiles(t).Go(t, "test", "-c", "-o", binary, "./testdata/accuracy"))
	branch := regexp.MustCompile(`\tJ[A-Z]+\s`)
	text := run(t, exec.Command("go", "tool", "objdump", "-s", `/accuracy\.[sd][A-Z][a-z0-9]*$`, binary))
	bodies := map[string]string{}
	for _, function := range strings.Split(text, "TEXT ")[1:] {
		name, body, _ := strings.Cut(function, "(SB)")
		bodies[path.Base(name)] = body
	}
	for op := range elementary32 {
		if op == expr.OpWhere {
			continue // it is inlined wherever it is called
		}
		for _, prefix := range []string{"s", "d"} {
			name := "accuracy." + Name(prefix, op)
			if !strings.Contains(bodies[name], "RET") {
				t.Errorf("%s is not in the binary", name)
			}
			for line := range strings.Lines(bodies[name]) {
				if branch.MatchString(line) {
					t.Errorf("%s jumps: %s", name, line)
				}
			}
		}
	}
}

// TestUnchecked checks that the compiler proves every index of an elementary function within bounds, and puts nothing
// on the heap.
func TestUnchecked(t *testing.T) {
	out := run(t, accuracyFiles(t).Go(t, "build", "-gcflags=-m -d=ssa/check_bce/debug=1", "./testdata/accuracy"))
	if !strings.Contains(out, "can inline sAbs") {
		t.Fatalf("the compiler does not say what it does:\n%s", out)
	}
	for line := range strings.Lines(out) {
		if strings.Contains(line, "Found Is") || strings.Contains(line, "escapes to heap") ||
			strings.Contains(line, "moved to heap") {
			t.Error(line)
		}
	}
}
