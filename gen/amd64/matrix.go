package amd64

import (
	"github.com/backpropgen/backpropgen/gen/expr"
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
	if lanes, ok := f.packs(op.W); ok {
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
	// What Each makes of some blocks is written after the sums of all of them: a core that waits for a long function then has the next one
	// within its sight, and not the sums between.
	var later []func()
	finish := func() {
		for _, each := range later {
			each()
		}
		later = nil
	}
	f.chunks(rows, step, unrolledRows, []int{1, cols}, func(at index, n int) {
		w, release := f.row(op.W, at), func() {}
		var sums []*value
		width := f.m.width(min(cols, lanes))
		straight := n*chunks <= 2*bodyProducts || chunks <= 4
		if straight {
			f.code.within(width, func() { sums = f.dots(op, w, at, n) })
		} else {
			w, release = f.address(w)
			f.code.within(width, func() { sums = f.loopedDots(op, w, at, n) })
		}
		f.code.within(width, func() {
			var z *value
			if op.B == nil || n == 1 {
				z = f.code.reduce(sums)
			} else {
				var bias *value
				f.code.within(f.m.width(n), func() { bias = f.biases(op.B, at, n) })
				z = f.code.reduceOnto(bias, sums)
			}
			later = append(later, func() { f.each(&op.Each, at, n, plan.AccForward, z) })
		})
		if unrolledRows == 1 || !straight || len(later) == f.m.registers()/4 {
			finish()
		}
		f.releasePending()
		release()
	})
	finish()
}

// biases are n biases, with anything in the lanes above: a whole register is read where the parameters go on so far, but not where they
// are written as well, for a load that is wider than the store before it waits until that has reached the cache.
func (f *function) biases(b *plan.Buffer, at index, n int) *value {
	r := f.at(b, at)
	if whole := f.code.bits / 8 / f.m.size; !f.updating && r.index == nil && r.disp+whole*f.m.size <= f.file.layout.params {
		n = whole
	}
	return f.code.load(r, n)
}

// dots are the products of n rows with the input, in straight code: for every vector of columns one term of each row. Those of a single row
// begin with its bias.
func (f *function) dots(op *plan.Affine, w ref, first index, n int) []*value {
	sums := make([]*value, n)
	if n == 1 && op.B != nil {
		sums[0] = f.code.load(f.at(op.B, first), 1)
	}
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
func (f *function) loopedDots(op *plan.Affine, w ref, first index, n int) []*value {
	cells := f.variables(n, func(b *block) *value {
		if n == 1 && op.B != nil {
			return b.load(f.at(op.B, first), 1)
		}
		return b.zeros()
	})
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
		var sums, factors []*value
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
			scaled := f.scaled(op.Update, at, sizes)
			factors = f.factors(op, at, sizes)
			for i := range rows {
				f.columns(op, w, at, i, index{off: i}, sizes, scaled, func(c int, d, t *value) {
					k := i%ways*len(sizes) + c
					if factors != nil {
						t = f.code.product(t, factors[c])
					}
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
			if factors != nil {
				f.code.within(f.m.width(size), func() { f.code.store(sums[c], f.at(op.Each.Sets[0].Buf, i), size) })
				continue
			}
			f.each(&op.Each, i, size, plan.AccBackward, sums[c])
		}
		f.releasePending()
		release()
	})
}

// scaled are the vectors that every row of a fused update is multiplied with, times the rate: known before δ, on which all else waits.
func (f *function) scaled(u *plan.Update, at index, sizes []int) []*value {
	if u == nil {
		return nil
	}
	out := make([]*value, len(sizes))
	for c, size := range sizes {
		f.code.within(f.m.width(size), func() {
			at.off += c * f.m.lanes()
			out[c] = f.code.product(f.code.spread(f.at(u.Rate, index{})), f.code.loose(f.at(u.A, at), size))
			at.off -= c * f.m.lanes()
		})
	}
	return out
}

// factors are the vectors of σ' that every sum is multiplied with, for updates of few rows: these are multiplied with them before δ is known.
// It is nil for others, and where Each is no plain product.
func (f *function) factors(op *plan.BackAffine, at index, sizes []int) []*value {
	const few = 4
	m := &op.Each
	if op.Update == nil || op.W.Rows > few || len(m.Sets) != 1 || m.Sum != nil {
		return nil
	}
	e, ok := m.Sets[0].Expr.(expr.Binary)
	if !ok || e.Op != expr.OpMul || e.X != expr.Expr(plan.AccBackward) || expr.Uses(e.Y, plan.AccBackward) {
		return nil
	}
	out := make([]*value, len(sizes))
	for c, size := range sizes {
		i := at
		i.off += c * f.m.lanes()
		f.code.within(f.m.width(size), func() {
			out[c] = f.code.program(expr.Share("u", e.Y), func(v expr.Var) *value { return f.argument(m, v, i, size) })[0]
		})
	}
	return out
}

// columns hands the vectors of row i to add, and rewrites them where the update is fused: by the input times the rate, or where that isn't
// at hand the input times what rate and δ make.
func (f *function) columns(op *plan.BackAffine, w ref, at index, i int, row index, sizes []int, scaled []*value, add func(c int, d, t *value)) {
	lanes, cols := f.m.lanes(), op.W.Cols
	var d, e *value
	f.code.within(f.m.width(sizes[0]), func() {
		d = f.code.spread(f.at(op.D, row))
		if u := op.Update; u != nil && scaled == nil {
			e = f.code.product(f.code.spread(f.at(u.Rate, index{})), d)
		}
	})
	for c, size := range sizes {
		f.code.within(f.m.width(size), func() {
			p := f.along(w, index{off: i*cols + c*lanes})
			t := f.code.load(p, size)
			add(c, d, t)
			switch u := op.Update; {
			case u != nil && scaled != nil:
				f.code.store(f.code.nmadd(d, scaled[c], t), p, size)
			case u != nil:
				a := at
				a.off += c * lanes
				f.code.store(f.code.nmadd(e, f.code.loose(f.at(u.A, a), size), t), p, size)
			}
		})
	}
}

// loopedColumns is the sum over the rows as a loop, a few rows at a time.
func (f *function) loopedColumns(op *plan.BackAffine, w ref, at index, sizes []int) []*value {
	cells := f.variables(len(sizes), (*block).zeros)
	rows, cols := op.W.Rows, op.W.Cols
	step := max(1, bodyProducts/2/len(sizes))
	f.chunks(rows, step, 0, []int{1, cols}, func(down index, n int) {
		v := w
		v.disp += down.off * cols * f.m.size
		v.index = down.regs[cols]
		for i := range n {
			k := down
			k.off += i
			f.columns(op, v, at, i, k, sizes, nil, func(c int, d, t *value) { f.code.accumulate(cells[c], t, d) })
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
