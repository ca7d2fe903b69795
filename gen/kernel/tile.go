package kernel

import (
	"slices"

	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// tile is a function over tiles of samples as it is being written.
type tile struct {
	f   *function
	lay *TileLayout
	// samples is the number of samples of a tile, vectors the number of registers that their row takes.
	samples, vectors int
	// losses is where the place is kept for the losses of the tile under way, where sums are ordered.
	losses *vec.Place
	// weights is where the place is kept of the weights of the tile under way, in functions that take any.
	weights *vec.Place
	// keptBase points to the kept area of the tile under way in functions that keep; in others, for which it is nil,
	// there is that of the first tile.
	keptBase *vec.Int
	keeps    bool
	// targetsLate are the targets of the tile under way that are read before the operation that needs them; nil once
	// they are, and where they were read before the forward pass.
	targetsLate *plan.Buffer
}

func newTile(to Function, c *Common, lay *TileLayout, weighted bool) *tile {
	t := &tile{f: newFunction(to, c), lay: lay, samples: lay.Samples}
	t.f.code.Many = true
	t.vectors = t.samples / t.f.m.Lanes()
	if lay.Losses > 0 && t.f.to.Base("ys") != nil {
		t.beginLosses(lay.Losses)
	}
	if weighted {
		t.beginWeights(lay.Weights)
	}
	// The area begins at the first multiple of a line.
	b := t.f.to.Base("b")
	t.f.to.Int(vec.IntAdd, vec.Const(LineBytes-1), vec.Ref(b))
	t.f.to.Int(vec.IntAnd, vec.Distance(-LineBytes), vec.Ref(b))
	t.f.to.Begin()
	return t
}

// row is vector v of the row of an element of a buffer; the index has the number of samples among its scales.
func (t *tile) row(b *plan.Buffer, unit index, v int) vec.Place {
	at, ok := t.lay.rows[b]
	if !ok {
		t.f.to.Fail("a tile has no rows for " + b.String())
	}
	r := vec.Place{Base: t.f.to.Base("b"), Disp: at}
	if t.lay.kept[b] {
		if t.keptBase != nil {
			r.Base = t.keptBase
		} else {
			r.Disp += t.lay.Work
		}
	}
	if b.Len() == 1 {
		unit = index{}
	}
	return t.rowAt(r, unit, v)
}

// work is vector v of a row at an offset of the tile's area.
func (t *tile) work(at int, unit index, v int) vec.Place {
	return t.rowAt(vec.Place{Base: t.f.to.Base("b"), Disp: at}, unit, v)
}

func (t *tile) rowAt(r vec.Place, unit index, v int) vec.Place {
	r.Disp += unit.off*t.lay.Row + v*t.f.m.Lanes()*t.f.m.Size
	if i := unit.vars[t.samples]; i != nil {
		r.Index = i
	}
	return r
}

// load reads vector v of a row.
func (t *tile) load(b *plan.Buffer, unit index, v int) *vec.Value {
	return t.f.code.Load(t.row(b, unit, v), t.f.m.Lanes())
}

// store writes vector v of a row.
func (t *tile) store(x *vec.Value, b *plan.Buffer, unit index, v int) {
	t.f.code.Store(x, t.row(b, unit, v), t.f.m.Lanes())
}

// alive is the mask of the samples among the lanes of vector v.
func (t *tile) alive(v int) *vec.Value {
	return t.f.code.Compare(vec.Greater, t.f.code.Load(t.work(t.lay.Live, index{}, v), t.f.m.Lanes()), t.f.code.Zeros())
}

// prepare writes the row that tells samples from what fills the tile up, and begins the sum of the losses.
func (t *tile) prepare(loss bool) {
	count := t.f.to.Variable()
	t.f.to.SpreadCount(t.f.to.Given("samples"), count)
	for v := range t.vectors {
		lanes := make([]uint64, t.f.m.Lanes())
		for i := range lanes {
			lanes[i] = t.f.m.Number().Bits(float64(v*t.f.m.Lanes() + i))
		}
		before := t.f.code.Compare(vec.Less, t.f.code.Constant(lanes...), count)
		t.f.code.Store(t.f.code.Keep(before, t.f.code.Number(1)), t.work(t.lay.Live, index{}, v), t.f.m.Lanes())
		if loss {
			t.f.code.Store(t.f.code.Zeros(), t.work(t.lay.loss, index{}, v), t.f.m.Lanes())
		}
	}
	t.f.to.Release(count)
}

// advancing are the arguments that point to samples.
var advancing = []string{"xs", "ys", "out", "gxs"}

// tiles runs a body for every tile of the call. Pointers advance by so many bytes.
func (t *tile) tiles(advance map[string]int, body func()) {
	t.f.to.Flush()
	left := t.f.to.Word()
	for _, name := range advancing {
		if base := t.f.to.Base(name); base != nil {
			t.f.to.Outlives(vec.Ref(base), vec.Word(t.f.to.Given(name)))
		}
	}
	if t.keptBase != nil {
		t.f.to.PointTo(vec.Place{Base: t.f.to.Base("b"), Disp: t.lay.Work}, t.keptBase)
		t.f.to.Outlives(vec.Ref(t.keptBase), vec.Ref(t.f.to.Base("b")))
	}
	t.f.to.Outlives(vec.Word(left), vec.Const(0))
	count := t.f.to.Pointer()
	t.f.to.Int(vec.IntCopy, vec.Word(t.f.to.Given("tiles")), vec.Ref(count))
	hoist := t.f.to.Hoisting(t.f.to.Base("p"))
	label := t.f.label()
	t.f.to.Int(vec.IntCopy, vec.Ref(count), vec.Word(left))
	t.f.to.Drop(count)
	round := t.f.to.Enter()
	body()
	hoisted := hoist()
	t.f.to.Flush()
	for _, name := range advancing {
		if base := t.f.to.Base(name); base != nil {
			t.f.to.Int(vec.IntAdd, vec.Const(advance[name]), vec.Ref(base))
		}
	}
	if t.keeps {
		t.f.to.Int(vec.IntAdd, vec.Const(t.lay.Stride), vec.Ref(t.keptBase))
	}
	round(t.lay.Tiles)
	t.f.to.Release(hoisted...)
	t.f.to.Int(vec.IntCopy, vec.Word(left), vec.Ref(count)) // whose register nothing else has any more
	t.f.to.CountDown(count, label)
}

// overRows runs a body for n units, step at a time, then for what is left: as a loop where there are more than so many
// full steps. The index has variables for rows, and for what else is asked for.
func (t *tile) overRows(n, step, unrolled int, body func(at index, size int), also ...int) {
	scales := append([]int{t.samples}, also...)
	slices.Sort(scales)
	t.f.chunks(n, step, unrolled, slices.Compact(scales), body)
}
