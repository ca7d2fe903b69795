package kernel

import (
	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/kernel/idiom"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// affine is z = W·in + b. A block of rows at a time, as many as a vector has lanes, each row is multiplied with the
// input and the products are added in lanes; then a transposing reduction makes one vector of the sums, to which biases
// are added and which Each takes on.
func (f *function) affine(op *plan.Affine) {
	if f.code.Strict {
		f.orderedAffine(op)
		return
	}
	if op.W.Rows == 1 && f.code.FewLanes(op.W.Cols) {
		f.shortRow(op)
		return
	}
	if lanes, ok := f.packs(op.W); ok {
		f.packedAffine(op, lanes)
		return
	}
	rows, cols, lanes := op.W.Rows, op.W.Cols, f.m.Lanes()
	chunks := (cols + lanes - 1) / lanes
	step := f.rowsAtOnce(op.W)
	unrolled := (rows + step - 1) / step // blocks
	if rows*chunks > f.unrolledProducts() {
		unrolled = 1
	}
	var held []*vec.Value
	if rows/step > unrolled && f.straightDots(op.W, step) {
		beside := step
		if f.style.InOrder {
			beside += inOrderChains
		}
		held = f.heldInput(op, beside)
	}
	var made deferred
	f.rowBlocks(rows, step, unrolled, []int{1, cols}, func(at index, n int) {
		straight, release := f.affineBlock(op, at, n, held, func(at index, n int, z *vec.Value) {
			made = append(made, func() { f.each(&op.Each, at, n, plan.AccForward, z) })
		})
		if unrolled == 1 || !straight || len(made) >= f.m.Registers/4 {
			made.write()
		}
		release()
	})
	made.write()
	if held != nil {
		f.to.Release(held...)
	}
}

// deferred is what Each makes of blocks of rows, written after the sums of several: a core that waits for a long
// function then has the next one within its sight, and not the sums between.
type deferred []func()

// write writes it.
func (d *deferred) write() {
	for _, each := range *d {
		each()
	}
	*d = nil
}

// affineBlock forms the sums of a block of n rows, a vector of them after the other, and says whether that is straight
// code. What it returns releases the registers of loops, once what Each makes of the sums is written.
func (f *function) affineBlock(op *plan.Affine, at index, n int, held []*vec.Value,
	each func(at index, n int, z *vec.Value)) (straight bool, release func()) {
	cols, lanes := op.W.Cols, f.m.Lanes()
	w, pointer := f.row(op.W, at), func() {}
	width := f.m.Width(min(cols, lanes))
	if f.byHalves(op.W, n) {
		f.code.Wide(width, func() { each(at, n, f.halvedDots(op, w, at, n)) })
		return true, pointer
	}
	var sums []*vec.Value
	straight = f.straightDots(op.W, n)
	inOrder := f.style.InOrder && n > 1
	switch {
	case straight && inOrder:
		f.code.Wide(width, func() { sums = f.dotsInOrder(op, w, n, held) })
	case straight:
		f.code.Wide(width, func() { sums = f.dots(op, w, at, n, held) })
	case inOrder:
		w, pointer = f.address(w)
		f.code.Wide(width, func() { sums = f.loopedDotsInOrder(op, w, n) })
	default:
		w, pointer = f.address(w)
		f.code.Wide(width, func() { sums = f.loopedDots(op, w, at, n) })
	}
	f.code.Wide(width, func() {
		for k := 0; k < n; k += lanes {
			at, n, sums := at, min(lanes, n-k), sums[k:min(k+lanes, n)]
			at.off += k
			var z *vec.Value
			if op.B == nil || len(sums) == 1 && k == 0 {
				z = f.code.Reduce(sums)
			} else {
				var bias *vec.Value
				f.code.Wide(f.m.Width(n), func() { bias = f.biases(op.B, at, n) })
				z = f.code.ReduceOnto(bias, sums)
			}
			each(at, n, z)
		}
	})
	return straight, func() {
		f.releasePending()
		pointer()
	}
}

// straightDots says whether the products of n rows are straight code.
func (f *function) straightDots(w *plan.Buffer, n int) bool {
	chunks := (w.Cols + f.m.Lanes() - 1) / f.m.Lanes()
	if f.m.Beside > 0 && n == w.Rows { // of all rows there is no other body to be written
		return n*chunks <= f.unrolledProducts()
	}
	return n*chunks <= 2*f.bodyProducts() || chunks <= 4
}

// heldInput reads the first vectors of an affine map's input once for all blocks of rows, as many as there are
// registers for beside n sums of a block and what is made of them: loads are what such a map takes its time for.
// Elementary functions need the registers themselves.
func (f *function) heldInput(op *plan.Affine, n int) []*vec.Value {
	for _, e := range plan.Expressions(op) {
		if expr.Share("u", e).Count().Calls > 0 {
			return nil
		}
	}
	lanes, cols := f.m.Lanes(), op.W.Cols
	held := make([]*vec.Value, min((cols+lanes-1)/lanes, f.m.Registers-max(n, 4)-1))
	for c := range held {
		held[c] = f.to.Variable()
	}
	for c, cell := range held {
		size := min(lanes, cols-c*lanes)
		f.code.Wide(f.m.Width(min(cols, lanes)),
			func() { f.code.Set(cell, f.code.Load(f.at(op.In, index{off: c * lanes}), size)) })
	}
	return held
}

// biases are n biases, with anything in the lanes above.
func (f *function) biases(b *plan.Buffer, at index, n int) *vec.Value {
	if b.Kind == plan.Scratch { // what is added is no bias
		return f.code.LoadLoose(f.at(b, at), n)
	}
	return f.parameters(f.at(b, at), n)
}

// parameters are n parameters, with anything in the lanes above: a whole register is read where they go on so far, but
// not where they are written as well, for a load that is wider than the store before it waits until that has reached
// the cache.
func (f *function) parameters(r vec.Place, n int) *vec.Value {
	whole := f.code.Bits() / 8 / f.m.Size
	if !f.code.Updating && r.Index == nil && r.Disp+whole*f.m.Size <= f.lay.Params {
		n = whole
	}
	return f.code.Load(r, n)
}

// goesOn says whether a whole register may be read where a row of a matrix of parameters has n numbers left: whether
// parameters go on so far after its last row, and none is written, for a load waits for a store that is not like it.
func (f *function) goesOn(w *plan.Buffer, n int) bool {
	whole := f.code.Bits() / 8 / f.m.Size
	return !f.code.Updating && n < whole && f.at(w, index{}).Disp+(w.Len()-n+whole)*f.m.Size <= f.lay.Params
}

// rowPart reads n numbers of a row of a matrix, with 0 in the lanes above: what follows them in memory is cut off,
// which takes an instruction where moving them in pieces takes up to four.
func (f *function) rowPart(w *plan.Buffer, r vec.Place, n int) *vec.Value {
	if bytes := n * f.m.Size; bytes&(bytes-1) == 0 || !f.goesOn(w, n) { // one move
		return f.code.Load(r, n)
	}
	return f.code.LoadFirst(r, n)
}

// looseRowPart is rowPart with anything in the lanes above.
func (f *function) looseRowPart(w *plan.Buffer, r vec.Place, n int) *vec.Value {
	if f.goesOn(w, n) {
		n = f.code.Bits() / 8 / f.m.Size
	}
	return f.code.Load(r, n)
}

// dots are the products of n rows with the input, whose first vectors may be held, in straight code: for every vector
// of columns one term of each row. Those of a single row begin with its bias.
func (f *function) dots(op *plan.Affine, w vec.Place, first index, n int, held []*vec.Value) []*vec.Value {
	sums := make([]*vec.Value, n)
	if n == 1 && op.B != nil {
		sums[0] = f.code.Load(f.at(op.B, first), 1)
	}
	lanes, cols := f.m.Lanes(), op.W.Cols
	beside := max(1, f.m.Beside)
	f.chunks(cols, beside*lanes, 1<<30, nil, func(at index, size int) {
		var inputs []*vec.Value
		for k := 0; k < size; k += lanes {
			if c := (at.off + k) / lanes; c < len(held) {
				inputs = append(inputs, held[c])
			} else {
				inputs = append(inputs, f.code.Load(f.at(op.In, index{off: at.off + k}), min(lanes, size-k)))
			}
		}
		for r := range n {
			for k, x := range inputs {
				t := f.rowPart(op.W, f.along(w, index{off: at.off + k*lanes + r*cols}), min(lanes, size-k*lanes))
				if sums[r] == nil {
					sums[r] = f.code.Product(x, t)
				} else {
					sums[r] = f.code.Madd(x, t, sums[r])
				}
			}
		}
	})
	return sums
}

// rowBlocks runs a body over blocks of rows, in a loop where they are more than are unrolled.
func (f *function) rowBlocks(rows, step, unrolled int, scales []int, body func(at index, n int)) {
	if f.direction != nil && rows/step > max(1, unrolled) {
		f.alternately(rows, step, scales, body)
		return
	}
	f.chunks(rows, step, unrolled, scales, body)
}

// blockRows is how many rows an affine map takes at once: as many as a register has lanes, but of long rows fewer, for
// those that a call read last should still be in the first cache when the next one, or the way back, begins with them.
func (f *function) blockRows(w *plan.Buffer) int {
	n := min(w.Rows, f.m.Lanes())
	for n >= 8 && n*w.Cols*f.m.Size > f.m.Cache/2 {
		n /= 2
	}
	return f.style.abreast(n)
}

// rowsAtOnce is how many rows are taken at once: a block of them, or some where more sums than that keep the core busy.
func (f *function) rowsAtOnce(w *plan.Buffer) int {
	n := f.blockRows(w)
	if n < f.m.Lanes() || n >= f.m.Chains {
		return n
	}
	if most := f.m.Chains * 3 / 2; w.Rows <= most {
		n = w.Rows
	} else {
		n = f.m.Chains / f.m.Lanes() * f.m.Lanes()
	}
	for n > f.m.Lanes() && n*w.Cols*f.m.Size > f.m.Cache/2 {
		n /= 2
	}
	return n
}

// loopedDots is dots with a loop over the columns. Where rows are few, each has several sums, so that no multiply-add
// waits for the one before.
func (f *function) loopedDots(op *plan.Affine, w vec.Place, first index, n int) []*vec.Value {
	const chains = 8
	ways := max(1, chains/n)
	cells := f.variables(n*ways, (*idiom.Code).Zeros)
	if n == 1 && op.B != nil {
		f.code.Set(cells[0], f.code.Load(f.at(op.B, first), 1))
	}
	lanes, cols := f.m.Lanes(), op.W.Cols
	vectors, beside := ways, 1
	if f.m.Beside > 0 { // as many as make the additions for addresses few
		vectors = max(1, f.bodyProducts()/n/ways) * ways
		beside = min(vectors, f.m.Registers/4)
	}
	f.chunks(cols, vectors*lanes, 0, []int{1}, func(at index, size int) {
		for first := 0; first*lanes < size; first += beside {
			var inputs []*vec.Value
			numbers := func(k int) int { return min(lanes, size-(first+k)*lanes) }
			for k := 0; k < beside && numbers(k) > 0; k++ {
				inputs = append(inputs, f.code.Load(f.at(op.In, index{off: at.off + k*lanes, vars: at.vars}),
					numbers(k)))
			}
			for r := range n {
				for k, x := range inputs {
					f.code.Accumulate(cells[r*ways+(first+k)%ways], x,
						f.code.Load(f.along(w, index{off: at.off + k*lanes + r*cols, vars: at.vars}), numbers(k)))
				}
			}
			at.off += beside * lanes
		}
	})
	f.pending = append(f.pending, cells...)
	sums := make([]*vec.Value, n)
	for r := range sums {
		sums[r] = f.code.Total(cells[r*ways:][:ways])
	}
	return sums
}
