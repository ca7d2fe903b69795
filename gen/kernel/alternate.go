package kernel

import (
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// A function that goes over more memory than the first cache holds would find nothing of it there if every call went
// the same way: what a call needs first is what was used longest ago. So its calls go through the rows of matrices
// upwards and downwards in alternation, and each begins with what the one before ended with. The workspace has a number
// whose lowest bit says which way it is. A row's results do not depend on the order of the rows, so that all calls give
// the same bits. Step needs none of it: its way back over the weights begins with the rows that its way forward ended
// with, and ends with those that the next call begins with.

// alternates makes a function go through rows in alternating directions. One with a way
// forward reverses the direction, and one that has only the way back goes that of the call of Forward before it.
func (f *function) alternates(fn *plan.Func) {
	f.direction = &vec.Place{Base: f.to.Base("ws"), Disp: f.lay.Direction}
	for _, op := range fn.Ops {
		if _, ok := op.(*plan.Affine); ok {
			f.to.Int(vec.IntFlip4, vec.Const(1), vec.Word(*f.direction))
			return
		}
	}
}

// alternately runs a body over n numbers, what is left of whole steps first and then these in a loop that goes up or
// down. For every scale the body's index has a variable, as that of loop.
func (f *function) alternately(n, step int, scales []int, body func(at index, size int)) {
	full := n / step
	if rest := n % step; rest > 0 {
		body(index{off: full * step}, rest)
	}
	f.to.Flush()
	at := index{vars: map[int]*vec.Int{}}
	one, by, count := f.to.Pointer(), f.to.Pointer(), f.to.Pointer()
	at.vars[1] = one
	for _, s := range scales {
		if at.vars[s] == nil {
			at.vars[s] = f.to.Pointer()
		}
	}
	multiply := func() {
		for _, s := range scales {
			if s > 1 {
				f.to.Int(vec.IntMul, vec.Const(s), vec.Ref(one), vec.Ref(at.vars[s]))
			}
		}
	}
	// Set all bits of by for the way down, and none for the way up. Then make of them the start, one, and the step, by.
	bytes := step * f.m.Size
	f.to.Int(vec.IntCopy4, vec.Word(*f.direction), vec.Ref(by))
	f.to.Int(vec.IntAnd, vec.Const(1), vec.Ref(by))
	f.to.Int(vec.IntNeg, vec.Ref(by))
	f.to.Int(vec.IntSet, vec.Const((full-1)*bytes), vec.Ref(one))
	f.to.Int(vec.IntAnd, vec.Ref(by), vec.Ref(one))
	f.to.Int(vec.IntAnd, vec.Distance(-2*bytes), vec.Ref(by))
	f.to.Int(vec.IntAdd, vec.Const(bytes), vec.Ref(by))
	multiply()
	f.to.Int(vec.IntSet, vec.Const(full), vec.Ref(count))
	label := f.label()
	round := f.to.Enter()
	body(at, step)
	f.to.Flush()
	f.to.Int(vec.IntAdd, vec.Ref(by), vec.Ref(one))
	multiply()
	round(full)
	f.to.CountDown(count, label)
	for _, s := range scales {
		if s > 1 {
			f.to.Drop(at.vars[s])
		}
	}
	for _, r := range []*vec.Int{one, by, count} {
		f.to.Drop(r)
	}
}
