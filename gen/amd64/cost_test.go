package amd64

import (
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/backpropgen/backpropgen/gen/amd64/cores"
	"github.com/backpropgen/backpropgen/gen/amd64/isa"
	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/vec"
	"github.com/backpropgen/backpropgen/spec"
)

var measure = flag.Bool("measure", false, "time what tests run")

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
		{"a chain of sums waits 3 cycles for each", times(100, func(f *assembly.Function, i int) {
			do(f, "VADDPS", reg.X0, reg.X0, reg.X0)
		}), 0, 300},
		{"products that are independent go two at a time", times(100, func(f *assembly.Function, i int) {
			do(f, "VMULPS", reg.Y1, reg.Y1, vector(2+i%8, 256))
		}), 0, 50},
		{"twice as wide, one at a time", times(100, func(f *assembly.Function, i int) {
			do(f, "VMULPS", reg.Z1, reg.Z1, vector(2+i%8, 512))
		}), 0, 100},
		{"loads go two at a time", times(200, func(f *assembly.Function, i int) {
			do(f, "VMOVUPS", at(i), reg.Y1)
		}), 0, 100},
		{"lines from the second cache take two cycles, and a little more one after the other", times(200,
			func(f *assembly.Function, i int) { do(f, "VMOVUPS", at(i), reg.Z1) }), 100 << 10, 420},
		{"and in parts", times(200, func(f *assembly.Function, i int) {
			do(f, "VMOVUPS", at(i), reg.Y1)
		}), 100 << 10, 436},
		{"lines come again after many others", times(2000, func(f *assembly.Function, i int) {
			do(f, "VMOVUPS", at(i%1000), reg.Z1)
		}), 100 << 10, 4200},
		{"not after few", times(2000, func(f *assembly.Function, i int) {
			do(f, "VMOVUPS", at(i%200), reg.Z1)
		}), 100 << 10,
			2080},
		{"and not in later rounds of a loop", write(func(f *assembly.Function) {
			rounds(f, 1000, 4, func(*vec.Int) {
				for i := range 200 {
					do(f, "VMOVUPS", at(i), reg.Z1)
				}
			})
		}), 100 << 10, 420 + 999*200},
		{"loads across two lines take a turn more", times(200, func(f *assembly.Function, i int) {
			do(f, "VMOVUPS", operand.Mem{Base: reg.RDI, Disp: 64*i + 48}, reg.Y1)
		}), 0, 200},
		{"and so do stores, and 32 across the three pages", times(200, func(f *assembly.Function, i int) {
			do(f, "VMOVUPS", reg.Y1, operand.Mem{Base: reg.RDI, Disp: 64*i + 48})
		}), 0, 400 + 3*32},
		{"stores into two halves of a line take two turns", times(200, func(f *assembly.Function, i int) {
			do(f, "VMOVUPS", reg.Y1, operand.Mem{Base: reg.RDI, Disp: 64*i + 16})
		}), 0, 400},
		{"but one into the half that the one before ended in", times(100, func(f *assembly.Function, i int) {
			do(f, "VMOVUPS", reg.Y1, operand.Mem{Base: reg.RDI, Disp: 32*i + 16})
		}), 0, 100},
		{"wide ones write to three halves", times(200, func(f *assembly.Function, i int) {
			do(f, "VMOVUPS", reg.Z1, operand.Mem{Base: reg.RDI, Disp: 128*i + 16})
		}), 0, 600},
		{"a load of more than was stored waits until that is in the cache", times(50, func(f *assembly.Function, i int) {
			do(f, "VMOVUPS", reg.X1, at(0))
			do(f, "VMOVUPS", at(0), reg.Y1)
		}), 0, 1000},
		{"36 of 100 stores have to leave before what follows begins", times(400,
			func(f *assembly.Function, i int) {
				if i%100 == 0 {
					do(f, "VDIVPS", reg.Y2, reg.Y2, reg.Y1)
					for range 10 {
						do(f, "VDIVPS", reg.Y1, reg.Y1, reg.Y1)
					}
				}
				do(f, "VMOVUPS", reg.Y1, at(i%8))
			}), 0, 4 * (36 + 121)},
		{"whole lines are stored in two turns and a bit", times(200, func(f *assembly.Function, i int) {
			do(f, "VMOVUPS", reg.Z1, at(i))
		}), 0, 520},
		{"stores go one at a time", times(200, func(f *assembly.Function, i int) {
			do(f, "VMOVUPS", reg.Y1, at(i))
		}), 0, 200},
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
		got := cores.Zen4.Cycles(cores.Read(test.fn), test.bytes, cores.Kept{}, nil) - cores.Zen4.Call
		if math.Abs(float64(got-test.want)) > 2+0.03*float64(test.want) {
			t.Errorf("%s: %d cycles, want about %d", test.name, got, test.want)
		}
	}
}

