package amd64

import (
	"encoding/binary"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen/amd64/isa"
	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/assembly/assemblytest"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/spec"
	"github.com/mmcloughlin/avo/ir"
)

// TestProgramsCompute executes the programs of all functions of one sample at every level, also of those that this
// machine has not, and compares what they leave with the reference, to within its bounds on rounding errors.
func TestProgramsCompute(t *testing.T) {
	for _, rounding := range []spec.Rounding{spec.RoundingFast, spec.RoundingStrict} {
		for _, n := range assemblytest.Networks(t, rounding) {
			p, err := plan.Compile(n)
			if err != nil {
				t.Fatal(err)
			}
			for _, l := range isa.Levels {
				assemblytest.All(t, p, commonOf(p), machineOf(l, p.ElementBytes()), func(*assembly.File) {},
					func(*assembly.Function) {})
			}
		}
	}
}

// TestProgramsOfLongFunctions executes the programs of functions that pause and are rolled up: what all of their calls
// do, layer after layer.
func TestProgramsOfLongFunctions(t *testing.T) {
	text := "name: Deep\ninput: 6\nlayers:\n" + strings.Repeat("  - {dense: 6, activation: tanh}\n", 9) + "cost: mse\n"
	for _, rounding := range []string{"fast", "strict"} {
		n, err := spec.Decode("deep.yaml", []byte(text+"rounding: "+rounding+"\n"))
		if err != nil {
			t.Fatal(err)
		}
		p := compiledNetwork(t, n)
		for _, l := range isa.Levels {
			assemblytest.All(t, p, commonOf(p), machineOf(l, p.ElementBytes()), func(f *assembly.File) {
				f.Layered, f.CallCycles = true, 1500
				for _, fn := range p.Funcs {
					f.Pausing[fn.Name] = true
				}
			}, func(fn *assembly.Function) {
				written := len(fn.Nodes)
				if err := assembly.Roll(fn, written); err != nil {
					t.Fatalf("%s: %v", fn.Name, err)
				}
				text := ""
				for _, node := range fn.Nodes {
					if c, ok := node.(*ir.Comment); ok {
						text += strings.Join(c.Lines, "\n") + "\n"
					}
				}
				if len(fn.Pause.Points) == 0 || !strings.Contains(text, "rounds over layers") {
					t.Errorf("%s has %d points, and its operations are\n%s", fn.Name, len(fn.Pause.Points), text)
				}
			})
		}
	}
}

// TestProgramsAgree executes strict networks at both levels: whatever registers there are, the bits are the same.
func TestProgramsAgree(t *testing.T) {
	for _, n := range assemblytest.Networks(t, spec.RoundingStrict) {
		p, err := plan.Compile(n)
		if err != nil {
			t.Fatal(err)
		}
		c, as, looked := commonOf(p), func(*assembly.File) {}, func(*assembly.Function) {}
		var left [][]byte
		for _, l := range isa.Levels {
			arrays := assemblytest.Arrays(p, assembly.NewFile(c), 3)
			result := assemblytest.Run(t, p, c, machineOf(l, p.ElementBytes()), plan.Grad, arrays, 0, as, looked)
			bytes := binary.LittleEndian.AppendUint64(slices.Clone(arrays["grad"].Bytes), math.Float64bits(result))
			assemblytest.Run(t, p, c, machineOf(l, p.ElementBytes()), plan.Step, arrays, 0.5, as, looked)
			left = append(left, append(bytes, arrays["p"].Bytes...))
		}
		if !slices.Equal(left[0], left[1]) {
			t.Errorf("%s, %s: the levels leave other bits", n.Name, n.Precision)
		}
	}
}
