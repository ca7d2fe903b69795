package kernel

import (
	"slices"

	"github.com/backpropgen/backpropgen/gen/plan"
)

// Nothing waits for the loss, but a core finishes instructions in their order, and no store before all that stands
// before it is done. The chain of operations that the loss takes, a logarithm among them, would hold up the stores of a
// whole gradient. In functions whose last operation is a loop over rows it is spread among the stores before it.

// operations writes the operations of a function of one sample.
func (f *function) operations(ops []plan.Op) {
	first, at, host := overlappedLoss(ops)
	if host == 0 || f.to.Layered() || !f.loopsOver(ops[len(ops)-1]) {
		f.to.LayerByLayer(ops, f.where, f.operation)
		return
	}
	f.to.Expect(len(ops))
	delta, loss := ops[at].(*plan.Map).Parted()
	for _, op := range slices.Concat(ops[:first], []plan.Op{delta}, ops[at+1:host]) {
		f.operation(op)
	}
	f.code.SpreadAmong(func() {
		for _, op := range append(slices.Clone(ops[first:at]), loss) {
			f.operation(op)
		}
	}, func() { f.operation(ops[host]) })
	for _, op := range ops[host+1:] {
		f.operation(op)
	}
}

// overlappedLoss finds the operation that forms the loss beside δ, the first of those that are for the loss alone, and
// one after it whose stores the loss may be spread among, but not the last one. host is 0 where there is none.
func overlappedLoss(ops []plan.Op) (first, at, host int) {
	at = slices.IndexFunc(ops, func(op plan.Op) bool {
		m, ok := op.(*plan.Map)
		return ok && m.Sum != nil && m.Sum.Buf.Kind == plan.Loss && len(m.Sets) > 0
	})
	if at < 0 {
		return 0, 0, 0
	}
	host = at + 1 + slices.IndexFunc(ops[at+1:], func(op plan.Op) bool {
		back, fused := op.(*plan.BackAffine)
		_, outer := op.(*plan.Outer)
		_, sum := op.(*plan.OuterSum)
		return outer || sum || fused && back.Update != nil
	})
	if host == at || host+1 >= len(ops) {
		return 0, 0, 0
	}
	delta, loss := ops[at].(*plan.Map).Parted()
	if !independent(loss, ops[at+1:host+1]) {
		return 0, 0, 0
	}
	for first = at; first > 0; first-- {
		m, ok := ops[first-1].(*plan.Map)
		if !ok || !slices.ContainsFunc(m.Writes(), func(b *plan.Buffer) bool { return b.Kind == plan.Scratch }) {
			break
		}
		if !independent(m, append([]plan.Op{delta}, ops[at+1:]...)) {
			break
		}
	}
	return first, at, host
}

// independent says whether an operation may as well stand after some others.
func independent(op plan.Op, others []plan.Op) bool {
	for _, other := range others {
		if meet(op.Reads(), other.Writes()) || meet(op.Writes(), other.Reads()) || meet(op.Writes(), other.Writes()) {
			return false
		}
	}
	return true
}

// meet says whether two lists have a buffer in common, or buffers that share a slot.
func meet(x, y []*plan.Buffer) bool {
	return slices.ContainsFunc(x, func(b *plan.Buffer) bool {
		return slices.ContainsFunc(y, func(c *plan.Buffer) bool {
			return b == c || b.Kind == plan.Scratch && c.Kind == plan.Scratch && b.Slot == c.Slot
		})
	})
}

// loopsOver says whether an operation is a loop over the rows of a gradient or of an update.
func (f *function) loopsOver(op plan.Op) bool {
	var w *plan.Buffer
	switch op := op.(type) {
	case *plan.Outer:
		w = op.GW
	case *plan.OuterSum:
		w = op.GW
	case *plan.Update:
		w = op.W
	default:
		return false
	}
	lanes := f.streamed()
	return w.Rows*((w.Cols+lanes-1)/lanes) > f.unrolledProducts()
}
