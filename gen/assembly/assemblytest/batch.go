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

// Few executes what takes few samples of GradBatch: the sum of their gradients overwrites what was there, is added to
// what is there, and moves the parameters.
func Few(t *testing.T, p *plan.Program, c *assembly.Common, m assembly.Machine, lay *kernel.TileLayout, samples int) {
	t.Helper()
	f, n := assembly.NewFile(c), p.Network
	f.Programs = true
	parts, err := assembly.Batch(f, p, m, p.Func(plan.GradBatch), lay)
	if err != nil {
		t.Fatal(err)
	}
	one, few := parts[assembly.TiledParts], parts[assembly.TiledParts+1:]
	arrays, space, number := Arrays(p, f, 13), f.Kernel.Layout.Space, m.Number()
	var each []Expected
	xs, workspaces, grad := []byte{}, make([]byte, samples*space), arrays["grad"]
	loss := 0.0
	for i := range samples {
		a := Arrays(p, f, 17+uint64(i))
		x, y := a["x"], a["y"]
		each = append(each, Expect(t, n, arrays["p"].All(), x.All(), y.All(), 0))
		arguments := []any{arrays["p"].Bytes, workspaces[i*space:][:space], x.Bytes, y.Bytes}
		if len(few) == 0 {
			arguments = append(arguments, grad.Bytes)
		}
		bits := Execute(t, one, arguments...)
		if m.Size == 4 {
			bits &= math.MaxUint32
		}
		loss += number.Number(bits)
		xs = append(xs, x.Bytes...)
	}
	name := fmt.Sprintf("%s, %s, %s, %s, %d samples one by one", n.Name, n.Precision, n.Rounding, m.Set, samples)
	once, twice := Summed(n, each), Summed(n, append(each, each...))
	compare(t, name, "the loss", func(int) float64 { return loss }, once.loss)
	if len(few) == 0 {
		compare(t, name, "the gradient", grad.At, once.gradient)
		return
	}
	sum := func(to Numbers, onto int, rate float64) {
		Execute(t, few[0], workspaces, xs, to.Bytes, samples, onto, m.Bits(rate))
	}
	for i := range once.gradient {
		grad.Set(i, math.NaN())
	}
	sum(grad, kernel.Forgotten, 1)
	compare(t, name, "the gradient", grad.At, once.gradient)
	sum(grad, kernel.GoneOnFrom, 1)
	compare(t, name, "the gradient added to itself", grad.At, twice.gradient)
	const rate = 0.125
	var next []bounded
	for i, b := range once.gradient {
		from := arrays["p"].At(i)
		next = append(next, bounded{from - rate*b.want,
			rate*b.off + 4*(math.Abs(from)+rate*(math.Abs(b.want)+b.off))*0x1p-24})
	}
	sum(arrays["p"], kernel.Moved, -rate)
	compare(t, name, "the parameters", arrays["p"].At, next)
}
