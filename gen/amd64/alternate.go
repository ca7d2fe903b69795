package amd64

import (
	"slices"

	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// A function that goes over more memory than the first cache holds would find nothing of it there if every call went
// the same way: what a call needs first is what was used longest ago. So its calls go through the rows of matrices
// upwards and downwards in alternation, and each begins with what the one before ended with. The workspace has a number
// whose lowest bit says which way it is. A row's results do not depend on the order of the rows, so that all calls give
// the same bits. Step needs none of it: its way back over the weights begins with the rows that its way forward ended
// with, and ends with those that the next call begins with.

// directionField is that number, which comes last in the workspace.
const directionField = "turn"

// alternates says whether the code of a function is to alternate: one of one sample that goes over more than the first
// cache holds and doesn't come back over what it read, as an update does.
func (c *core) alternates(p *plan.Program, fn *plan.Func) bool {
	return !fn.Batch && fn.Name != plan.Step && p.MatrixBytes(fn) > c.firstCache
}

// alternatesAny says whether a network has functions that would alternate.
func (c *core) alternatesAny(p *plan.Program) bool {
	return slices.ContainsFunc(p.Funcs, func(fn *plan.Func) bool { return c.alternates(p, fn) })
}

// DirectionField is the name of the number that the workspace must end with, empty where none is needed.
func (a *Assembly) DirectionField() string {
	if a.common.core.alternatesAny(a.p) {
		return directionField
	}
	return ""
}

// alternates makes a function go through rows in alternating directions where that saves anything. One with a way
// forward reverses the direction, and one that has only the way back goes that of the call of Forward before it.
func (f *function) alternates(p *plan.Program, fn *plan.Func) {
	if !f.file.core.alternates(p, fn) {
		return
	}
	f.direction = &vec.Place{Base: f.bases["ws"], Disp: f.file.layout.direction}
	for _, op := range fn.Ops {
		if _, ok := op.(*plan.Affine); ok {
			f.integer(vec.IntFlip4, vec.Const(1), vec.Word(*f.direction))
			return
		}
	}
}

// alternately runs a body over n numbers, what is left of whole steps first and then these in a loop that goes up or
// down. For every scale the body's index has a register, as that of loop.
func (f *function) alternately(n, step int, scales []int, body func(at index, size int)) {
	full := n / step
	if rest := n % step; rest > 0 {
		body(index{off: full * step}, rest)
	}
	f.flush()
	at := index{regs: map[int]*vec.Int{}}
	one, by, count := f.pointer(), f.pointer(), f.pointer()
	at.regs[1] = one
	for _, s := range scales {
		if at.regs[s] == nil {
			at.regs[s] = f.pointer()
		}
	}
	multiply := func() {
		for _, s := range scales {
			if s > 1 {
				f.integer(vec.IntMul, vec.Const(s), vec.Ref(one), vec.Ref(at.regs[s]))
			}
		}
	}
	// All bits of by are set for the way down, none for the way up; one and by are made of that.
	bytes := step * f.m.size
	f.integer(vec.IntCopy4, vec.Word(*f.direction), vec.Ref(by))
	f.integer(vec.IntAnd, vec.Const(1), vec.Ref(by))
	f.integer(vec.IntNeg, vec.Ref(by))
	f.integer(vec.IntSet, vec.Const((full-1)*bytes), vec.Ref(one))
	f.integer(vec.IntAnd, vec.Ref(by), vec.Ref(one))
	f.integer(vec.IntAnd, vec.Distance(-2*bytes), vec.Ref(by))
	f.integer(vec.IntAdd, vec.Const(bytes), vec.Ref(by))
	multiply()
	f.integer(vec.IntSet, vec.Const(full), vec.Ref(count))
	label := f.label()
	before := f.enter()
	body(at, step)
	f.flush()
	f.integer(vec.IntAdd, vec.Ref(by), vec.Ref(one))
	multiply()
	f.round(before, full)
	f.countDown(count, label)
	for _, s := range scales {
		if s > 1 {
			f.drop(at.regs[s])
		}
	}
	for _, r := range []*vec.Int{one, by, count} {
		f.drop(r)
	}
}
