package endtoend

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/gen/internal/gentest"
	"github.com/backpropgen/backpropgen/spec"
)

// TestTrainedWeights compiles networks with weights and compares every bit of them with the file's. The compiler lays
// them out: nothing is done for them when a program starts, as the symbols of the package tell.
func TestTrainedWeights(t *testing.T) {
	gentest.Compiles(t)
	mse := spec.Function{Name: "mse"}
	var deep []spec.Layer
	for range 20 {
		deep = append(deep, gentest.Act(3, "tanh"))
	}
	networks := []spec.Network{
		{Name: "One", Input: 1, Layers: []spec.Layer{{Dense: 1}}, Cost: mse},
		{Name: "NoBias", Input: 3, Layers: []spec.Layer{{Dense: 4, NoBias: true}, {Dense: 2, NoBias: true}}, Cost: mse},
		{Name: "Deep", Input: 2, Layers: deep, Cost: mse, Precision: spec.Float64},
		{Name: "Wide", Input: 70, Layers: []spec.Layer{{Dense: 30,
			Activation: spec.Function{Expr: "z / (1 + abs(z))"}}}, Cost: mse},
		{Name: "Doubles", Input: 9, Layers: []spec.Layer{gentest.Act(8, "softmax")}, Cost: mse, Precision: spec.Float64,
			Rounding: spec.RoundingStrict},
		{Name: "Lean", Input: 2, Layers: []spec.Layer{gentest.Act(3, "tanh")}, Cost: mse,
			Emit: []spec.Part{spec.EmitForward}},
		{Name: "Pooled", Input: 5, Layers: []spec.Layer{gentest.Act(6, "max-pool"), {Dense: 3}}, Cost: mse,
			Targets:    []spec.Target{spec.AMD64},
			Optimizers: []spec.Optimizer{spec.Adam}},
	}
	m := gentest.NewModule(t)
	var program, want strings.Builder
	program.WriteString(`package main

import (
	"fmt"
	"math"
	"unsafe"

	"random/native"
	"random/plain"
)

func main() {
`)
	for i, n := range networks {
		pkg := "native"
		if n.Targets == nil {
			pkg, n.Targets = "plain", []spec.Target{}
		}
		n.Weights = "trained.safetensors"
		values, folder := gentest.Trained(t, n, uint64(i))
		files, err := gentest.Generate(t, n, gen.Options{Package: pkg, Files: folder})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			switch f.Kind {
			case gen.Test, gen.Store, gen.Team: // which these need not
			default:
				m.Write(t, filepath.Join(pkg, f.Name), f.Data)
			}
		}
		number := "32"
		if n.Precision == spec.Float64 {
			number = "64"
		}
		// Not every network has Flat.
		fmt.Fprintf(&program, "\tfor i, v := range (*[%d]float%s)(unsafe.Pointer(&%s.%sTrained)) {\n"+
			"\t\tfmt.Printf(\"%s %%d %%x\\n\", i, math.Float%sbits(v))\n\t}\n",
			n.Params(), number, pkg, n.Name, n.Name, number)
		for k, v := range values {
			if n.Precision == spec.Float64 {
				fmt.Fprintf(&want, "%s %d %x\n", n.Name, k, math.Float64bits(v))
			} else {
				fmt.Fprintf(&want, "%s %d %x\n", n.Name, k, math.Float32bits(float32(v)))
			}
		}
	}
	program.WriteString("}\n")
	m.Write(t, "main.go", []byte(program.String()))
	out, err := m.GoCommand("run", ".").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, gentest.Beginning(string(out)))
	}
	got := strings.Split(string(out), "\n")
	for i, line := range strings.Split(want.String(), "\n") {
		if i >= len(got) || got[i] != line {
			t.Fatalf("line %d is %q, want %q", i, got[min(i, len(got)-1)], line)
		}
	}

	// What starts the package is no longer than without weights: one return, where nothing else is to be done.
	start, laidOut := symbols(t, m)
	if laidOut != len(networks)-1 {
		t.Errorf("%d variables with weights are data, not %d", laidOut, len(networks)-1)
	}
	weights, err := filepath.Glob(filepath.Join(m.Dir, "plain", "*_weights_gen.go"))
	if err != nil || len(weights) != len(networks)-1 {
		t.Fatal(weights, err)
	}
	for _, file := range weights {
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
	}
	if without, _ := symbols(t, m); start != without {
		t.Errorf("the package starts by %q with weights, by %q without: something is done for them", start, without)
	}
}

// symbols compiles the package plain, and returns what is done when it starts, as sizes and names of functions, and how
// many variables of weights are data.
func symbols(t *testing.T, m gentest.Module) (start string, laidOut int) {
	t.Helper()
	if out, err := m.GoCommand("build", "-o", "plain.a", "./plain").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	out, err := m.GoCommand("tool", "nm", "-size", "-sort", "name", "plain.a").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for line := range strings.Lines(string(out)) {
		// address, size, type, name
		fields := strings.Fields(line)
		if len(fields) != 4 {
			continue
		}
		switch size, kind, name := fields[1], fields[2], fields[3]; {
		case strings.HasPrefix(name, "random/plain.init"):
			start += size + " " + name + "\n"
		case strings.HasSuffix(name, "Trained") && (kind == "D" || kind == "R"):
			laidOut++
		}
	}
	return start, laidOut
}