// TestSecondCache: of a function that goes over more than the second cache holds, lines that are still there come from
// there. Some of them there, stores of whole lines take longer than those of halves.
func TestSecondCache(t *testing.T) {
	const bytes = 4 << 20
	f := assembly.NewFunction(assembly.NewFile(&assembly.Common{}), machineOf(isa.AVX512, 4), "test", nil, false)
	for i := range 400 {
		f.Target.(*writer).do("VMOVUPS", operand.Mem{Base: reg.RDI, Disp: 64 * i}, reg.Z1)
	}
	fn, c := cores.Read(assembledOf(f)), cores.Zen4
	none, half := c.Cycles(fn, bytes, cores.Kept{}, nil), c.Cycles(fn, bytes, cores.Kept{Second: bytes / 2}, nil)
	all := c.Cycles(fn, bytes, cores.Kept{Second: 2 * bytes}, nil)
	if all >= half || half >= none || 2*half > none+all+8 || 2*half < none+all-8 {
		t.Errorf("%d cycles with none of the lines in the second cache, %d with half of them, %d with all", none, half,
			all)
	}
	stores := func(bits int) *cores.Program { // of every other line
		f := assembly.NewFunction(assembly.NewFile(&assembly.Common{}), machineOf(isa.AVX512, 4), "test", nil, false)
		for at := 0; at < 64*400; at += bits / 8 {
			if m := (operand.Mem{Base: reg.RDI, Disp: at}); at/64%2 == 0 {
				f.Target.(*writer).do("VMOVUPS", m, vector(2, bits))
			} else {
				f.Target.(*writer).do("VMOVUPS", vector(1, bits), m)
			}
		}
		return cores.Read(assembledOf(f))
	}
	more := func(kept cores.Kept) int { // by whole lines than in halves
		return c.Cycles(stores(512), bytes, kept, nil) - c.Cycles(stores(256), bytes, kept, nil)
	}
	if near, far := more(cores.Kept{Second: bytes / 2}), more(cores.Kept{}); near <= far+50 {
		t.Errorf("stores of whole lines take %d cycles more with half of them in the second cache, %d with none", near,
			far)
	}
}

// TestChoose: what is emitted follows from the predictions, which are the same every time: every core runs the code of
// those it has that takes least there, and what is not emitted would spare no core enough.
func TestChoose(t *testing.T) {
	narrow, wide, second := 0, 0, 0
	for _, n := range committed(t) {
		p, a := assembled(t, n)
		choices, again := a.Choices(), assembledAgain(t, n).Choices()
		single := 0
		for _, fn := range p.Funcs {
			if !fn.Batch {
				single++
			}
		}
		if fmt.Sprint(choices) != fmt.Sprint(again) || len(choices) != single {
			t.Errorf("%s: %v, then %v", n.Name, choices, again)
		}
		for _, c := range choices {
			if c.Emitted[0].Level != isa.AVX2 || len(c.Emitted) > 1+mostWide {
				t.Errorf("%s: %s has code for %v", n.Name, c.Function, c.Emitted)
			}
			for k, core := range cores.All {
				runs := c.Emitted[c.Runs[k]]
				if !core.Wide {
					if c.Runs[k] != 0 {
						t.Errorf("%s: %s runs %s on %s", n.Name, c.Function, runs, core.Name)
					}
					continue
				}
				for _, other := range c.Emitted[1:] {
					if 100*c.Takes(other, k) < (100-levelMargin)*c.Takes(runs, k) {
						t.Errorf("%s: %s runs %s on %s, and %s takes less", n.Name, c.Function, runs, core.Name, other)
					}
				}
				for i, tried := range c.Tried {
					spares := c.Takes(runs, k) - c.Cycles[i][k]
					if tried.Level == isa.AVX512 && len(c.Emitted) <= mostWide && spares >= fewCycles &&
						100*spares >= a.margin(core, p.Func(c.Function), tried, runs)*c.Takes(runs, k) {
						t.Errorf("%s: %s has no %s, which spares %d cycles on %s", n.Name, c.Function, tried, spares,
							core.Name)
					}
				}
			}
			switch len(c.Emitted) {
			case 1:
				narrow++
			case 2:
				wide++
			default:
				second++
			}
		}
	}
	if narrow == 0 || wide == 0 {
		t.Errorf("%d functions have code for AVX2 alone, %d one for AVX-512, %d two: nothing is chosen", narrow, wide,
			second)
	}
}

