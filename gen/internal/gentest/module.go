package gentest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/spec"
)

// Module is a Go module in a temporary folder that requires this one, as a user's would.
type Module struct {
	Dir string
	// Macros are in the assembly of networks that are emitted, as in a user's. Without them it is the same machine
	// code.
	Macros bool
}

// ModulePath is that of this module.
const ModulePath = "github.com/backpropgen/backpropgen"

// NewModule makes the module. It takes over this module's requirements, so that the go command needs no network.
func NewModule(t *testing.T) Module {
	t.Helper()
	root := Root(t)
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(mod), "module "+ModulePath+"\n", "module random\n", 1)
	text += fmt.Sprintf("\nrequire %s v0.0.0\nreplace %s => %q\n", ModulePath, ModulePath, root)
	sum, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	m := Module{Dir: t.TempDir()}
	m.Write(t, "go.mod", []byte(text))
	m.Write(t, "go.sum", sum)
	return m
}

// Write writes a file of the module.
func (m Module) Write(t *testing.T, name string, data []byte) {
	t.Helper()
	path := filepath.Join(m.Dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// callCycles is the limit of calls of the assembly that a network gets, by its name: the usual one, one at which longer
// operations pause, or one at which functions pause wherever they can.
func callCycles(n spec.Network) int {
	return []int{0, 1, 500, 1}[sum(n.Name)%4]
}

// sum is a number that tells names apart.
func sum(name string) (n int) {
	for _, c := range []byte(name) {
		n += int(c)
	}
	return n
}

// Emit generates networks into one package of the module, with the assembly that this machine runs.
func (m Module) Emit(t *testing.T, pkg string, networks ...spec.Network) {
	t.Helper()
	for _, n := range networks {
		m.EmitWith(t, n, gen.Options{Package: pkg, Qualify: true, EveryLevel: true, CallCycles: callCycles(n),
			Backends: emittedBackends(n)})
	}
}

// EmitWith generates a network into the package that the options say, with the assembly that is run unless they name
// backends.
func (m Module) EmitWith(t *testing.T, n spec.Network, o gen.Options) {
	t.Helper()
	if o.Backends == nil {
		o.Backends = NativeBackends()
	}
	o.NoMacros = !m.Macros
	files, err := Generate(t, n, o)
	if err != nil {
		t.Fatalf("%v; the spec:\n%s", err, YAML(n))
	}
	for _, f := range files {
		m.Write(t, filepath.Join(o.Package, f.Name), f.Data)
	}
}

// EmitPackages generates networks into packages, perPackage in each, named by a letter and the number of its first one,
// and returns how go test is told of them. also puts more into a package.
func (m Module) EmitPackages(t *testing.T, letter string, first int, networks []spec.Network,
	also func(pkg string, part []spec.Network)) (packages []string) {
	t.Helper()
	for i := 0; i < len(networks); i += perPackage {
		pkg, part := fmt.Sprintf("%s%04d", letter, first+i), networks[i:min(i+perPackage, len(networks))]
		m.Emit(t, pkg, part...)
		also(pkg, part)
		packages = append(packages, "./"+pkg)
	}
	return packages
}

// Remove deletes packages.
func (m Module) Remove(t *testing.T, packages []string) {
	t.Helper()
	for _, pkg := range packages {
		if err := os.RemoveAll(filepath.Join(m.Dir, pkg)); err != nil {
			t.Fatal(err)
		}
	}
}

// Result is what go test and the compiler said about a network.
type Result struct {
	Passed  []string // the emitted tests and examples that passed
	Said    int      // lines of the compiler about its kernel; there are always some
	Failed  string   // what did not first: a test, an example, "build" or "diagnostics"; empty: nothing
	Message string   // what was printed about it
}

// OK says whether the compiler gave its diagnostics, and every emitted test ran and passed.
func (r Result) OK(n spec.Network) bool {
	return r.Failed == "" && r.Said > 0 && slices.Contains(r.Passed, "Test"+n.Name) &&
		slices.Contains(r.Passed, "Example"+n.Name)
}

// event is a line of go test -json.
type event struct{ Action, Test, Output, ImportPath string }

// Test runs go test on packages of the module and returns the result of each network.
func (m Module) Test(t *testing.T, networks []spec.Network, packages ...string) map[string]Result {
	t.Helper()
	// -short: three times every kind of trial; other networks find more than more trials do. The compiler says on the
	// way which bounds checks it was left with and what it put on the heap.
	args := []string{"test", "-json", "-short", "-count=1", "-vet=off", "-gcflags=-m -d=ssa/check_bce/debug=1"}
	if *qemu { // networks of a package take longer together than a test may by itself; the test that asks has a limit
		args = append(args, "-timeout=0")
	}
	cmd := exec.Command("go", append(args, packages...)...)
	cmd.Dir = m.Dir
	cmd.Env = Environment()
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatalf("go test did not start: %v", err)
	}
	var events []event
	for dec := json.NewDecoder(&stdout); ; {
		var e event
		if err := dec.Decode(&e); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("go test -json printed no JSON: %v; standard error:\n%s", err, &stderr)
		}
		events = append(events, e)
	}
	if len(events) == 0 {
		t.Fatalf("go test ran nothing: %v; standard error:\n%s", err, &stderr)
	}
	sorted := results(networks, events)
	other := sorted[""]
	other.Message += stderr.String()
	sorted[""] = other
	return sorted
}

