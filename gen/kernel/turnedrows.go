package kernel

import (
	"math/bits"

	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// A function that writes a gradient for every output is limited by its stores, and one that crosses lines of the cache
// counts twice. Gradients follow one another: where their size is no multiple of a vector, most begin between two such
// multiples, wherever the first one begins. Vectors that lie on multiples have lanes of δ·aᵀ from a few before a row's
// beginning on. That is the same number of lanes, off, for all rows that are as long as some vectors. So the vectors
// of a are read once, from off lanes before their beginnings. The first of a row has the last lanes of the row before,
// and two of δ. What lies before the first multiple and after the last one is written by vectors that begin and end
// with the matrix. They overlap the others, and have the same numbers there.

const (
	// leastTurned is how many bytes vectors have of which enough cross lines.
	leastTurned = 32
	// turnedVectors is how many of them a matrix has at least.
	turnedVectors = 64
)

// turns says whether ∇W is written so.
func (f *function) turns(gw *plan.Buffer, inputs int) bool {
	bytes := f.streamed() * f.m.Size
	chunks := gw.Cols * f.m.Size / bytes
	return f.rows != nil && inputs == 1 && bytes >= leastTurned && f.lay.Params%bytes != 0 &&
		gw.Cols*f.m.Size%bytes == 0 && 2 <= chunks && chunks <= f.m.Registers/2 && gw.Rows*chunks >= turnedVectors
}

// turnedRows is a matrix that is written so.
type turnedRows struct {
	f     *function
	gw, d *plan.Buffer
	// begin and in are where the matrix and the input begin.
	begin, in vec.Place
	// lanes and bytes are those of a vector, and chunks how many of them a row has.
	lanes, bytes, chunks int
	// aligned points to the last multiple that is not beyond the beginning of the matrix, and off is how many lanes
	// before that it is.
	aligned, off *vec.Int
	// inputs are the vectors of the input.
	inputs []*vec.Value
}

// turnedOuter is ∇W = δ·aᵀ.
func (f *function) turnedOuter(gw, d, in *plan.Buffer) {
	lanes := f.streamed()
	t := &turnedRows{f: f, gw: gw, d: d, begin: f.row(gw, index{}), in: f.at(in, index{}),
		lanes: lanes, bytes: lanes * f.m.Size, chunks: gw.Cols / lanes}
	f.to.Flush()
	f.code.Wide(8*t.bytes, t.read)
	f.code.Wide(8*t.bytes, func() { t.edge(0, 0) })
	f.code.Wide(8*t.bytes, func() { t.row(index{}, f.code.Spread(f.at(d, index{}))) })
	f.chunks(gw.Rows-1, t.together(), 1, []int{1, gw.Cols}, func(at index, n int) { t.rows(at, n) })
	f.code.Wide(8*t.bytes, func() { t.edge(gw.Rows-1, t.chunks-1) })
	f.to.Flush()
	f.to.Release(t.inputs...)
	f.to.Drop(t.off)
	f.to.Drop(t.aligned)
}

// read finds out how the matrix lies, and reads the vectors of the input.
func (t *turnedRows) read() {
	to, code := t.f.to, t.f.code
	t.aligned, t.off = to.Pointer(), to.Pointer()
	to.PointTo(t.begin, t.aligned)
	to.Int(vec.IntCopy, vec.Ref(t.aligned), vec.Ref(t.off))
	to.Int(vec.IntAnd, vec.Const(t.bytes-1), vec.Ref(t.off))
	to.Int(vec.IntSub, vec.Ref(t.off), vec.Ref(t.aligned))
	for range t.chunks {
		t.inputs = append(t.inputs, to.Variable())
	}
	before := to.Pointer() // off lanes before the input
	to.PointTo(t.in, before)
	to.Int(vec.IntSub, vec.Ref(t.off), vec.Ref(before))
	to.Int(vec.IntShiftRight, vec.Const(bits.TrailingZeros(uint(t.f.m.Size))), vec.Ref(t.off))
	mask := to.FirstOf(t.off, t.lanes, 8*t.bytes)
	at := vec.Place{Base: before}
	rest := code.Compare(vec.Equal, code.Keep(mask, code.Number(1)), code.Zeros())
	code.Set(t.inputs[0], code.Or(code.LoadWhere(at.Plus(t.chunks*t.bytes), t.lanes, mask),
		code.LoadWhere(at, t.lanes, rest)))
	for c := 1; c < t.chunks; c++ {
		code.Set(t.inputs[c], code.LoadLoose(at.Plus(c*t.bytes), t.lanes))
	}
	to.Flush()
	to.Drop(before)
}

// edge writes a vector of a row where it lies.
func (t *turnedRows) edge(row, chunk int) {
	f := t.f
	delta := f.code.Spread(f.at(t.d, index{off: row}))
	f.code.Store(f.code.Product(delta, f.code.LoadLoose(t.in.Plus(chunk*t.bytes), t.lanes)),
		t.begin.Plus(row*t.chunks*t.bytes+chunk*t.bytes), t.lanes)
}

// row writes the vectors of a row but the first.
func (t *turnedRows) row(at index, delta *vec.Value) {
	for c := 1; c < t.chunks; c++ {
		t.f.code.Store(t.f.code.Product(delta, t.inputs[c]), t.at(at, c), t.lanes)
	}
}

// at is where a vector of a row is.
func (t *turnedRows) at(row index, chunk int) vec.Place {
	return vec.Place{Base: t.aligned, Index: row.vars[t.gw.Cols], Disp: (row.off*t.chunks + chunk) * t.bytes}
}

// rows writes the n rows after some rows.
func (t *turnedRows) rows(at index, n int) {
	f := t.f
	mask := f.to.FirstOf(t.off, t.lanes, 8*t.bytes)
	f.code.Wide(8*t.bytes, func() {
		above := f.code.Spread(f.at(t.d, at))
		for range n {
			at.off++
			delta := f.code.Spread(f.at(t.d, at))
			f.code.Store(f.code.Product(f.code.Select(mask, above, delta), t.inputs[0]), t.at(at, 0), t.lanes)
			t.row(at, delta)
			above = delta
		}
	})
}

// together is how many rows are written in the body of a loop: as many as leave none for after it, if these are not far
// fewer than could be.
func (t *turnedRows) together() int {
	most := max(1, t.f.bodyProducts()/t.chunks)
	for n := most; 2*n > most; n-- {
		if (t.gw.Rows-1)%n == 0 {
			return n
		}
	}
	return most
}
