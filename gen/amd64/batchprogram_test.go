package amd64

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/backpropgen/backpropgen/gen/amd64/isa"
	"github.com/backpropgen/backpropgen/gen/assembly"
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
			c := commonOf(p)
			for _, l := range isa.Levels {
				lay := kernel.NewTileLayout(p, kernel.Tiling{})
				batchProgram(t, p, c, l, lay, 1, lay.Samples-3)
				batchProgram(t, p, c, l, lay, 2, lay.Samples)
			}
		}
	}
}

// batchProgram executes GradBatch and the function that sums its gradient up.
func batchProgram(t *testing.T, p *plan.Program, c *assembly.Common, l isa.Level, lay *kernel.TileLayout, tiles, samples int) {
	t.Helper()
	f, m, n := assembly.NewFile(c), machineOf(l, p.ElementBytes()), p.Network
	f.Programs = true
	parts, err := assembly.Batch(f, p, m, p.Func(plan.GradBatch), lay)
	if err != nil {
		t.Fatal(err)
	}
	out := n.Width(n.Depth())
	one, all := executedMemory(p, f, 11), (tiles-1)*lay.Samples+samples
	batch := newNumbers(m.Number(), (lay.Bytes()+64)/m.Size+lay.Samples*(n.Input+out)+lay.Tiles*lay.Samples)
	xs, ys := newNumbers(m.Number(), tiles*lay.Samples*n.Input), newNumbers(m.Number(), tiles*lay.Samples*out)
	rnd := rand.New(rand.NewPCG(5, 5))
	fill := func(to numbersInMemory, width int, draw func() float64) {
		for i := range tiles * lay.Samples * width {
			v := math.NaN() // what fills a tile up counts for nothing
			if i < all*width {
				to.set(i, draw())
				v = to.at(i)
			}
			to.set(i, v)
		}
	}
	fill(xs, n.Input, rnd.NormFloat64)
	fill(ys, out, func() float64 { return rnd.Float64() / float64(out) })
	var each []expected
	params, x, y := one["p"].numbers(), xs.numbers(), ys.numbers()
	for i := range all {
		each = append(each, expect(t, n, params, x[i*n.Input:][:n.Input], y[i*out:][:out], 0))
	}
	want := summed(n, each)
	name := fmt.Sprintf("%s, %s, %s, %s, %d tiles", n.Name, n.Precision, n.Rounding, l, tiles)
	bits := execute(t, parts[0], one["p"].bytes, batch.bytes, xs.bytes, ys.bytes, tiles, samples)
	execute(t, parts[1], batch.bytes, xs.bytes, one["grad"].bytes, tiles, samples)
	if m.Size == 4 {
		bits &= math.MaxUint32
	}
	if !lay.Ordered {
		compare(t, name, "the loss", func(int) float64 { return m.Number().Number(bits) }, want.loss)
	}
	compare(t, name, "the gradient", one["grad"].at, want.gradient)
}
