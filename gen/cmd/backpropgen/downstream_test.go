package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/internal/overlay"
)

const (
	modulePath  = "github.com/backpropgen/backpropgen"
	commandPath = modulePath + "/gen/cmd/backpropgen"

	xorSpec = `name: Xor
input: 2
layers:
  - dense: 3
    activation: sigmoid
  - dense: 1
    activation: sigmoid
cost: mse
`
)

// downstream is somebody else's module, which requires this one.
type downstream struct {
	t   *testing.T
	dir string
	env []string
}

// newDownstream makes a module. It builds with what the module cache holds for this module's own sake, and without a
// network.
func newDownstream(t *testing.T, tool bool) *downstream {
	t.Helper()
	if testing.Short() {
		t.Skip("SKIPPED with -short: it builds and tests another module")
	}
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	// The command and the judge are in the cache as the tests of this module have them compiled. The compiler is
	// quicker if its heap may grow, and so is the linker without tables for debuggers.
	env := append(os.Environ(), overlay.Flags("-mod=mod -ldflags=-w"), "GOGC=400", "GOPROXY=off", "GOWORK=off",
		"GOPACKAGE=")
	d := &downstream{t, t.TempDir(), env}
	mod := fmt.Sprintf("module example.com/downstream\n\ngo 1.25.0\n\nrequire %s v0.0.0\n\nreplace %s => %q\n",
		modulePath, modulePath, root)
	write(t, d.path("go.mod"), mod, 0o644)
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, d.path("go.sum"), string(sums), 0o644)
	if tool {
		d.getTool()
	}
	return d
}

// getTool adds the command to the module's tools. go get wants the go.mod of every module in the graph, those too
// that nothing builds and that a fresh cache lacks: it fetches these from where the user gets modules.
func (d *downstream) getTool() {
	d.t.Helper()
	out, err := d.try(d.env, ".", "get", "-tool", commandPath)
	if err == nil {
		return
	}
	if !strings.Contains(out, "module lookup disabled by GOPROXY=off") {
		d.t.Fatalf("go get -tool: %v\n%s", err, out)
	}
	online := append(slices.Clip(d.env), "GOPROXY="+proxy(d.t))
	if again, err := d.try(online, ".", "get", "-tool", commandPath); err != nil {
		d.t.Skipf("SKIPPED: the module cache lacks what go get -tool reads, and it can't be fetched: %v\n%s%s", err, out, again)
	}
}

// proxy is where the user gets modules from.
func proxy(t *testing.T) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "env", "GOPROXY").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

func (d *downstream) path(name string) string { return filepath.Join(d.dir, name) }

// goes runs the go command in a folder of the module and returns what it prints.
func (d *downstream) goes(folder string, args ...string) string {
	d.t.Helper()
	out, err := d.try(d.env, folder, args...)
	if err != nil {
		d.t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

// try runs the go command in a folder of the module, with the given environment.
func (d *downstream) try(env []string, folder string, args ...string) (string, error) {
	cmd := exec.CommandContext(d.t.Context(), "go", args...)
	cmd.Dir, cmd.Env = d.path(folder), env
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func (d *downstream) wants(text string, parts ...string) {
	d.t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			d.t.Errorf("want %q in\n%s", part, text)
		}
	}
}

// twoNetworks puts two specs into one package, has go generate make their files with the given command, and
// builds the lot.
func (d *downstream) twoNetworks(command string) {
	d.t.Helper()
	write(d.t, d.path("nets/iris.yaml"), irisSpec, 0o644)
	write(d.t, d.path("nets/xor.yaml"), xorSpec, 0o644)
	// Spelt in two pieces, so that go generate doesn't take this file's text for a directive of its own.
	const directive = "//go:" + "generate "
	write(d.t, d.path("nets/nets.go"), `// Package nets holds two networks.
package nets

`+directive+command+` generate iris.yaml xor.yaml

// Both uses both.
func Both(iris *Iris, w *IrisWorkspace, x *[IrisInputs]float32, xor *Xor, v *XorWorkspace) float32 {
	return xor.Forward(v, (*[XorInputs]float32)(iris.Forward(w, x)[:XorInputs]))[0]
}
`, 0o644)
	d.wants(d.goes(".", "generate", "-x", "./..."), "iris.yaml: Iris 4-8-3, 67 parameters",
		"xor.yaml: Xor 2-3-1, 13 parameters")
	d.goes(".", "vet", "./...")
	d.goes(".", "build", "./...")
	d.wants(d.goes(".", "generate", "./..."), "iris.yaml: Iris", "up to date")
}

func TestDownstreamGoRun(t *testing.T) {
	d := newDownstream(t, false)
	d.twoNetworks("go run " + commandPath)
	d.wants(d.goes(".", "test", "-v", "-run", ".", "-bench", ".", "-benchtime", "1x", "./..."),
		"--- PASS: TestIris", "--- PASS: TestXor", "--- PASS: ExampleIris", "--- PASS: ExampleXor",
		"BenchmarkIrisForward", "BenchmarkIrisGrad", "BenchmarkIrisStep", "BenchmarkXorForward", "BenchmarkXorGrad",
		"BenchmarkXorStep")
}

func TestDownstreamGoTool(t *testing.T) {
	d := newDownstream(t, true)
	d.twoNetworks("go tool backpropgen")
	d.goes("nets", "tool", "backpropgen", "check", "iris.yaml", "xor.yaml")
	d.wants(d.goes(".", "tool", "backpropgen", "explain", "nets/iris.yaml"), "Iris 4-8-3", "package nets")
}

// What init writes learns its task after the steps that init tells of.
func TestDownstreamInit(t *testing.T) {
	d := newDownstream(t, true)
	folder := d.path("flower")
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr := runIn(t, folder, "init")
	if code != exitOK {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	d.wants(stdout, "go generate\n", "go test\n")
	d.goes("flower", "generate")
	d.goes("flower", "vet")
	d.wants(d.goes("flower", "test", "-v"), "--- PASS: TestFlowerLearnsXOR", "--- PASS: TestFlower ")
}
