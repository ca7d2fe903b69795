package amd64

import (
	"github.com/backpropgen/backpropgen/gen/plan"
)

// Limits of straight-line code, in multiply-adds of whole vectors.
const (
	unrolledProducts = 320 // of an operation over a matrix
	bodyProducts     = 64  // of the body of a loop
)

// affine is z = W·in + b. A block of rows at a time, as many as a vector has lanes, each row is multiplied with the input and
// the products are added in lanes; then a transposing reduction makes one vector of the sums, to which biases are added and
// which Each takes on.
func (f *function) affine(op *plan.Affine) {
	if f.strict() {
		f.orderedAffine(op)
		return
	}
	if lanes, ok := f.packs(op); ok {
		f.packedAffine(op, lanes)
		return
	}
	rows, cols, lanes := op.W.Rows, op.W.Cols, f.m.lanes()
	chunks := (cols + lanes - 1) / lanes
	step := min(rows, lanes)
	blocks := (rows + step - 1) / step
	unrolledRows := blocks
	if rows*chunks > unrolledProducts {
		unrolledRows = 1
	}
	f.chunks(rows, step, unrolledRows, []int{1, cols}, func(at index, n int) {
		w, release := f.row(op.W, at), func() {}
		var sums []*value
		width := f.m.width(min(cols, lanes))
		if n*chunks <= 2*bodyProducts || chunks <= 4 {
			f.code.within(width, func() { sums = f.dots(op, w, n) })
		} else {
			w, release = f.address(w)
			f.code.within(width, func() { sums = f.loopedDots(op, w, n) })
		}
		f.code.within(width, func() {
			z := f.code.reduce(sums)
			f.code.within(f.m.width(n), func() {
				if op.B != nil {
					z = f.code.sum(z, f.code.load(f.at(op.B, at), n))
				}
			})
			f.each(&op.Each, at, n, plan.AccForward, z)
		})
		f.releasePending()
		release()
	})
}

// dots are the products of n rows with the input, in straight code: for every vector of columns one term of each row.
func (f *function) dots(op *plan.Affine, w ref, n int) []*value {
	sums := make([]*value, n)
	f.chunks(op.W.Cols, f.m.lanes(), 1<<30, nil, func(at index, size int) {
		x := f.code.load(f.at(op.In, at), size)
		for r := range n {
			t := f.code.load(f.along(w, index{off: at.off + r*op.W.Cols}), size)
			if sums[r] == nil {
				sums[r] = f.code.product(x, t)
			} else {
				sums[r] = f.code.madd(x, t, sums[r])
			}
		}
	})
	return sums
}

// loopedDots is dots with a loop over the columns.
func (f *function) loopedDots(op *plan.Affine, w ref, n int) []*value {
	cells := make([]*value, n)
	for r := range cells {
		cells[r] = f.cell()
	}
	for _, c := range cells {
		f.code.set(c, f.code.zeros())
	}
	lanes, cols := f.m.lanes(), op.W.Cols
	f.chunks(cols, lanes, 0, []int{1}, func(at index, size int) {
		x := f.code.load(f.at(op.In, at), size)
		for r := range n {
			f.code.accumulate(cells[r], x, f.code.load(f.along(w, index{off: at.off + r*cols, regs: at.regs}), size))
		}
	})
	f.pending = append(f.pending, cells...)
	return cells
}

