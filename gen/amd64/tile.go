package amd64

import (
	"slices"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// tile is a function over tiles of samples as it is being written.
type tile struct {
	*function
	lay *tileLayout
	// samples is the number of samples of a tile, vectors the number of registers that their row takes.
	samples, vectors int
	// losses is where the place is kept for the losses of the tile under way, where sums are ordered.
	losses operand.Mem
	// keeping says that the kept area of the tile under way is at keptBase, and not that of the first tile.
	keeping bool
}

// keptBase points to the kept area of the tile under way in functions that keep.
var keptBase = reg.RBX

func newTile(f *file, lay *tileLayout, m machine, name string, params []param, result bool) *tile {
	t := &tile{function: newFunction(f, m, name, params, result), lay: lay, samples: lay.samples}
	t.many = true
	t.vectors = t.samples / m.lanes()
	if lay.losses > 0 && t.bases["ys"] != nil {
		t.beginLosses(lay.losses)
	}
	// The area begins at the first multiple of a line.
	b := t.bases["b"]
	t.integer(vec.IntAdd, operand.U32(lineBytes-1), b)
	t.integer(vec.IntAnd, operand.I32(-lineBytes), b)
	t.begin()
	return t
}

// row is vector v of the row of an element of a buffer; the index has the number of samples among its scales.
func (t *tile) row(b *plan.Buffer, unit index, v int) ref {
	at, ok := t.lay.rows[b]
	if !ok {
		t.fail("a tile has no rows for " + b.String())
	}
	r := ref{base: t.bases["b"], disp: at}
	if t.lay.kept[b] {
		if t.keeping {
			r.base = keptBase
		} else {
			r.disp += t.lay.work
		}
	}
	if b.Len() == 1 {
		unit = index{}
	}
	return t.rowAt(r, unit, v)
}

// work is vector v of a row at an offset of the tile's area.
func (t *tile) work(at int, unit index, v int) ref {
	return t.rowAt(ref{base: t.bases["b"], disp: at}, unit, v)
}

func (t *tile) rowAt(r ref, unit index, v int) ref {
	r.disp += unit.off*t.lay.row + v*t.m.lanes()*t.m.size
	if i := unit.regs[t.samples]; i != nil {
		r.index = i
	}
	return r
}

// load reads vector v of a row.
func (t *tile) load(b *plan.Buffer, unit index, v int) *vec.Value {
	return t.code.load(t.row(b, unit, v), t.m.lanes())
}

// store writes vector v of a row.
func (t *tile) store(x *vec.Value, b *plan.Buffer, unit index, v int) {
	t.code.store(x, t.row(b, unit, v), t.m.lanes())
}

// alive is the mask of the samples among the lanes of vector v.
func (t *tile) alive(v int) *vec.Value {
	return t.code.compare(vec.Greater, t.code.load(t.work(t.lay.live, index{}, v), t.m.lanes()), t.code.zeros())
}

// prepare writes the row that tells samples from what fills the tile up, and begins the sum of the losses.
func (t *tile) prepare(loss bool) {
	count := t.cell()
	t.spreadCount(t.counts["samples"], count)
	for v := range t.vectors {
		lanes := make([]uint64, t.m.lanes())
		for i := range lanes {
			lanes[i] = t.m.bits(float64(v*t.m.lanes() + i))
		}
		before := t.code.compare(vec.Less, t.code.lanesOf(lanes...), count)
		t.code.store(t.code.keep(before, t.code.number(1)), t.work(t.lay.live, index{}, v), t.m.lanes())
		if loss {
			t.code.store(t.code.zeros(), t.work(t.lay.loss, index{}, v), t.m.lanes())
		}
	}
	t.release(count)
}

// advancing are the arguments that point to samples.
var advancing = []string{"xs", "ys", "out", "gxs"}

// tiles runs a body for every tile of the call. Pointers advance by so many bytes.
func (t *tile) tiles(advance map[string]int, body func()) {
	t.flush()
	slot := t.frame
	t.frame += t.m.widest() / 8
	left := operand.NewStackAddr(slot)
	for _, name := range advancing {
		if base := t.bases[name]; base != nil {
			t.outlives(base, t.arguments[name])
		}
	}
	if t.keeping {
		t.lea(ref{base: t.bases["b"], disp: t.lay.work}, keptBase)
		t.outlives(keptBase, t.bases["b"])
	}
	t.outlives(left, nil)
	count := t.pointer()
	t.integer(vec.IntCopy, t.counts["tiles"].mem(), count)
	begin, first := len(t.fn.Nodes), 0
	if t.program != nil {
		first = len(t.program.Steps)
	}
	label := t.label()
	t.integer(vec.IntCopy, count, left)
	t.drop(count)
	before := t.enter()
	only := t.code
	body()
	var hoisted []*vec.Value
	if t.code == only {
		hoisted = t.hoist(only, begin, first)
	}
	t.flush()
	for _, name := range advancing {
		if base := t.bases[name]; base != nil {
			t.integer(vec.IntAdd, operand.U32(advance[name]), base)
		}
	}
	if t.keeping {
		t.integer(vec.IntAdd, operand.U32(t.lay.stride), keptBase)
	}
	t.round(before, t.lay.tiles)
	t.release(hoisted...)
	t.integer(vec.IntCopy, left, count) // all registers are free again, this one too
	t.countDown(count, label)
}

// overRows runs a body for n units, step at a time, then for what is left: as a loop where there are more than so many
// full steps. The index has registers for rows, and for what else is asked for.
func (t *tile) overRows(n, step, unrolled int, body func(at index, size int), also ...int) {
	scales := append([]int{t.samples}, also...)
	slices.Sort(scales)
	t.chunks(n, step, unrolled, slices.Compact(scales), body)
}
