package assemblytest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/plan"
)

// Batch executes GradBatch and the function that sums its gradient up.
func Batch(
	t *testing.T, p *plan.Program, c *assembly.Common, m assembly.Machine, lay *kernel.TileLayout, tiles, samples int,
) {
	t.Helper()
	f, n := assembly.NewFile(c), p.Network
	f.Programs = true
	parts, err := assembly.Batch(f, p, m, p.Func(plan.GradBatch), lay)
	if err != nil {
		t.Fatal(err)
	}
	out := n.Width(n.Depth())
	one, all := Arrays(p, f, 11), (tiles-1)*lay.Samples+samples
	batch := NewNumbers(m.Number(), (lay.Bytes()+64)/m.Size+lay.Samples*(n.Input+out)+lay.Tiles*lay.Samples)
	xs, ys := NewNumbers(m.Number(), tiles*lay.Samples*n.Input), NewNumbers(m.Number(), tiles*lay.Samples*out)
	rnd := rand.New(rand.NewPCG(5, 5))
	fill := func(to Numbers, width int, draw func() float64) {
		for i := range tiles * lay.Samples * width {
			v := math.NaN() // what fills a tile up counts for nothing
			if i < all*width {
				to.Set(i, draw())
				v = to.At(i)
			}
			to.Set(i, v)
		}
	}
	fill(xs, n.Input, rnd.NormFloat64)
	fill(ys, out, func() float64 { return rnd.Float64() / float64(out) })
	var each []Expected
	params, x, y := one["p"].All(), xs.All(), ys.All()
	for i := range all {
		each = append(each, Expect(t, n, params, x[i*n.Input:][:n.Input], y[i*out:][:out], 0))
	}
	want := Summed(n, each)
	name := fmt.Sprintf("%s, %s, %s, %s, %d tiles", n.Name, n.Precision, n.Rounding, m.Set, tiles)
	bits := Execute(t, parts[0], one["p"].Bytes, batch.Bytes, xs.Bytes, ys.Bytes, tiles, samples)
	Execute(t, parts[1], batch.Bytes, xs.Bytes, one["grad"].Bytes, tiles, samples)
	if m.Size == 4 {
		bits &= math.MaxUint32
	}
	if !lay.Ordered {
		compare(t, name, "the loss", func(int) float64 { return m.Number().Number(bits) }, want.loss)
	}
	compare(t, name, "the gradient", one["grad"].At, want.gradient)
}