// backAffine is v = Wᵀ·δ, a few vectors of columns at a time: every row of W adds δ_i times itself to them. With an update, the
// row is rewritten as it passes.
func (f *function) backAffine(op *plan.BackAffine) {
	if f.strict() {
		f.orderedBackAffine(op)
		return
	}
	if u := op.Update; u != nil {
		f.biasUpdate(u)
	}
	rows, cols, lanes := op.W.Rows, op.W.Cols, f.m.lanes()
	group := f.m.registers() / 4
	chunks := (cols + lanes - 1) / lanes
	looped := rows*chunks > unrolledProducts
	f.groups(cols, group, looped && chunks/group > 1, func(at index, sizes []int) {
		w, release := f.row(op.W, index{}), func() {}
		w = f.along(w, at)
		tall := rows*len(sizes) > bodyProducts && looped
		var sums []*value
		if tall {
			w, release = f.address(w)
			sums = f.loopedColumns(op, w, at, sizes)
		} else {
			// With few vectors, two sums each shorten the chain of additions.
			ways := 1
			if len(sizes) <= 2 && rows >= 8 {
				ways = 2
			}
			all := make([]*value, ways*len(sizes))
			for i := range rows {
				f.columns(op, w, at, i, index{off: i}, sizes, func(c int, d, t *value) {
					k := i%ways*len(sizes) + c
					if all[k] == nil {
						all[k] = f.code.product(t, d)
					} else {
						all[k] = f.code.madd(t, d, all[k])
					}
				})
			}
			sums = all[:len(sizes)]
			for k := len(sizes); k < len(all); k++ {
				if all[k] != nil {
					f.code.within(f.m.width(sizes[k-len(sizes)]), func() { sums[k-len(sizes)] = f.code.sum(sums[k-len(sizes)], all[k]) })
				}
			}
		}
		for c, size := range sizes {
			i := at
			i.off += c * lanes
			f.each(&op.Each, i, size, plan.AccBackward, sums[c])
		}
		f.releasePending()
		release()
	})
}

// columns hands the vectors of row i to add, and rewrites them where the update is fused.
func (f *function) columns(op *plan.BackAffine, w ref, at index, i int, row index, sizes []int, add func(c int, d, t *value)) {
	lanes, cols := f.m.lanes(), op.W.Cols
	var d, e *value
	f.code.within(f.m.width(sizes[0]), func() {
		d = f.code.spread(f.at(op.D, row))
		if u := op.Update; u != nil {
			e = f.code.product(f.code.spread(f.at(u.Rate, index{})), d)
		}
	})
	for c, size := range sizes {
		f.code.within(f.m.width(size), func() {
			p := f.along(w, index{off: i*cols + c*lanes})
			t := f.code.load(p, size)
			add(c, d, t)
			if u := op.Update; u != nil {
				a := at
				a.off += c * lanes
				f.code.store(f.code.nmadd(e, f.code.load(f.at(u.A, a), size), t), p, size)
			}
		})
	}
}

// loopedColumns is the sum over the rows as a loop, a few rows at a time.
func (f *function) loopedColumns(op *plan.BackAffine, w ref, at index, sizes []int) []*value {
	cells := make([]*value, len(sizes))
	for c := range cells {
		cells[c] = f.cell()
	}
	for _, c := range cells {
		f.code.set(c, f.code.zeros())
	}
	rows, cols := op.W.Rows, op.W.Cols
	step := max(1, bodyProducts/2/len(sizes))
	f.chunks(rows, step, 0, []int{1, cols}, func(down index, n int) {
		v := w
		v.disp += down.off * cols * f.m.size
		v.index = down.regs[cols]
		for i := range n {
			k := down
			k.off += i
			f.columns(op, v, at, i, k, sizes, func(c int, d, t *value) { f.code.accumulate(cells[c], t, d) })
		}
	})
	f.pending = append(f.pending, cells...)
	return cells
}

// groups runs a body over n columns, up to group vectors at a time, with the sizes of the vectors.
func (f *function) groups(n, group int, looped bool, body func(at index, sizes []int)) {
	lanes := f.m.lanes()
	unrolled := 1 << 30
	if looped {
		unrolled = 0
	}
	f.chunks(n, group*lanes, unrolled, []int{1}, func(at index, size int) {
		var sizes []int
		for k := 0; k < size; k += lanes {
			sizes = append(sizes, min(lanes, size-k))
		}
		body(at, sizes)
	})
}
