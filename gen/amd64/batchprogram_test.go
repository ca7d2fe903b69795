package amd64

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/spec"
)

// TestBatchProgramsCompute executes those of batches, over one tile that is not full and over two that are.
func TestBatchProgramsCompute(t *testing.T) {
	for _, rounding := range []spec.Rounding{spec.RoundingFast, spec.RoundingStrict} {
		for _, n := range executedNetworks(t, rounding) {
			p, err := plan.Compile(n)
			if err != nil {
				t.Fatal(err)
			}
			c := newCommon(p, zen4)
			for _, l := range Levels {
				lay := kernel.NewTileLayout(p, kernel.Tiling{})
				batchProgram(t, p, c, l, lay, 1, lay.Samples-3)
				batchProgram(t, p, c, l, lay, 2, lay.Samples)
			}
		}
	}
}

// batchProgram executes GradBatch and the function that sums its gradient up.
func batchProgram(t *testing.T, p *plan.Program, c *common, l Level, lay *kernel.TileLayout, tiles, samples int) {
	t.Helper()
	f, m, n := newFile(c), machine{l, p.ElementBytes()}, p.Network
	f.programs = true
	parts, err := printBatch(f, p, m, p.Func(plan.GradBatch), lay)
	if err != nil {
		t.Fatal(err)
	}
	out := n.Width(n.Depth())
	one, all := executedMemory(p, f, 11), (tiles-1)*lay.Samples+samples
	batch := newNumbers(m.number(), (lay.Bytes()+64)/m.size+lay.Samples*(n.Input+out)+lay.Tiles*lay.Samples)
	xs, ys := newNumbers(m.number(), tiles*lay.Samples*n.Input), newNumbers(m.number(), tiles*lay.Samples*out)
	reference, rnd := plan.NewBatchMemory[float64](p, all), rand.New(rand.NewPCG(5, 5))
	fill := func(to numbersInMemory, width int, name string, draw func() float64) {
		for i := range tiles * lay.Samples * width {
			v := math.NaN() // what fills a tile up counts for nothing
			if i < all*width {
				to.set(i, draw())
				v = to.at(i)
				reference.Samples[i/width].Data(name)[i%width] = v
			}
			to.set(i, v)
		}
	}
	fill(xs, n.Input, "x", rnd.NormFloat64)
	fill(ys, out, "y", func() float64 { return rnd.Float64() / float64(out) })
	for _, b := range p.Buffers {
		if b.Kind == plan.Weight || b.Kind == plan.Bias {
			for i, data := 0, reference.Network.Data(b.Name); i < b.Len(); i++ {
				data[i] = one["p"].at(f.kernel.Layout.At(b)/m.size + i)
			}
		}
	}
	name := fmt.Sprintf("%s, %s, %s, %s, %d tiles", n.Name, n.Precision, n.Rounding, l, tiles)
	bits := execute(t, parts[0], one["p"].bytes, batch.bytes, xs.bytes, ys.bytes, tiles, samples)
	execute(t, parts[1], batch.bytes, xs.bytes, one["grad"].bytes, tiles, samples)
	if err := reference.RunBatch(plan.GradBatch); err != nil {
		t.Fatal(err)
	}
	if m.size == 4 {
		bits &= math.MaxUint32
	}
	if got := m.number().Number(bits); !lay.Ordered && !near(m.number(), got, reference.Loss) {
		t.Errorf("%s: the loss is %v, want %v", name, got, reference.Loss)
	}
	for _, b := range p.Buffers {
		if b.Kind != plan.WeightGrad && b.Kind != plan.BiasGrad {
			continue
		}
		for i, want := range reference.Network.Data(b.Name) {
			if v := one["grad"].at(f.kernel.Layout.At(b)/m.size + i); !near(m.number(), v/8, want/8) {
				t.Errorf("%s: number %d of %s is %v, want %v", name, i, b.Name, v, want)
				break
			}
		}
	}
}