var (
	aboutFile = regexp.MustCompile(`^(?:.*/)?([^/]+_gen(?:_test)?\.go):\d+:\d+: (.*)\n$`)
	// unwanted is what the compiler may say about no kernel, harmless what else it says because it was asked, and what
	// it says of a constructor.
	unwanted = regexp.MustCompile(`^Found Is(Slice)?InBounds$|escapes to heap|^moved to heap`)
	// panicked is the message of a panic: static data, of which the compiler says that it escapes. It cuts long ones
	// short.
	panicked = regexp.MustCompile(`^"[^"]*("|\.\.\.) escapes to heap\n?$`)
	harmless = regexp.MustCompile(`^new\(([A-Z]\w*|[a-z]\w*Worker)\) escapes to heap$|can inline|inlining call|does not escape|leaking param|ignoring self-assignment`)
)

// results sorts what was said by networks; what is about none of them is the message of the network "".
func results(networks []spec.Network, events []event) map[string]Result {
	owner := map[string]string{} // of a file
	kernel := map[string]bool{}
	for _, n := range networks {
		files := gen.FileNames(n)
		for _, f := range files {
			owner[f] = n.Name
			kernel[f] = !slices.Contains(files[1:4], f) && !strings.HasSuffix(f, "_test.go")
		}
	}
	results := map[string]Result{}
	fail := func(network, what, message string) {
		r := results[network]
		if r.Failed == "" {
			r.Failed = what
		}
		if r.Failed == what {
			r.Message += message
		}
		results[network] = r
	}
	broken := map[string]bool{} // packages that do not build
	for _, e := range events {
		if e.Action == "build-fail" {
			broken[e.ImportPath] = true
		}
	}
	output := map[string]string{}
	rest := ""
	for _, e := range events {
		name, _, _ := strings.Cut(e.Test, "/") // of the test without the level that it is run at
		network := strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(name, "Test"), "Example"), BoundsSuffix)
		switch {
		case e.Action == "build-output":
			// One event holds all that the compiler says about a package.
			for line := range strings.Lines(e.Output) {
				m := aboutFile.FindStringSubmatch(line)
				if m == nil || owner[m[1]] == "" {
					rest += line
					continue
				}
				name := owner[m[1]]
				if kernel[m[1]] {
					r := results[name]
					r.Said++
					results[name] = r
				}
				switch {
				case panicked.MatchString(m[2]):
				case kernel[m[1]] && unwanted.MatchString(m[2]) && !harmless.MatchString(m[2]):
					fail(name, "diagnostics", line)
				case broken[e.ImportPath] && !unwanted.MatchString(m[2]) && !harmless.MatchString(m[2]):
					fail(name, "build", line)
				}
			}
		case e.Test == "":
			rest += e.Output
		case e.Action == "output":
			output[e.Test] += e.Output
		case e.Action == "pass":
			r := results[network]
			r.Passed = append(r.Passed, e.Test)
			results[network] = r
		case e.Action == "fail":
			fail(network, e.Test, output[e.Test])
		}
	}
	results[""] = Result{Message: rest}
	return results
}

// GoTest runs go test in the module and returns what it prints, passed or not.
func (m Module) GoTest(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.Command("go", append([]string{"test", "-count=1", "-vet=off"}, args...)...)
	cmd.Dir = m.Dir
	cmd.Env = Environment()
	out, err := cmd.CombinedOutput()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatalf("go test did not start: %v", err)
	}
	return string(out)
}

// Beginning is the first lines of a text: a wrong kernel is wrong in everything that follows.
func Beginning(text string) string {
	lines := strings.SplitAfterN(text, "\n", 21)
	if len(lines) <= 20 {
		return text
	}
	return strings.Join(lines[:20], "") + "…\n"
}

// perPackage is how many networks are compiled together: linking the reference costs more than a few of them.
const perPackage = 25

// Generate is gen.Generate; a panic fails the test.
func Generate(t *testing.T, n spec.Network, o gen.Options) (files []gen.File, err error) {
	t.Helper()
	defer func() {
		if r := recover(); r != nil {
			t.Fatalf("Generate panics: %v; the spec:\n%.2000s\n%s", r, YAML(n), debug.Stack())
		}
	}()
	return gen.Generate(n, o)
}

// Environment is the environment of the go command in a module. It needs no network. Without the paths of temporary
// folders in what it compiles it finds in its cache what an earlier test, or the last run, has compiled. No program is
// given to a debugger, so none gets its tables; and the compiler, which holds little memory here, spends a quarter of
// its time on collecting it unless it may let the heap grow.
func Environment() []string {
	env := append(os.Environ(), "GOFLAGS="+goFlags, "GOGC=400", "GOPROXY=off", "GOWORK=off", "GOTOOLCHAIN=local")
	if *qemu {
		env = append(env, Emulated()...)
	}
	return env
}

const goFlags = "-mod=mod -trimpath -ldflags=-w"

// GoCommand is the go command in the module.
func (m Module) GoCommand(args ...string) *exec.Cmd {
	cmd := exec.Command("go", args...)
	cmd.Dir = m.Dir
	cmd.Env = Environment()
	return cmd
}

// BoundsSuffix is what the name of a test has at its end that holds errors to the bounds of explain.
const BoundsSuffix = "Bounds"
