package amd64

import (
	"slices"

	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// tile is a function over tiles of samples as it is being written.
type tile struct {
	f   *function
	lay *tileLayout
	// samples is the number of samples of a tile, vectors the number of registers that their row takes.
	samples, vectors int
	// losses is where the place is kept for the losses of the tile under way, where sums are ordered.
	losses *vec.Place
	// keptBase points to the kept area of the tile under way in functions that keep; in others, for which it is nil,
	// there is that of the first tile.
	keptBase *vec.Int
}

func newTile(f *file, lay *tileLayout, m machine, name string, params []param, result bool) *tile {
	t := &tile{f: newFunction(f, m, name, params, result), lay: lay, samples: lay.samples}
	t.f.many, t.f.code.Many = true, true
	t.vectors = t.samples / m.lanes()
	if lay.losses > 0 && t.f.bases["ys"] != nil {
		t.beginLosses(lay.losses)
	}
	// The area begins at the first multiple of a line.
	b := t.f.bases["b"]
	t.f.integer(vec.IntAdd, vec.Const(lineBytes-1), vec.Ref(b))
	t.f.integer(vec.IntAnd, vec.Distance(-lineBytes), vec.Ref(b))
	t.f.begin()
	return t
}

// row is vector v of the row of an element of a buffer; the index has the number of samples among its scales.
func (t *tile) row(b *plan.Buffer, unit index, v int) vec.Place {
	at, ok := t.lay.rows[b]
	if !ok {
		t.f.fail("a tile has no rows for " + b.String())
	}
	r := vec.Place{Base: t.f.bases["b"], Disp: at}
	if t.lay.kept[b] {
		if t.keptBase != nil {
			r.Base = t.keptBase
		} else {
			r.Disp += t.lay.work
		}
	}
	if b.Len() == 1 {
		unit = index{}
	}
	return t.rowAt(r, unit, v)
}

// work is vector v of a row at an offset of the tile's area.
func (t *tile) work(at int, unit index, v int) vec.Place {
	return t.rowAt(vec.Place{Base: t.f.bases["b"], Disp: at}, unit, v)
}

func (t *tile) rowAt(r vec.Place, unit index, v int) vec.Place {
	r.Disp += unit.off*t.lay.row + v*t.f.m.lanes()*t.f.m.size
	if i := unit.regs[t.samples]; i != nil {
		r.Index = i
	}
	return r
}

// load reads vector v of a row.
func (t *tile) load(b *plan.Buffer, unit index, v int) *vec.Value {
	return t.f.code.Load(t.row(b, unit, v), t.f.m.lanes())
}

// store writes vector v of a row.
func (t *tile) store(x *vec.Value, b *plan.Buffer, unit index, v int) {
	t.f.code.Store(x, t.row(b, unit, v), t.f.m.lanes())
}

// alive is the mask of the samples among the lanes of vector v.
func (t *tile) alive(v int) *vec.Value {
	return t.f.code.Compare(vec.Greater, t.f.code.Load(t.work(t.lay.live, index{}, v), t.f.m.lanes()), t.f.code.Zeros())
}

// prepare writes the row that tells samples from what fills the tile up, and begins the sum of the losses.
func (t *tile) prepare(loss bool) {
	count := t.f.cell()
	t.f.spreadCount(t.f.counts["samples"], count)
	for v := range t.vectors {
		lanes := make([]uint64, t.f.m.lanes())
		for i := range lanes {
			lanes[i] = t.f.m.bits(float64(v*t.f.m.lanes() + i))
		}
		before := t.f.code.Compare(vec.Less, t.f.code.Constant(lanes...), count)
		t.f.code.Store(t.f.code.Keep(before, t.f.code.Number(1)), t.work(t.lay.live, index{}, v), t.f.m.lanes())
		if loss {
			t.f.code.Store(t.f.code.Zeros(), t.work(t.lay.loss, index{}, v), t.f.m.lanes())
		}
	}
	t.f.release(count)
}

// advancing are the arguments that point to samples.
var advancing = []string{"xs", "ys", "out", "gxs"}

// tiles runs a body for every tile of the call. Pointers advance by so many bytes.
func (t *tile) tiles(advance map[string]int, body func()) {
	t.f.flush()
	left := t.f.word()
	for _, name := range advancing {
		if base := t.f.bases[name]; base != nil {
			t.f.outlives(vec.Ref(base), vec.Word(t.f.arguments[name]))
		}
	}
	if t.keptBase != nil {
		t.f.lea(vec.Place{Base: t.f.bases["b"], Disp: t.lay.work}, t.keptBase)
		t.f.outlives(vec.Ref(t.keptBase), vec.Ref(t.f.bases["b"]))
	}
	t.f.outlives(vec.Word(left), vec.Const(0))
	count := t.f.pointer()
	t.f.integer(vec.IntCopy, vec.Word(t.f.counts["tiles"]), vec.Ref(count))
	begin, first := len(t.f.fn.Nodes), 0
	if t.f.program != nil {
		first = len(t.f.program.Steps)
	}
	label := t.f.label()
	t.f.integer(vec.IntCopy, vec.Ref(count), vec.Word(left))
	t.f.drop(count)
	before := t.f.enter()
	only := t.f.block
	body()
	var hoisted []*vec.Value
	if t.f.block == only {
		hoisted = t.hoist(only, begin, first)
	}
	t.f.flush()
	for _, name := range advancing {
		if base := t.f.bases[name]; base != nil {
			t.f.integer(vec.IntAdd, vec.Const(advance[name]), vec.Ref(base))
		}
	}
	if t.keptBase != nil {
		t.f.integer(vec.IntAdd, vec.Const(t.lay.stride), vec.Ref(t.keptBase))
	}
	t.f.round(before, t.lay.tiles)
	t.f.release(hoisted...)
	t.f.integer(vec.IntCopy, vec.Word(left), vec.Ref(count)) // all registers are free again, this one too
	t.f.countDown(count, label)
}

// overRows runs a body for n units, step at a time, then for what is left: as a loop where there are more than so many
// full steps. The index has registers for rows, and for what else is asked for.
func (t *tile) overRows(n, step, unrolled int, body func(at index, size int), also ...int) {
	scales := append([]int{t.samples}, also...)
	slices.Sort(scales)
	t.f.chunks(n, step, unrolled, slices.Compact(scales), body)
}
