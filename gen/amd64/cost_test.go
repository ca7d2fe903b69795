package amd64

import (
	"flag"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/backpropgen/backpropgen/gen/amd64/cores"
	"github.com/backpropgen/backpropgen/gen/amd64/isa"
	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/vec"
	"github.com/backpropgen/backpropgen/spec"
)

var measure = flag.Bool("measure", false, "time the committed networks and print it beside what was predicted")

// TestCycles runs code through the model whose time follows from one limit: a chain, the units, memory.
func TestCycles(t *testing.T) {
	write := func(body func(f *assembly.Function)) *ir.Function {
		f := assembly.NewFunction(assembly.NewFile(&assembly.Common{}), machineOf(isa.AVX512, 4), "test", nil, false)
		body(f)
		for _, err := range f.Errs {
			t.Fatal(err)
		}
		return assembledOf(f)
	}
	do := func(f *assembly.Function, op string, operands ...operand.Op) { f.Target.(*writer).do(op, operands...) }
	times := func(n int, body func(f *assembly.Function, i int)) *ir.Function {
		return write(func(f *assembly.Function) {
			for i := range n {
				body(f, i)
			}
		})
	}
	at := func(i int) operand.Mem { return operand.Mem{Base: reg.RDI, Disp: 64 * i} }
	for _, test := range []struct {
		name  string
		fn    *ir.Function
		bytes int
		want  int
	}{
		{"a chain of sums waits 3 cycles for each", times(100, func(f *assembly.Function, i int) { do(f, "VADDPS", reg.X0, reg.X0, reg.X0) }), 0, 300},
		{"products that are independent go two at a time", times(100, func(f *assembly.Function, i int) { do(f, "VMULPS", reg.Y1, reg.Y1, vector(2+i%8, 256)) }), 0, 50},
		{"twice as wide, one at a time", times(100, func(f *assembly.Function, i int) { do(f, "VMULPS", reg.Z1, reg.Z1, vector(2+i%8, 512)) }), 0, 100},
		{"loads go two at a time", times(200, func(f *assembly.Function, i int) { do(f, "VMOVUPS", at(i), reg.Y1) }), 0, 100},
		{"lines from the second cache take two cycles", times(200, func(f *assembly.Function, i int) { do(f, "VMOVUPS", at(i), reg.Y1) }), 100 << 10, 400},
		{"stores go one at a time", times(200, func(f *assembly.Function, i int) { do(f, "VMOVUPS", reg.Y1, at(i)) }), 0, 200},
		{"a load waits for the store before it", times(50, func(f *assembly.Function, i int) {
			do(f, "VMOVUPS", reg.Y1, at(0))
			do(f, "VMOVUPS", at(0), reg.Y1)
		}), 0, 50 * cores.Zen4.ForwardLatency},
		{"a loop takes what its rounds take", write(func(f *assembly.Function) {
			rounds(f, 1000, 4, func(*vec.Int) {
				for range 10 {
					do(f, "VADDPS", reg.X0, reg.X0, reg.X0)
				}
			})
		}), 0, 30_000},
		{"and loops in it each time", write(func(f *assembly.Function) {
			rounds(f, 100, 4, func(*vec.Int) {
				rounds(f, 50, 4, func(*vec.Int) { do(f, "VADDPS", reg.X0, reg.X0, reg.X0) })
			})
		}), 0, 15_000},
	} {
		got := cores.Zen4.Cycles(test.fn, test.bytes, 0, nil) - cores.Zen4.Call
		if math.Abs(float64(got-test.want)) > 2+0.03*float64(test.want) {
			t.Errorf("%s: %d cycles, want about %d", test.name, got, test.want)
		}
	}
}

// TestChoose: what is emitted follows from the predictions, which are the same every time.
func TestChoose(t *testing.T) {
	narrow, wide := 0, 0
	for _, n := range committed(t) {
		p, a := assembled(t, n)
		choices, again := a.Choices(), a.Choices()
		if !testing.Short() {
			a, err := New(p, Config{})
			if err != nil {
				t.Fatal(err)
			}
			again = a.Choices()
		}
		if fmt.Sprint(choices) != fmt.Sprint(again) || len(choices) != 5 {
			t.Errorf("%s: %v, then %v", n.Name, choices, again)
		}
		for _, c := range choices {
			most := 0.99
			if p.MatrixBytes(p.Func(c.Function)) > 28<<10 {
				most = 0.9
			}
			if c.has(isa.AVX512) != (float64(c.Cycles[1]) < most*float64(c.Cycles[0])) || !c.has(isa.AVX2) {
				t.Errorf("%s: %s is predicted %d cycles and has code for %v", n.Name, c.Function, c.Cycles, c.Levels)
			}
			if c.has(isa.AVX512) {
				wide++
			} else {
				narrow++
			}
		}
	}
	if narrow == 0 || wide == 0 {
		t.Errorf("%d functions have code for AVX2 alone, %d for both: nothing is chosen", narrow, wide)
	}
}

// TestChooseByName: what is predicted doesn't depend on how a network is called, though its constants are named after
// it. Z0 is a register.
func TestChooseByName(t *testing.T) {
	var predicted []string
	for _, name := range []string{"Net", "Z0"} {
		n := committed(t)[0]
		n.Name = name
		p, err := plan.Compile(n)
		if err != nil {
			t.Fatal(err)
		}
		a, err := New(p, Config{})
		if err != nil {
			t.Fatal(err)
		}
		choices := a.Choices()
		predicted = append(predicted, fmt.Sprint(choices))
	}
	if predicted[0] != predicted[1] {
		t.Errorf("as Net: %s, as Z0: %s", predicted[0], predicted[1])
	}
}

