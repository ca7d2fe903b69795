package kernel

import (
	"fmt"
	"slices"

	"github.com/backpropgen/backpropgen/gen/plan"
)

// Sample writes a function of one sample in a style; alternates says whether it goes through rows in alternating
// directions, unless the style is to take them in order.
func Sample(to Function, c *Common, fn *plan.Func, style Style, alternates bool) {
	f := newFunction(to, c)
	f.style, f.byRows = style, updatedByRows(fn)
	f.code.Updating = fn.Name == plan.Step
	to.Begin()
	if alternates && !style.InOrder {
		f.alternates(fn)
	}
	if fn.Rows != nil {
		f.withRows(fn)
		return
	}
	f.operations(fn.Ops)
}

// One writes what a function of a batch does with a sample alone: its gradient is added to what is there.
func One(to Function, c *Common, fn *plan.Func, alternates bool) {
	f := newFunction(to, c)
	f.style = Standard
	to.Begin()
	if alternates {
		f.alternates(fn)
	}
	f.operations(slices.DeleteFunc(slices.Clone(fn.Ops),
		func(op plan.Op) bool { return plan.ScopeOf(op) == plan.PerCall }))
}

// operation writes one operation of a function of one sample.
func (f *function) operation(op plan.Op) {
	switch {
	case !f.to.Operation(op):
	case f.rows != nil:
		f.rows.write(op)
	default:
		f.write(op)
	}
}

// write writes what it does.
func (f *function) write(op plan.Op) {
	switch op := op.(type) {
	case *plan.Affine:
		f.affine(op)
	case *plan.BackAffine:
		f.backAffine(op)
	case *plan.Outer:
		f.outer(op)
	case *plan.OuterSum:
		f.outerSum(op)
	case *plan.Update:
		f.update(op)
	case *plan.Map:
		f.mapping(op)
	case *plan.Vector:
		f.vector(op)
	case *plan.Unit:
		f.unit(op)
	default:
		f.to.Fail(fmt.Sprintf("unexpected operation %T", op))
	}
}

// updatedByRows are the matrices that a function updates as it goes back through them.
func updatedByRows(fn *plan.Func) map[*plan.Buffer]bool {
	found := map[*plan.Buffer]bool{}
	for _, op := range fn.Ops {
		if back, ok := op.(*plan.BackAffine); ok && back.Update != nil {
			found[back.W] = true
		}
	}
	return found
}
