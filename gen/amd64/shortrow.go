package amd64

import (
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// fewLanes says whether n numbers are folded one by one: what is in the lanes above needn't be known then, and the
// chain of operations is no longer.
func (f *function) fewLanes(n int) bool { return !f.strict() && f.m.size == 4 && (n == 2 || n == 3) }

// folded folds the first n lanes of a vector with an operation and puts the result into all of them. If they are not
// few those above must leave the result as it is.
func (b *block) folded(x *vec.Value, n int, op func(b *block, x, y *vec.Value) *vec.Value) *vec.Value {
	if !b.f.fewLanes(n) {
		return b.everywhere(x, op)
	}
	y := op(b, b.lane(x, 0), b.lane(x, 1))
	if n == 3 {
		y = op(b, y, b.lane(x, 2))
	}
	return y
}

// shortRow is affine for a row of few numbers: their products are added one by one.
func (f *function) shortRow(op *plan.Affine) {
	f.code.within(f.m.width(op.W.Cols), func() {
		b, n := f.code, op.W.Cols
		products := b.product(b.loose(f.at(op.In, index{}), n), f.parameters(f.row(op.W, index{}), n))
		z := b.lane(products, n-1)
		if op.B != nil {
			z = b.sum(z, b.spread(f.at(op.B, index{})))
		}
		rest := products // in the first lane
		if f.updating {  // what follows waits for it in every lane
			rest = b.lane(products, 0)
		}
		if n == 3 {
			rest = b.sum(rest, b.lane(products, 1))
		}
		f.each(&op.Each, index{}, 1, plan.AccForward, b.sum(rest, z))
	})
}
