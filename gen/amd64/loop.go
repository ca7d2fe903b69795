package amd64

import (
	"fmt"
	"slices"

	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// Loops over units and columns, and where in a buffer their rounds are.

// index is a position in a loop or a constant one: elements off, and a register that has what the loop adds, in bytes
// times each of the scales asked for.
type index struct {
	off  int
	regs map[int]*vec.Int
}

// loop runs its body trips times. For every scale the body's index has a register that grows by step·scale numbers.
func (f *function) loop(trips, step int, scales []int, body func(at index)) {
	if trips == 1 {
		body(index{})
		return
	}
	f.flush()
	at := index{regs: map[int]*vec.Int{}}
	for _, s := range scales {
		if at.regs[s] == nil {
			r := f.pointer()
			at.regs[s] = r
			f.integer(vec.IntZero, vec.Ref(r))
		}
	}
	label := f.label()
	before := f.enter()
	body(at)
	f.flush()
	scale := scales[0]
	distinct := slices.Compact(slices.Clone(scales)) // of two, a matrix of one column has them equal
	for _, s := range distinct {
		f.integer(vec.IntAdd, vec.Const(step*s*f.m.size), vec.Ref(at.regs[s]))
	}
	f.round(before, trips)
	f.integer(vec.IntCompare, vec.Ref(at.regs[scale]), vec.Const(trips*step*scale*f.m.size))
	f.branch(vec.IfNotEqual, label)
	for _, s := range distinct {
		f.drop(at.regs[s])
	}
}

// loopFrom is a loop over elements that begins where an index stands.
func (f *function) loopFrom(from index, trips, step int, body func(at index)) {
	f.flush()
	count, r := f.pointer(), f.pointer()
	if from.regs[1] != nil {
		f.integer(vec.IntCopy, vec.Ref(from.regs[1]), vec.Ref(r))
	} else {
		f.integer(vec.IntZero, vec.Ref(r))
	}
	f.integer(vec.IntSet, vec.Const(trips), vec.Ref(count))
	label := f.label()
	before := f.enter()
	body(index{off: from.off, regs: map[int]*vec.Int{1: r}})
	f.flush()
	f.integer(vec.IntAdd, vec.Const(step*f.m.size), vec.Ref(r))
	f.round(before, trips)
	f.countDown(count, label)
	f.drop(r)
	f.drop(count)
}

// backwards runs a body over n numbers, what is left of whole steps first and then these in a loop from the last to the
// first, or in alternating directions.
func (f *function) backwards(n, step int, scales []int, body func(at index, size int)) {
	full := n / step
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
	f.flush()
	at, count := index{regs: map[int]*vec.Int{}}, f.pointer()
	scales = slices.Compact(slices.Clone(scales))
	for _, s := range scales {
		at.regs[s] = f.pointer()
		f.integer(vec.IntSet, vec.Const((full-1)*step*s*f.m.size), vec.Ref(at.regs[s]))
	}
	f.integer(vec.IntSet, vec.Const(full), vec.Ref(count))
	label := f.label()
	before := f.enter()
	body(at, step)
	f.flush()
	for _, s := range scales {
		f.integer(vec.IntSub, vec.Const(step*s*f.m.size), vec.Ref(at.regs[s]))
	}
	f.round(before, full)
	for _, s := range scales {
		f.drop(at.regs[s])
	}
	f.countDown(count, label)
	f.drop(count)
}

// variables makes n variables that begin with a value.
func (f *function) variables(n int, from func(b *kernel.Code) *vec.Value) []*vec.Value {
	cells := make([]*vec.Value, n)
	for i := range cells {
		cells[i] = f.cell()
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
	f.mark(label)
	return label
}

// releasePending gives back the variables of loops that have been read.
func (f *function) releasePending() {
	if len(f.pending) > 0 {
		f.release(f.pending...)
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

// at is the place of an element of a vector, or of a matrix's row and column; the loops' registers are those of the
// scales 1 and, for rows, the number of columns.
func (f *function) at(b *plan.Buffer, i index) vec.Place {
	r := f.file.layout.place(f, b)
	r.Disp += i.off * f.m.size
	r.Index = i.regs[1]
	return r
}

// row is the place of a matrix's row.
func (f *function) row(b *plan.Buffer, i index) vec.Place {
	r := f.file.layout.place(f, b)
	r.Disp += i.off * b.Cols * f.m.size
	r.Index = i.regs[b.Cols]
	return r
}

// address computes a place into a register, so that another index can be added.
func (f *function) address(r vec.Place) (at vec.Place, release func()) {
	if r.Index == nil {
		return r, func() {}
	}
	f.flush()
	p := f.pointer()
	f.lea(vec.Place{Base: r.Base, Index: r.Index, Disp: r.Disp}, p)
	return vec.Place{Base: p}, func() { f.flush(); f.drop(p) }
}

// along is a place moved by an index.
func (f *function) along(r vec.Place, i index) vec.Place {
	r.Disp += i.off * f.m.size
	if i.regs[1] != nil {
		r.Index = i.regs[1]
	}
	return r
}
