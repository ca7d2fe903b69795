package assembly_test

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/assembly/assemblytest"
	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/spec"
)

// widths are those of vectors.
var widths = []int{128, 256, 512}

// TestProgramsCompute executes the programs of all functions, as they are written for vectors of any width, and
// compares what they leave with the reference, to within its bounds on rounding errors: those of one sample, and those
// of batches over one tile that is not full and over two that are.
func TestProgramsCompute(t *testing.T) {
	for _, rounding := range []spec.Rounding{spec.RoundingFast, spec.RoundingStrict} {
		for _, n := range assemblytest.Networks(t, rounding) {
			p, err := plan.Compile(n)
			if err != nil {
				t.Fatal(err)
			}
			for _, bits := range widths {
				m := assembly.Machine{Set: recorder{bits}, Size: p.ElementBytes()}
				c := assembly.NewCommon(p, assembly.AlternatesAny(m.Set, p))
				assemblytest.All(t, p, c, m, func(*assembly.File) {}, func(*assembly.Function) {})
				lay := kernel.NewTileLayout(p, kernel.Tiling{})
				assemblytest.Batch(t, p, c, m, lay, 1, lay.Samples-3)
				assemblytest.Batch(t, p, c, m, lay, 2, lay.Samples)
				assemblytest.Few(t, p, c, m, lay, 3)
			}
		}
	}
}

// TestProgramsOfStyles executes the programs of functions in every style at all widths, with rows of every kind: whose
// products are straight code and loops, that end in the middle of a register, that fill more than half of one, and more
// of them than are taken at once; and with rows so many that what all of them are multiplied with is held.
func TestProgramsOfStyles(t *testing.T) {
	shapes := [][]int{{300, 21, 5}, {3, 70, 80, 2}, {77, 90, 3}, {4, 8, 3}, {16, 13, 8, 6, 5}, {3, 31, 7}}
	if testing.Short() { // the small ones
		shapes = shapes[3:]
	}
	for _, precision := range []spec.Precision{spec.Float32, spec.Float64} {
		for _, shape := range shapes {
			n := spec.Network{Name: "Net", Precision: precision, Input: shape[0], Cost: spec.Function{Name: "mse"}}
			for i, width := range shape[1:] {
				n.Layers = append(n.Layers,
					spec.Layer{Dense: width, Activation: spec.Function{Name: []string{"tanh", "relu"}[i%2]}})
			}
			p, err := plan.Compile(n.WithDefaults())
			if err != nil {
				t.Fatal(err)
			}
			styles := []kernel.Style{{Apart: true}, {ByHalves: true}, {Whole: true}, {InOrder: true},
				{Whole: true, InOrder: true}, {Separate: true}}
			if !testing.Short() {
				styles = append(styles, kernel.Measured...)
			}
			for _, s := range styles {
				for _, bits := range widths {
					m := assembly.Machine{Set: recorder{bits}, Size: p.ElementBytes()}
					c := assembly.NewCommon(p, assembly.AlternatesAny(m.Set, p))
					assemblytest.All(t, p, c, m, func(f *assembly.File) { f.Style = s }, func(*assembly.Function) {})
				}
			}
		}
	}
}

// TestProgramsAgree executes strict networks at all widths: whatever registers there are, the bits are the same.
func TestProgramsAgree(t *testing.T) {
	for _, n := range assemblytest.Networks(t, spec.RoundingStrict) {
		p, err := plan.Compile(n)
		if err != nil {
			t.Fatal(err)
		}
		var first []byte
		for _, bits := range widths {
			if left := gradientAndStep(t, p, bits, 3); first == nil {
				first = left
			} else if !slices.Equal(left, first) {
				t.Errorf("%s, %s: vectors of %d bits leave other bits than those of %d", n.Name, n.Precision, bits,
					widths[0])
			}
		}
	}
}

