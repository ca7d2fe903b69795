package kernel

import (
	"fmt"

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
