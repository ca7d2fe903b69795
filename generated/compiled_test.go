package generated_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/internal/overlay"
)

// diagnose compiles packages of the module in dir and returns what the compiler says about escapes, inlining and bounds
// checks, a line each. The go command keeps the compiler's words with what it compiled, so that they come again from
// the build cache without compiling again.
func diagnose(t *testing.T, dir string, packages ...string) []string {
	t.Helper()
	// For the host alone: the passes that prove bounds are the same for every architecture.
	args := append([]string{"build", "-gcflags=-m -d=ssa/check_bce/debug=1"}, packages...)
	cmd := exec.Command("go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), overlay.Flags(""), "GOWORK=off")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}

var (
	diagnostic = regexp.MustCompile(`^(.*_gen\.go):(\d+):(\d+): (.*)$`)
	unwanted   = regexp.MustCompile(`^Found Is(Slice)?InBounds$|escapes to heap|^moved to heap`)
	// constructed is what a constructor is for; nothing else in a kernel's file says new of a type.
	constructed = regexp.MustCompile(`^new\([A-Z]\w*\) escapes to heap$|^new\([a-z]\w*Worker\) escapes to heap$`)
	// constant is the message of a panic: static data, of which the compiler says that it escapes.
	constant = regexp.MustCompile(`^"[^"]*("|\.\.\.) escapes to heap$`)
)

// findings are the diagnostics about emitted kernels that none of them may have: a bounds check that the compiler could
// not prove away, or a value on the heap other than what a constructor returns. lines is the number of all diagnostics
// about each kernel's file.
func findings(diagnostics []string) (found []string, lines map[string]int) {
	lines = map[string]int{}
	for _, d := range diagnostics {
		m := diagnostic.FindStringSubmatch(d)
		if m == nil || strings.HasSuffix(m[1], "_store_gen.go") {
			continue // what saves and loads is no kernel
		}
		if strings.HasSuffix(m[1], "_team_gen.go") && m[4] == "Found IsSliceInBounds" {
			continue // once for a thousand elements, where a team hands over slices of whole arrays
		}
		lines[filepath.Base(m[1])]++
		if unwanted.MatchString(m[4]) && !constructed.MatchString(m[4]) && !constant.MatchString(m[4]) {
			found = append(found, d)
		}
	}
	return found, lines
}

// TestCompiled holds every emitted kernel to what is promised of it: no bounds check, nothing on the heap.
func TestCompiled(t *testing.T) {
	if testing.Short() {
		t.Skip("compiling every kernel for its diagnostics takes some seconds; go test without -short does it")
	}
	var packages []string
	for _, name := range folders(t) {
		packages = append(packages, "./"+name)
	}
	packages = append(packages, "./"+several)
	found, lines := findings(diagnose(t, ".", packages...))
	for _, f := range found {
		t.Errorf("generated/%s: emitted kernels must have no bounds check and put nothing on the heap", f)
	}
	kernels := folders(t)
	specs, err := filepath.Glob(several + "/*.yaml")
	if err != nil || len(specs) == 0 {
		t.Fatalf("no specs in %s: %v", several, err)
	}
	for _, s := range specs {
		kernels = append(kernels, strings.TrimSuffix(filepath.Base(s), ".yaml"))
	}
	for _, name := range kernels {
		// Every kernel has pointer parameters and small methods that the compiler says something about.
		if file := name + "_gen.go"; lines[file] == 0 {
			t.Errorf("the compiler said nothing at all about %s, so nothing was checked; has the form of its diagnostics changed?", file)
		}
	}
}

// TestFindings lets the compiler loose on a package with one of each thing that must not be, and a clean
// function beside them.
func TestFindings(t *testing.T) {
	if testing.Short() {
		t.Skip("needs the compiler; go test without -short runs it")
	}
	dir := t.TempDir()
	write(t, filepath.Join(dir, "go.mod"), []byte("module bad\n\ngo 1.25\n"))
	source := []string{
		"package bad",
		"type Ws struct{ A [4]float32 }",
		"func clean(ws *Ws) float32 { return ws.A[3] }",
		"func index(ws *Ws, i int) float32 { return ws.A[i] } // want: Found IsInBounds",
		"func slice(ws *Ws, i int) []float32 { return ws.A[i:] } // want: Found IsSliceInBounds",
		"func local() *Ws {",
		"	var ws Ws // want: moved to heap: ws",
		"	return &ws",
		"}",
		"func NewWs() *Ws { return new(Ws) }",
		"func grow() []float32 { return make([]float32, 4) } // want: make([]float32, 4) escapes to heap",
		"func boxed(x float32) any { return x } // want: x escapes to heap",
		"func message(s string) any { return \"a \" + s } // want: \"a \" + s escapes to heap",
		"func refuse() { panic(\"a constant\") }",
		"var _ = []any{refuse, message, clean, index, slice, local, NewWs, grow, boxed}",
	}
	write(t, filepath.Join(dir, "bad_gen.go"), []byte(strings.Join(source, "\n")+"\n"))
	write(t, filepath.Join(dir, "bad.go"),
		[]byte("package bad\n\n// Mine is not emitted and may do as it likes.\nfunc Mine(x []int, i int) int { return x[i] }\n"))

	found, lines := findings(diagnose(t, dir, "."))
	if lines["bad_gen.go"] == 0 || lines["bad.go"] != 0 {
		t.Errorf("diagnostics were counted for %v, want some for bad_gen.go alone", lines)
	}
	want := map[string]bool{}
	for i, line := range source {
		if _, text, ok := strings.Cut(line, "// want: "); ok {
			want[fmt.Sprintf("%d: %s", i+1, text)] = true
		}
	}
	seen := map[string]bool{}
	for _, f := range found {
		m := diagnostic.FindStringSubmatch(f)
		key := fmt.Sprintf("%s: %s", m[2], m[4])
		if !want[key] && m[2] != fmt.Sprint(len(source)) {
			t.Errorf("found %q, which is not wanted", f)
		}
		seen[key] = true // the compiler may say it of an expression and of its part
	}
	for key := range want {
		if seen[key] {
			continue
		}
		t.Errorf("line %s was not found; the compiler's diagnostics:\n%s", key, strings.Join(found, "\n"))
	}
}