// gradientAndStep are the bytes of a loss, a gradient and the parameters after a step, as the programs leave them.
func gradientAndStep(t *testing.T, p *plan.Program, bits int, seed uint64) []byte {
	t.Helper()
	m := assembly.Machine{Set: recorder{bits}, Size: p.ElementBytes()}
	c := assembly.NewCommon(p, assembly.AlternatesAny(m.Set, p))
	as, looked := func(*assembly.File) {}, func(*assembly.Function) {}
	arrays := assemblytest.Arrays(p, assembly.NewFile(c), seed)
	loss := assemblytest.Run(t, p, c, m, plan.Grad, arrays, 0, as, looked)
	left := binary.LittleEndian.AppendUint64(slices.Clone(arrays["grad"].Bytes), math.Float64bits(loss))
	assemblytest.Run(t, p, c, m, plan.Step, arrays, 0.5, as, looked)
	return append(left, arrays["p"].Bytes...)
}

// TestProgramsInterpreted executes strict networks without elementary functions, in which every operation is exact or
// rounded once, and wants the bits of the interpreter of plans: widths are such that a sum has one lane, all of them,
// or some twice, and rows are short and long.
func TestProgramsInterpreted(t *testing.T) {
	rnd := rand.New(rand.NewPCG(16, 3))
	activations := []string{"relu", "identity", "leaky-relu", "hard-tanh"}
	for i := range 24 {
		n := spec.Network{Name: "Net", Input: 1 + rnd.IntN(70), Cost: spec.Function{Name: "mse"},
			Rounding: spec.RoundingStrict, Precision: []spec.Precision{spec.Float32, spec.Float64}[i%2]}
		for range 1 + rnd.IntN(3) {
			n.Layers = append(n.Layers, spec.Layer{Dense: 1 + rnd.IntN(40), NoBias: rnd.IntN(4) == 0,
				Activation: spec.Function{Name: activations[rnd.IntN(len(activations))]}})
		}
		if err := n.WithDefaults().Validate(); err != nil {
			t.Fatal(err)
		}
		p, err := plan.Compile(n.WithDefaults())
		if err != nil {
			t.Fatal(err)
		}
		for _, bits := range widths {
			if n.Precision == spec.Float32 {
				interpreted[float32](t, p, bits, uint64(i))
			} else {
				interpreted[float64](t, p, bits, uint64(i))
			}
		}
	}
}

// interpreted compares a gradient of a program with that of the interpreter.
func interpreted[F float32 | float64](t *testing.T, p *plan.Program, bits int, seed uint64) {
	t.Helper()
	m := assembly.Machine{Set: recorder{bits}, Size: p.ElementBytes()}
	c := assembly.NewCommon(p, assembly.AlternatesAny(m.Set, p))
	arrays := assemblytest.Arrays(p, assembly.NewFile(c), seed)
	memory := plan.NewMemory[F](p)
	copied := func(to []F, from assemblytest.Numbers, first int) {
		for i := range to {
			to[i] = F(from.At(first + i))
		}
	}
	at := func(b *plan.Buffer) int { return c.Kernel.Layout.At(b) / p.ElementBytes() }
	for _, b := range p.Buffers {
		switch b.Kind {
		case plan.Weight, plan.Bias:
			copied(memory.Data(b.Name), arrays["p"], at(b))
		case plan.Input:
			copied(memory.Data(b.Name), arrays["x"], 0)
		case plan.Target:
			copied(memory.Data(b.Name), arrays["y"], 0)
		}
	}
	if err := memory.Run(plan.Grad); err != nil {
		t.Fatal(err)
	}
	assemblytest.Run(t, p, c, m, plan.Grad, arrays, 0, func(*assembly.File) {}, func(*assembly.Function) {})
	for _, b := range p.Buffers {
		if c.Kernel.Layout.In(b) != "grad" {
			continue
		}
		for i, want := range memory.Data(b.Name) {
			got := F(arrays["grad"].At(at(b) + i))
			if math.Float64bits(float64(got)) != math.Float64bits(float64(want)) {
				t.Errorf("%v, %d bits: element %d of %s is %v, want %v", p.Network.Layers, bits, i, b.Name, got, want)
				return
			}
		}
	}
}

// TestSweepProgramsAgree executes the updates of all optimizers at all widths.
func TestSweepProgramsAgree(t *testing.T) {
	assemblytest.Sweeps(t, recorder{512}, recorder{256}, recorder{128})
}
