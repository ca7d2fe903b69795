package kernel

import (
	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/kernel/idiom"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// Limits of straight-line code, in multiply-adds of whole vectors. The model of a core does not choose them: four times
// as many in an operation were predicted to spare up to 9 % and measured to take up to 8 % more, a quarter was never
// predicted to spare anything.
const (
	unrolledProducts = 320 // of an operation over a matrix
	bodyProducts     = 64  // of the body of a loop
)

// unrolledProducts and bodyProducts are these limits, as the style changes them.
func (f *function) unrolledProducts() int { return f.style.scaled(unrolledProducts) }
func (f *function) bodyProducts() int     { return f.style.scaled(bodyProducts) }

// backAffine is v = Wᵀ·δ, a few vectors of columns at a time: every row of W adds δ_i times itself to them. With an
// update, the row is rewritten as it passes.
func (f *function) backAffine(op *plan.BackAffine) {
	if f.code.Strict {
		f.orderedBackAffine(op)
		return
	}
	if u := op.Update; u != nil {
		f.biasUpdate(u)
	}
	rows, cols, lanes := op.W.Rows, op.W.Cols, f.m.Lanes()
	chunks := (cols + lanes - 1) / lanes
	looped := rows*chunks > f.unrolledProducts()
	group := f.backGroup(op, chunks, looped)
	f.groups(cols, group, looped && chunks/group > 1, func(at index, sizes []int) {
		w, release := f.row(op.W, index{}), func() {}
		w = f.along(w, at)
		tall := rows*len(sizes) > f.bodyProducts() && looped
		var sums, factors []*vec.Value
		if tall {
			w, release = f.address(w)
			sums = f.loopedColumns(op, w, at, sizes)
		} else {
			// With few vectors, two sums each shorten the chain of additions.
			ways := 1
			if len(sizes) <= 2 && rows >= 8 {
				ways = 2
			}
			all := make([]*vec.Value, ways*len(sizes))
			scaled := f.scaled(op.Update, at, sizes)
			factors = f.factors(op, at, sizes)
			stores := rowStores{f: f, cols: cols}
			for i := range rows {
				f.columns(op, w, at, i, index{off: i}, sizes, scaled, &stores, i < rows-1,
					func(c int, d, t *vec.Value) {
						k := i%ways*len(sizes) + c
						if factors != nil {
							t = f.code.Product(t, factors[c])
						}
						if all[k] == nil {
							all[k] = f.code.Product(t, d)
						} else {
							all[k] = f.code.Madd(t, d, all[k])
						}
					})
			}
			stores.flush()
			sums = all[:len(sizes)]
			for k := len(sizes); k < len(all); k++ {
				if all[k] != nil {
					f.code.Wide(f.m.Width(sizes[k-len(sizes)]),
						func() { sums[k-len(sizes)] = f.code.Sum(sums[k-len(sizes)], all[k]) })
				}
			}
		}
		for c, size := range sizes {
			i := at
			i.off += c * lanes
			if factors != nil {
				f.code.Wide(f.m.Width(size), func() { f.code.Store(sums[c], f.at(op.Each.Sets[0].Buf, i), size) })
				continue
			}
			f.each(&op.Each, i, size, plan.AccBackward, sums[c])
		}
		f.releasePending()
		release()
	})
}

// backGroup is how many vectors of columns are taken at a time. Where rows are many, as many as registers hold the sums
// of, beside what else they hold for all rows: the fewer times a matrix is gone through, the longer are the pieces that
// are read of its rows.
func (f *function) backGroup(op *plan.BackAffine, chunks int, looped bool) int {
	group := f.m.Registers / 4
	switch {
	case looped && f.heldForRows(op, 0):
		group = f.m.Registers * 3 / 8
	case looped && f.m.Registers <= fewRegisters && (op.Update == nil || chunks > f.m.Registers/2):
		group = f.m.Registers / 2 // an update whose rows end with that takes no less
	default:
		return group
	}
	turns := (chunks + group - 1) / group
	return (chunks + turns - 1) / turns
}

// fewRegisters are too few to hold more than sums.
const fewRegisters = 16

// heldForRows says whether the vectors that all rows of an update are multiplied with are held in registers beside so
// many sums.
func (f *function) heldForRows(op *plan.BackAffine, sums int) bool {
	return op.Update != nil && f.m.Registers > fewRegisters && 2*sums+8 <= f.m.Registers
}

// scaled are the vectors that every row of a fused update is multiplied with, times the rate: known before δ, on which
// all else waits.
func (f *function) scaled(u *plan.Update, at index, sizes []int) []*vec.Value {
	if u == nil {
		return nil
	}
	out := make([]*vec.Value, len(sizes))
	for c, size := range sizes {
		f.code.Wide(f.m.Width(size), func() {
			at.off += c * f.m.Lanes()
			out[c] = f.code.Product(f.code.Spread(f.at(u.Rate, index{})), f.code.LoadLoose(f.at(u.A, at), size))
			at.off -= c * f.m.Lanes()
		})
	}
	return out
}

// factors are the vectors of σ' that every sum is multiplied with, for updates of few rows: these are multiplied with
// them before δ is known. It is nil for others, and where Each is no plain product.
func (f *function) factors(op *plan.BackAffine, at index, sizes []int) []*vec.Value {
	const few = 4
	m := &op.Each
	if op.Update == nil || op.W.Rows > few || len(m.Sets) != 1 || m.Sum != nil {
		return nil
	}
	e, ok := m.Sets[0].Expr.(expr.Binary)
	if !ok || e.Op != expr.OpMul || e.X != expr.Expr(plan.AccBackward) || expr.Uses(e.Y, plan.AccBackward) {
		return nil
	}
	out := make([]*vec.Value, len(sizes))
	for c, size := range sizes {
		i := at
		i.off += c * f.m.Lanes()
		f.code.Wide(f.m.Width(size), func() {
			out[c] = f.code.Program(expr.Share("u", e.Y),
				func(v expr.Var) *vec.Value { return f.argument(m, v, i, size) })[0]
		})
	}
	return out
}

// columns hands the vectors of row i to add, and rewrites them where the update is fused: by the input times the rate,
// or where that isn't at hand the input times what rate and δ make. Another row may follow.
func (f *function) columns(
	op *plan.BackAffine, w vec.Place, at index, i int, row index, sizes []int, scaled []*vec.Value, stores *rowStores,
	another bool, add func(c int, d, t *vec.Value),
) {
	lanes, cols := f.m.Lanes(), op.W.Cols
	var d, e *vec.Value
	f.code.Wide(f.m.Width(sizes[0]), func() {
		d = f.code.Spread(f.at(op.D, row))
		if u := op.Update; u != nil && scaled == nil {
			e = f.code.Product(f.code.Spread(f.at(u.Rate, index{})), d)
		}
	})
	another = another && (len(sizes)-1)*lanes < cols && cols <= len(sizes)*lanes // of which nothing has been written
	for c, size := range sizes {
		f.code.Wide(f.m.Width(size), func() {
			p, u := f.along(w, index{off: i*cols + c*lanes}), op.Update
			if u == nil {
				add(c, d, f.looseRowPart(op.W, p, size))
				return
			}
			moved := stores.moved(size, another)
			t := f.code.Load(p, moved)
			add(c, d, t)
			if scaled != nil {
				stores.put(f.nmadd(d, scaled[c], t), p, size, moved)
				return
			}
			a := at
			a.off += c * lanes
			stores.put(f.nmadd(e, f.code.LoadLoose(f.at(u.A, a), size), t), p, size, moved)
		})
	}
}

// nmadd is z - x·y, which is stored.
func (f *function) nmadd(x, y, z *vec.Value) *vec.Value {
	if f.style.Separate {
		return f.code.Less(z, f.code.Product(x, y))
	}
	return f.code.Nmadd(x, y, z)
}

// loopedColumns is the sum over the rows as a loop, a few rows at a time.
func (f *function) loopedColumns(op *plan.BackAffine, w vec.Place, at index, sizes []int) []*vec.Value {
	cells := f.variables(len(sizes), (*idiom.Code).Zeros)
	rows, cols := op.W.Rows, op.W.Cols
	step := max(1, f.bodyProducts()/2/len(sizes))
	var scaled []*vec.Value
	if f.heldForRows(op, len(sizes)) {
		for range sizes {
			scaled = append(scaled, f.to.Variable())
		}
		for c, x := range f.scaled(op.Update, at, sizes) {
			f.code.Set(scaled[c], x)
		}
		f.pending = append(f.pending, scaled...)
	}
	f.chunks(rows, step, 0, []int{1, cols}, func(down index, n int) {
		v := w
		v.Disp += down.off * cols * f.m.Size
		v.Index = down.vars[cols]
		stores := rowStores{f: f, cols: cols}
		for i := range n {
			k := down
			k.off += i
			f.columns(op, v, at, i, k, sizes, scaled, &stores, i < n-1,
				func(c int, d, t *vec.Value) { f.code.Accumulate(cells[c], t, d) })
		}
		stores.flush()
	})
	f.pending = append(f.pending, cells...)
	return cells
}

// groups runs a body over n columns, up to group vectors at a time, with the sizes of the vectors.
func (f *function) groups(n, group int, looped bool, body func(at index, sizes []int)) {
	lanes := f.m.Lanes()
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
