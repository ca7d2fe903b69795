package kernel

import (
	"github.com/backpropgen/backpropgen/gen/kernel/idiom"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// Rows that are read side by side are as many streams of memory, and some cores bring lines from the second cache
// faster where there is only one. Then each row of a block is gone through before the next one begins.

// inOrderChains is how many sums a row has at once, so that no multiply-add waits for the one before.
const inOrderChains = 4

// dotsInOrder is dots, row after row.
func (f *function) dotsInOrder(op *plan.Affine, w vec.Place, n int, held []*vec.Value) []*vec.Value {
	lanes, sums := f.m.Lanes(), make([]*vec.Value, n)
	for r := range n {
		var chains [inOrderChains]*vec.Value
		f.chunks(op.W.Cols, lanes, 1<<30, nil, func(at index, size int) {
			c := at.off / lanes
			var x *vec.Value
			if c < len(held) {
				x = held[c]
			} else {
				x = f.code.Load(f.at(op.In, at), size)
			}
			t := f.rowPart(op.W, f.along(w, index{off: at.off + r*op.W.Cols}), size)
			if sum := &chains[c%inOrderChains]; *sum == nil {
				*sum = f.code.Product(x, t)
			} else {
				*sum = f.code.Madd(x, t, *sum)
			}
		})
		sums[r] = f.code.Total(chains[:min(inOrderChains, (op.W.Cols+lanes-1)/lanes)])
	}
	return sums
}

// loopedDotsInOrder is loopedDots, row after row.
func (f *function) loopedDotsInOrder(op *plan.Affine, w vec.Place, n int) []*vec.Value {
	lanes, cols := f.m.Lanes(), op.W.Cols
	var sums []*vec.Value
	for r := range n {
		cells := f.variables(inOrderChains, (*idiom.Code).Zeros)
		f.chunks(cols, inOrderChains*lanes, 0, []int{1}, func(at index, size int) {
			for way := 0; way*lanes < size; way++ {
				n := min(lanes, size-way*lanes)
				x := f.code.Load(f.at(op.In, at), n)
				f.code.Accumulate(cells[way], x, f.code.Load(f.along(w, index{off: at.off + r*cols, vars: at.vars}), n))
				at.off += lanes
			}
		})
		sum := f.to.Variable()
		f.code.Set(sum, f.code.Total(cells))
		f.to.Flush()
		f.to.Release(cells...)
		sums = append(sums, sum)
	}
	f.pending = append(f.pending, sums...)
	return sums
}
