package amd64

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/mmcloughlin/avo/ir"

	"github.com/backpropgen/backpropgen/gen/amd64/cores"
	"github.com/backpropgen/backpropgen/gen/amd64/isa"
	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/spec"
)

// longNetworks are networks whose functions take long, each in another way.
func longNetworks() (list []spec.Network) {
	add := func(name string, input int, activation string, widths ...int) {
		n := spec.Network{Name: name, Input: input, Cost: spec.Function{Name: "mse"}, InputGradient: true}
		for _, w := range widths {
			n.Layers = append(n.Layers, spec.Layer{Dense: w, Activation: spec.Function{Name: activation}})
		}
		list = append(list, n)
	}
	add("Large", 784, "relu", 1024, 1024, 10)
	add("Single", spec.MaxWidth, "sigmoid", 1, spec.MaxWidth)
	add("Odd", 1999, "radial-sigmoid", 1501, 777)
	add("Deep", 61, "gelu", slices.Repeat([]int{61}, 30)...)
	return list
}

// compileLong compiles a network in a precision and rounding.
func compileLong(t *testing.T, n spec.Network, precision spec.Precision, rounding spec.Rounding) *plan.Program {
	t.Helper()
	n.Precision, n.Rounding = precision, rounding
	return compiledNetwork(t, n)
}

// TestPoints runs the model of a core, which knows more than the estimate that places points, over functions that take
// long: between two points it predicts no more than five eighths of what a call may take, so that with what was done
// before it pauses in time. It is long because these networks are large; no other test measures how far points are
// apart.
func TestPoints(t *testing.T) {
	if testing.Short() {
		t.Skip("simulating large networks takes seconds; go test without -short does it")
	}
	worst, where := int64(0), ""
	for _, n := range longNetworks() {
		for level, kind := range map[isa.Level]struct {
			precision spec.Precision
			rounding  spec.Rounding
		}{isa.AVX512: {spec.Float32, spec.RoundingFast}, isa.AVX2: {spec.Float64, spec.RoundingStrict}} {
			p := compileLong(t, n, kind.precision, kind.rounding)
			a, err := begin(p, Config{})
			if err != nil {
				t.Fatal(err)
			}
			if a.Tiling, err = a.chooseTiling(); err != nil {
				t.Fatal(err)
			}
			a.most, a.straight = math.MaxInt, math.MaxInt // those too that have no room
			pausing := 0
			for _, name := range []string{plan.Forward, plan.Backward, plan.Step, plan.GradBatch, plan.StepBatch} {
				fn := p.Func(name)
				one := a.form(fn, level, kernel.Standard)
				if fn.Batch {
					one = a.batchForm(fn, level, a.Tiling)
				}
				forms, _, err := a.pausing([]form{one}, assembly.CallCycles)
				if err != nil {
					t.Fatal(err)
				}
				for i, part := range a.code[forms[0]].parts {
					stretch, all, points := cores.Zen4.Stretch(cores.Read(part), p.MatrixBytes(fn),
						a.arguments(forms[0]))
					what := fmt.Sprintf("%s of %s, %s, %s", part.Name, n.Name, kind.precision, kind.rounding)
					if stretch > worst {
						worst, where = stretch, what
					}
					most := int64(assembly.CallCycles)
					if forms[0].pauses[i] {
						pausing++
						most = most * 5 / 8
					}
					if stretch > most {
						t.Errorf("%s: %d cycles of %d between two of %d points", what, stretch, all, points)
					}
				}
			}
			if pausing == 0 {
				t.Errorf("no function of %s, %s, %s pauses", n.Name, kind.precision, kind.rounding)
			}
		}
	}
	t.Logf("the longest time between two points is %d cycles, in %s", worst, where)
}

// TestPausesEverywhere: with the least limit there are points between all operations and in all loops.
func TestPausesEverywhere(t *testing.T) {
	p := compileLong(t, spec.Network{
		Name: "Net", Input: 70, Cost: spec.Function{Name: "mse"},
		Layers: []spec.Layer{{Dense: 70, Activation: spec.Function{Name: "tanh"}}, {Dense: 3}},
	}, spec.Float32, spec.RoundingFast)
	for _, fn := range p.Funcs {
		for _, level := range isa.Levels {
			f := assembly.NewFile(commonOf(p))
			f.CallCycles = 1
			for _, name := range assembly.PartNames(p, fn) {
				f.Pausing[name] = true
			}
			parts, err := assembly.Write(f, p, machineOf(level, p.ElementBytes()), fn, kernel.Tiling{})
			if err != nil {
				t.Fatal(err)
			}
			for _, part := range parts {
				begins, point, loops := map[string]int{}, -1, 0
				for at, n := range part.Nodes {
					if label, ok := n.(ir.Label); ok {
						begins[string(label)] = at
					}
					i, ok := n.(*ir.Instruction)
					if ok && i.Opcode == "JLE" {
						point = at
					}
					if !ok || i.Opcode != "JNE" {
						continue
					}
					if loops++; begins[string(*i.TargetLabel())] > point {
						t.Errorf("%s has a loop without a point", part.Name)
					}
				}
				if loops == 0 || len(part.Pause.Points) == 0 {
					t.Errorf("%s has %d loops and %d points", part.Name, loops, len(part.Pause.Points))
				}
			}
		}
	}
}