// committed are the networks under generated/.
func committed(t *testing.T) (networks []spec.Network) {
	files, err := filepath.Glob("../../generated/*/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no networks: %v", err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		n, err := spec.Decode(name, data)
		if err != nil {
			t.Fatal(err)
		}
		if n.Rounding != spec.RoundingStrict { // those have no assembly
			networks = append(networks, n.WithDefaults())
		}
	}
	return networks
}

// assembled is the plan of a committed network and its assembly, which several tests ask what it has chosen.
func assembled(t *testing.T, n spec.Network) (*plan.Program, *Assembly) {
	t.Helper()
	if a, ok := assemblies[n.Name]; ok {
		return a.program, a.assembly
	}
	p, err := plan.Compile(n)
	if err != nil {
		t.Fatal(err)
	}
	a, err := New(p, Config{})
	if err != nil {
		t.Fatal(err)
	}
	assemblies[n.Name] = planned{p, a}
	return p, a
}

// assemblies are those that were asked for, by the network.
var assemblies = map[string]planned{}

type planned struct {
	program  *plan.Program
	assembly *Assembly
}

var benchmark = regexp.MustCompile(`(?m)^Benchmark(\w+?)(?:-\d+)?\s+\d+\s+([\d.]+) ns/op(?:\s+([\d.]+) ns/sample)?`)

// TestPredictions prints, with -measure, what the benchmarks of the committed networks take at each level beside what
// is predicted. It asserts nothing: other machines, and other work on this one, change the times.
//
//	go test ./gen/amd64 -run Predictions -measure -v
func TestPredictions(t *testing.T) {
	if !*measure {
		t.Skip("times are taken with -measure only")
	}
	clock := clock()
	t.Logf("%.2f cycles a nanosecond", clock)
	for _, n := range committed(t) {
		p, err := plan.Compile(n)
		if err != nil {
			t.Fatal(err)
		}
		a, err := New(p, Config{})
		if err != nil {
			t.Fatal(err)
		}
		choices := a.Choices()
		batches, err := a.PredictBatches(isa.Levels, a.Tiling)
		if err != nil {
			t.Fatal(err)
		}
		dir, err := filepath.Abs("../../generated/" + strings.ToLower(n.Name))
		if err != nil {
			t.Fatal(err)
		}
		binary := benchmarks(t, dir)
		for i, level := range settings[:len(machineLevels())] {
			best := measured(t, binary, dir, level)
			for _, c := range choices {
				if ns, ok := best[c.Function]; ok {
					code := min(i, len(c.Levels)-1)
					t.Logf("%-8s %-8s at %-6s code of %-6s predicted %6d cycles, measured %8.0f, ratio %.2f", n.Name, c.Function, isa.Levels[i],
						isa.Levels[code], c.Cycles[code], ns*clock, ns*clock/float64(c.Cycles[code]))
				}
			}
			for _, c := range batches {
				if ns, ok := best[c.Function]; ok {
					t.Logf("%-8s %-12s at %-6s a sample predicted %8.1f cycles, measured %8.1f, ratio %.2f", n.Name, c.Function, isa.Levels[i], c.Cycles[i],
						ns*clock, ns*clock/c.Cycles[i])
				}
			}
		}
	}
}

// settings make a program take each of the levels.
var settings = []string{"cpu.avx512f=off", "cpu.avx512f=on"}

// benchmarks builds those of a package, with more arguments for the go command.
func benchmarks(t *testing.T, dir string, more ...string) (binary string) {
	t.Helper()
	binary = filepath.Join(t.TempDir(), "benchmarks")
	if out, err := exec.Command("go", append(append([]string{"test", "-c", "-o", binary}, more...), dir)...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return binary
}

// measured are the least times of benchmarks, in nanoseconds, of batches for a sample.
func measured(t *testing.T, binary, dir, setting string) map[string]float64 {
	t.Helper()
	cmd := exec.Command(binary, "-test.run=^$", "-test.bench=^Benchmark(Forward|Grad|Step|ForwardBatch|GradBatch)$", "-test.benchtime=10ms", "-test.count=20")
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "GODEBUG="+setting)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	best := map[string]float64{}
	for _, m := range benchmark.FindAllStringSubmatch(string(out), -1) {
		text := m[2]
		if m[3] != "" { // a batch, of whose samples each counts
			text = m[3]
		}
		ns, err := strconv.ParseFloat(text, 64)
		if err != nil {
			t.Fatal(err)
		}
		if b, ok := best[m[1]]; !ok || ns < b {
			best[m[1]] = ns
		}
	}
	return best
}

// clock is how many cycles a nanosecond has: a chain of additions makes one each cycle.
func clock() float64 {
	const n = 100_000
	best := math.Inf(1)
	for range 200 {
		x, start := time.Now().Nanosecond(), time.Now()
		for range n / 4 {
			x += x >> 1
			x += x >> 1
		}
		best = min(best, float64(time.Since(start).Nanoseconds()))
		sink = x
	}
	return n / best
}

var sink int