// TestChooseOnZen5: what was measured on Zen 5 is what its model prefers. There AVX-512 made Forward of 256-256-10 take
// 1,340 ns instead of 2,027 and that of one sample in float64 113 instead of 211, and whole registers Step of
// 256-256-10 2,819 instead of 4,361, of digits 210 instead of 256 and in float64 343 instead of 503. Rows in order made
// all functions of pixels faster. On Zen 4 stores of 32 bytes are better.
func TestChooseOnZen5(t *testing.T) {
	at := func(c *cores.Core) int { return slices.Index(cores.All, c) }
	for _, test := range []struct {
		name      string
		precision spec.Precision
		widths    []int
		function  string
		style     func(s kernel.Style) bool
	}{
		{"256-256-10", spec.Float32, []int{256, 256, 10}, plan.Forward, func(kernel.Style) bool { return true }},
		{"256-256-10", spec.Float32, []int{256, 256, 10}, plan.Step, func(s kernel.Style) bool { return s.Whole }},
		{"digits", spec.Float32, []int{64, 64, 10}, plan.Grad, func(s kernel.Style) bool { return s.Whole }},
		{"digits", spec.Float32, []int{64, 64, 10}, plan.Step, func(s kernel.Style) bool { return s.Whole }},
		{"doubles", spec.Float64, []int{64, 64, 10}, plan.Forward, func(kernel.Style) bool { return true }},
		{"doubles", spec.Float64, []int{64, 64, 10}, plan.Step, func(s kernel.Style) bool { return s.Whole }},
		{"pixels", spec.Float32, []int{784, 128, 10}, plan.Forward, func(s kernel.Style) bool { return s.InOrder }},
		{"pixels", spec.Float32, []int{784, 128, 10}, plan.Grad, func(s kernel.Style) bool {
			return s.InOrder && s.Whole
		}},
	} {
		n := spec.Network{Name: "Net", Precision: test.precision, Input: test.widths[0],
			Cost: spec.Function{Name: "cross-entropy"}}
		for _, width := range test.widths[1:] {
			n.Layers = append(n.Layers, spec.Layer{Dense: width, Activation: spec.Function{Name: "relu"}})
		}
		n.Layers[len(n.Layers)-1].Activation.Name = "softmax"
		p := compiledNetwork(t, n)
		a, err := begin(p, Config{})
		if err != nil {
			t.Fatal(err)
		}
		a.most, a.straight = maxFunction, maxFunction
		c, err := a.choose(p.Func(test.function))
		if err != nil {
			t.Fatal(err)
		}
		if v := c.Emitted[c.Runs[at(cores.Zen5)]]; v.Level != isa.AVX512 || !test.style(v.Style) {
			t.Errorf("%s of %s runs %s on Zen 5", test.function, test.name, v)
		}
		if v := c.Emitted[c.Runs[at(cores.Zen4)]]; v.Style.Whole || v.Style.InOrder {
			t.Errorf("%s of %s runs %s on Zen 4", test.function, test.name, v)
		}
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
		if base := filepath.Base(name); testing.Short() && base != "xor.yaml" && base != "iris.yaml" &&
			base != "digits.yaml" {
			continue
		}
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
	assemblies[n.Name] = planned{program: p, assembly: a}
	return p, a
}

// assembledAgain is its assembly as it was written a second time, for tests that compare both. With -short it is the
// first.
func assembledAgain(t *testing.T, n spec.Network) *Assembly {
	t.Helper()
	p, a := assembled(t, n)
	if testing.Short() {
		return a
	}
	known := assemblies[n.Name]
	if known.again == nil {
		var err error
		if known.again, err = New(p, Config{}); err != nil {
			t.Fatal(err)
		}
		assemblies[n.Name] = known
	}
	return known.again
}

// assemblies are those that were asked for, by the network.
var assemblies = map[string]planned{}

type planned struct {
	program         *plan.Program
	assembly, again *Assembly
}
