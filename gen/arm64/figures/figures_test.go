package figures

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"text/template"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/gen/internal/gentest"
	"github.com/backpropgen/backpropgen/spec"
)

var (
	wanted = flag.Bool("figures", false,
		"count instructions and cycles of the committed networks, beside clang's loops")
	only = flag.String("network", "", "of this network alone")
)

// functions are those that are counted.
var functions = []string{"Forward", "Grad", "Step", "ForwardBatch", "GradBatch", "StepBatch"}

// cores are as LLVM calls them.
var cores = []string{"neoverse-n1", "neoverse-v2", "apple-m1"}

// samples is how many a batch has, and fewer how many those of clang's loops.
const samples, fewer = 256, 4

// TestFigures prints a table: for every function of the committed networks, of a call or of a sample of a batch, how
// many instructions are executed and how many cycles they take, and both in parts of those of clang's loops.
func TestFigures(t *testing.T) {
	if !*wanted {
		t.Skip("without -figures nothing is counted")
	}
	for _, tool := range []string{analyser, compiler, "qemu-aarch64", "aarch64-linux-gnu-objdump"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Fatalf("%s is not installed (Debian: llvm-19, clang-19, libc6-dev-arm64-cross, "+
				"libgcc-12-dev-arm64-cross, qemu-user, binutils-aarch64-linux-gnu)", tool)
		}
	}
	fmt.Printf("| network | function | instructions |%s\n|---|---|--:|%s\n", columns(" %s: instructions | cycles |"),
		strings.Repeat("--:|--:|", len(cores)))
	for _, name := range []string{"xor", "iris", "control", "digits", "pixels"} {
		if *only != "" && *only != name {
			continue
		}
		n := committed(t, name)
		ours := byUs(t, n)
		var clang []*program
		for _, core := range cores {
			clang = append(clang, byClang(t, n, core))
		}
		for f, function := range functions {
			count := 1
			if strings.HasSuffix(function, "Batch") {
				count = samples
			}
			own := leastOf(t, ours, f, count)
			row := fmt.Sprintf("| %s | `%s` | %s |", name, function, digits(float64(instructions(own))/float64(count)))
			for k, core := range cores {
				executed, cycles := ofClang(t, clang[k], f, count, core)
				c := cyclesOf(t, ours, own, core)
				row += fmt.Sprintf(" %.2f | %s · %.2f |", float64(instructions(own))/executed, digits(c/float64(count)),
					c/cycles)
			}
			fmt.Println(row)
		}
	}
}

// ofClang is how many instructions the loops execute for so many samples, and how many cycles they take. Those of
// batches take the samples one by one, so that what many take is known from few.
func ofClang(t *testing.T, p *program, function, count int, core string) (executed, cycles float64) {
	t.Helper()
	of := func(count int) (executed, cycles float64) {
		blocks := leastOf(t, p, function, count)
		return float64(instructions(blocks)), cyclesOf(t, p, blocks, core)
	}
	executed, cycles = of(min(count, fewer))
	if count > fewer {
		e, c := of(2 * fewer)
		more := float64(count-fewer) / fewer
		executed, cycles = executed+more*(e-executed), cycles+more*(c-cycles)
	}
	return executed, cycles
}

// digits is a number with those that count, at most three behind the point.
func digits(x float64) string {
	if x >= 100 {
		return fmt.Sprintf("%.0f", x)
	}
	return fmt.Sprintf("%.3g", x)
}

// columns is a text for each core.
func columns(format string) (all string) {
	for _, core := range cores {
		all += fmt.Sprintf(format, core)
	}
	return all
}

// leastOf is what a call of a function executes: of several the one that executes least, as the runtime of Go may have
// work of its own in others.
func leastOf(t *testing.T, p *program, function, count int) (call []block) {
	t.Helper()
	for _, c := range p.calls(t, strconv.Itoa(function), strconv.Itoa(count)) {
		if call == nil || instructions(c) < instructions(call) {
			call = c
		}
	}
	if call == nil {
		t.Fatalf("%s has not been called", functions[function])
	}
	return call
}

// committed is a network under generated.
func committed(t *testing.T, name string) spec.Network {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(gentest.Root(t), "generated", name, name+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	n, err := spec.Decode(name+".yaml", text)
	if err != nil {
		t.Fatal(err)
	}
	return n.WithDefaults()
}

// byUs emits a network, with a program that calls it.
func byUs(t *testing.T, n spec.Network) *program {
	t.Helper()
	m := gentest.NewModule(t)
	n.Targets = []spec.Target{"arm64"}
	m.EmitWith(t, n, gen.Options{Package: "net", Backends: gen.Backends()})
	var main strings.Builder
	if err := template.Must(template.New("main").Parse(caller)).Execute(&main, map[string]any{
		"Name": n.Name, "In": n.Input, "Out": n.Width(n.Depth()),
	}); err != nil {
		t.Fatal(err)
	}
	m.Write(t, "main.go", []byte(main.String()))
	path := filepath.Join(m.Dir, "ours")
	cmd := m.GoCommand("build", "-o", path, ".")
	cmd.Env = append(cmd.Env, "GOOS=linux", "GOARCH=arm64", "CGO_ENABLED=0", "GOFLAGS=-mod=mod -trimpath")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, gentest.Beginning(string(out)))
	}
	return read(t, path, "main.mark")
}

// caller calls a function of a network several times, for so many samples.
const caller = `package main

import (
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"

	"random/net"
)

var (
	p    net.{{.Name}}
	ws   net.{{.Name}}Workspace
	b    net.{{.Name}}Batch
	g    net.{{.Name}}Grad
	xs   [256][{{.In}}]float32
	ys   [256][{{.Out}}]float32
	out  [256][{{.Out}}]float32
	sink float32
)

//go:noinline
func mark() {}

//go:noinline
func forward(int) { p.Forward(&ws, &xs[0]) }

//go:noinline
func grad(int) { sink = p.Grad(&ws, &xs[0], &ys[0], &g) }

//go:noinline
func step(int) { sink = p.Step(&ws, &xs[0], &ys[0], 1e-4) }

//go:noinline
func forwardBatch(n int) { p.ForwardBatch(&b, xs[:n], out[:n]) }

//go:noinline
func gradBatch(n int) { sink = p.GradBatch(&b, xs[:n], ys[:n], &g) }

//go:noinline
func stepBatch(n int) { sink = p.StepBatch(&b, xs[:n], ys[:n], 1e-4) }

func main() {
	runtime.LockOSThread()
	rnd := rand.New(rand.NewPCG(1, 2))
	p.Init(rnd.NormFloat64)
	for i := range xs {
		for j := range xs[i] {
			xs[i][j] = rnd.Float32()*2 - 1
		}
		ys[i][i%len(ys[i])] = 1
	}
	function, _ := strconv.Atoi(os.Args[1])
	n, _ := strconv.Atoi(os.Args[2])
	call := []func(int){forward, grad, step, forwardBatch, gradBatch, stepBatch}[function]
	for range 3 {
		mark()
		call(n)
	}
	mark()
}
`
