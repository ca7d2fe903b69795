package kernel

import (
	"fmt"
	"slices"

	"github.com/backpropgen/backpropgen/gen/kernel/idiom"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// Loops over units and columns, and where in a buffer their rounds are.

// index is a position in a loop or a constant one: elements off, and a variable that has what the loop adds, in bytes
// times each of the scales asked for.
type index struct {
	off  int
	vars map[int]*vec.Int
}

// loop runs its body trips times. For every scale the body's index has a variable that grows by step·scale numbers.
func (f *function) loop(trips, step int, scales []int, body func(at index)) {
	if trips == 1 {
		body(index{})
		return
	}
	f.to.Flush()
	at := index{vars: map[int]*vec.Int{}}
	for _, s := range scales {
		if at.vars[s] == nil {
			r := f.to.Pointer()
			at.vars[s] = r
			f.to.Int(vec.IntZero, vec.Ref(r))
		}
	}
	label := f.label()
	round := f.to.Enter()
	body(at)
	f.to.Flush()
	scale := scales[0]
	distinct := slices.Compact(slices.Clone(scales)) // of two, a matrix of one column has them equal
	for _, s := range distinct {
		f.to.Int(vec.IntAdd, vec.Const(step*s*f.m.Size), vec.Ref(at.vars[s]))
	}
	round(trips)
	f.to.Int(vec.IntCompare, vec.Ref(at.vars[scale]), vec.Const(trips*step*scale*f.m.Size))
	f.to.Branch(vec.IfNotEqual, label)
	for _, s := range distinct {
		f.to.Drop(at.vars[s])
	}
}

// loopFrom is a loop over elements that begins where an index stands.
func (f *function) loopFrom(from index, trips, step int, body func(at index)) {
	f.to.Flush()
	count, r := f.to.Pointer(), f.to.Pointer()
	if from.vars[1] != nil {
		f.to.Int(vec.IntCopy, vec.Ref(from.vars[1]), vec.Ref(r))
	} else {
		f.to.Int(vec.IntZero, vec.Ref(r))
	}
	f.to.Int(vec.IntSet, vec.Const(trips), vec.Ref(count))
	label := f.label()
	round := f.to.Enter()
	body(index{off: from.off, vars: map[int]*vec.Int{1: r}})
	f.to.Flush()
	f.to.Int(vec.IntAdd, vec.Const(step*f.m.Size), vec.Ref(r))
	round(trips)
	f.to.CountDown(count, label)
	f.to.Drop(r)
	f.to.Drop(count)
}

// backwards runs a body over n numbers, what is left of whole steps first and then these in a loop from the last to the
// first, or in alternating directions; from the first to the last in a style that says so.
func (f *function) backwards(n, step int, scales []int, body func(at index, size int)) {
	full := n / step
	if f.style.InOrder {
		f.chunks(n, step, 1, scales, body)
		return
	}
	if f.direction != nil && full > 1 {
		f.alternately(n, step, scales, body)
		return
	}
	if rest := n % step; rest > 0 {
		body(index{off: full * step}, rest)
	}
	if full < 2 {
		if full == 1 {
			body(index{}, step)
		}
		return
	}
	f.to.Flush()
	at, count := index{vars: map[int]*vec.Int{}}, f.to.Pointer()
	scales = slices.Compact(slices.Clone(scales))
	for _, s := range scales {
		at.vars[s] = f.to.Pointer()
		f.to.Int(vec.IntSet, vec.Const((full-1)*step*s*f.m.Size), vec.Ref(at.vars[s]))
	}
	f.to.Int(vec.IntSet, vec.Const(full), vec.Ref(count))
	label := f.label()
	round := f.to.Enter()
	body(at, step)
	f.to.Flush()
	for _, s := range scales {
		f.to.Int(vec.IntSub, vec.Const(step*s*f.m.Size), vec.Ref(at.vars[s]))
	}
	round(full)
	for _, s := range scales {
		f.to.Drop(at.vars[s])
	}
	f.to.CountDown(count, label)
	f.to.Drop(count)
}

// countdown runs a body as often as an argument says, which gets no larger than most.
func (f *function) countdown(argument string, most int, body func()) {
	f.to.Flush()
	count := f.to.Pointer()
	f.to.Int(vec.IntCopy, vec.Word(f.to.Given(argument)), vec.Ref(count))
	label := f.label()
	round := f.to.Enter()
	body()
	f.to.Flush()
	round(most)
	f.to.CountDown(count, label)
	f.to.Drop(count)
}

// variables makes n variables that begin with a value.
func (f *function) variables(n int, from func(b *idiom.Code) *vec.Value) []*vec.Value {
	cells := make([]*vec.Value, n)
	for i := range cells {
		cells[i] = f.to.Variable()
	}
	for _, c := range cells {
		f.code.Set(c, from(f.code))
	}
	return cells
}

// label marks the place where a loop begins.
func (f *function) label() string {
	label := fmt.Sprintf("loop%d", f.labels)
	f.labels++
	f.to.Mark(label)
	return label
}

// releasePending gives back the variables of loops that have been read.
func (f *function) releasePending() {
	if len(f.pending) > 0 {
		f.to.Release(f.pending...)
		f.pending = nil
	}
}

// chunks runs a body over n numbers, step at a time, then over what is left: unrolled up to a number of full steps, as
// a loop beyond it.
func (f *function) chunks(n, step, unrolled int, scales []int, body func(at index, size int)) {
	full := n / step
	if full <= unrolled {
		for i := range full {
			body(index{off: i * step}, step)
		}
	} else {
		f.loop(full, step, scales, func(at index) { body(at, step) })
	}
	if rest := n % step; rest > 0 {
		body(index{off: full * step}, rest)
	}
}

// place is the first element of a buffer, seen from a function.
func (f *function) place(b *plan.Buffer) vec.Place {
	if f.rows != nil {
		if at, ok := f.rows.place(b); ok {
			return at
		}
	}
	if b.Kind == plan.Rate {
		return f.to.Given("rate")
	}
	base := f.to.Base(f.lay.In(b))
	if base == nil {
		f.to.Fail(fmt.Sprintf("no argument holds %s", b))
		base = f.to.Scratch()
	}
	return vec.Place{Base: base, Disp: f.lay.At(b)}
}

// at is the place of an element of a vector, or of a matrix's row and column; the loops' variables are those of the
// scales 1 and, for rows, the number of columns.
func (f *function) at(b *plan.Buffer, i index) vec.Place {
	r := f.place(b)
	r.Disp += i.off * f.m.Size
	r.Index = i.vars[1]
	return r
}

// row is the place of a matrix's row.
func (f *function) row(b *plan.Buffer, i index) vec.Place {
	r := f.place(b)
	r.Disp += i.off * b.Cols * f.m.Size
	r.Index = i.vars[b.Cols]
	return r
}

// address computes a place into a variable, so that another index can be added.
func (f *function) address(r vec.Place) (at vec.Place, release func()) {
	if r.Index == nil {
		return r, func() {}
	}
	f.to.Flush()
	p := f.to.Pointer()
	f.to.PointTo(vec.Place{Base: r.Base, Index: r.Index, Disp: r.Disp}, p)
	return vec.Place{Base: p}, func() { f.to.Flush(); f.to.Drop(p) }
}

// along is a place moved by an index.
func (f *function) along(r vec.Place, i index) vec.Place {
	r.Disp += i.off * f.m.Size
	if i.vars[1] != nil {
		r.Index = i.vars[1]
	}
	return r
}

// joined computes a place moved by up to two variables.
func (f *function) joined(r vec.Place, by ...*vec.Int) (at vec.Place, release func()) {
	release = func() {}
	for _, i := range by {
		switch {
		case i == nil:
		case r.Index == nil:
			r.Index = i
		default:
			r, release = f.address(r)
			r.Index = i
		}
	}
	return r, release
}
