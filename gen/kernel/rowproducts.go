package kernel

import (
	"github.com/backpropgen/backpropgen/gen/kernel/idiom"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// rowProducts is v = Wᵀ·δ of several rows: a small product of matrices. A few vectors of columns at a time, every row
// of W is read once, and the δ of each of the rows adds it, times itself, to the sums of that row, which stay in
// registers.
func (f *function) rowProducts(op *plan.BackAffine) {
	r := f.rows
	rows, cols, lanes := op.W.Rows, op.W.Cols, f.m.Lanes()
	chunks := (cols + lanes - 1) / lanes
	group := min((f.m.Registers-2)/(r.n+1), f.m.Registers/4, chunks) // beside the sums what is read of W, and a δ
	turns := (chunks + group - 1) / group
	group = (chunks + turns - 1) / turns
	looped := rows*chunks*r.n > f.unrolledProducts()
	f.groups(cols, group, looped && turns > 1, func(at index, sizes []int) {
		w, release := f.along(f.row(op.W, index{}), at), func() {}
		var sums []*vec.Value // of one row after the other, its vectors
		if looped && rows*len(sizes)*r.n > f.bodyProducts() {
			w, release = f.address(w)
			sums = f.loopedRowProducts(op, w, at, sizes)
		} else {
			sums = f.straightRowProducts(op, w, sizes)
		}
		r.each(func() {
			for c, size := range sizes {
				i := at
				i.off += c * lanes
				f.each(&op.Each, i, size, plan.AccBackward, sums[r.row*len(sizes)+c])
			}
		})
		f.releasePending()
		release()
	})
}

// straightRowProducts are the sums in straight code. Of few sums there are two each, so that additions wait less for
// one another.
func (f *function) straightRowProducts(op *plan.BackAffine, w vec.Place, sizes []int) []*vec.Value {
	r, ways := f.rows, 1
	each := r.n * len(sizes)
	if each <= 4 && op.W.Rows >= 8 {
		ways = 2
	}
	all := make([]*vec.Value, ways*each)
	for i := range op.W.Rows {
		f.rowTerms(op, w, index{off: i}, i, sizes, func(k int, t, d *vec.Value) {
			if k += i % ways * each; all[k] == nil {
				all[k] = f.code.Product(t, d)
			} else {
				all[k] = f.code.Madd(t, d, all[k])
			}
		})
	}
	for k := each; k < len(all); k++ {
		f.code.Wide(f.m.Width(sizes[k%len(sizes)]), func() { all[k-each] = f.code.Sum(all[k-each], all[k]) })
	}
	return all[:each]
}

// loopedRowProducts are the sums in a loop over rows of W, a few at a time.
func (f *function) loopedRowProducts(op *plan.BackAffine, w vec.Place, at index, sizes []int) []*vec.Value {
	r, cols := f.rows, op.W.Cols
	cells := f.variables(r.n*len(sizes), (*idiom.Code).Zeros)
	step := max(1, f.bodyProducts()/len(cells))
	f.chunks(op.W.Rows, step, 0, []int{1, cols}, func(down index, n int) {
		v := w
		v.Disp += down.off * cols * f.m.Size
		v.Index = down.vars[cols]
		for i := range n {
			k := down
			k.off += i
			f.rowTerms(op, v, k, i, sizes, func(k int, t, d *vec.Value) { f.code.Accumulate(cells[k], t, d) })
		}
	})
	f.pending = append(f.pending, cells...)
	return cells
}

// rowTerms hands the vectors of row i of W, each with the δ of each row, to add: for the row's sum of that vector.
func (f *function) rowTerms(
	op *plan.BackAffine, w vec.Place, row index, i int, sizes []int, add func(k int, t, d *vec.Value),
) {
	terms := make([]*vec.Value, len(sizes))
	for c, size := range sizes {
		f.code.Wide(f.m.Width(size), func() {
			terms[c] = f.looseRowPart(op.W, f.along(w, index{off: i*op.W.Cols + c*f.m.Lanes()}), size)
		})
	}
	f.rows.each(func() {
		var d *vec.Value
		f.code.Wide(f.m.Width(sizes[0]), func() { d = f.code.Spread(f.at(op.D, row)) })
		for c, size := range sizes {
			f.code.Wide(f.m.Width(size), func() { add(f.rows.row*len(sizes)+c, terms[c], d) })
		}
	})
}
