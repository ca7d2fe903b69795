package kernel

import (
	"slices"

	"github.com/backpropgen/backpropgen/gen/kernel/idiom"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// Under rounding: strict the assembly has the order of sums that the plan states (gen/plan/order.go), so that it gives
// the bits of the portable code. A sum along a vector has as many lanes as 64 bytes hold numbers: one vector of 512
// bits or several others, which are called parts; a column of Wᵀ·δ has a sum for each of four rows. Lanes that the
// last columns don't reach get -0, which changes no number, not even -0. Products and sums are rounded apart: madd and
// its like see to that (idiom/code.go).

// orderedAffine is z = W·in + b, a block of rows at a time: the lanes of some rows side by side, then an ordered
// reduction.
func (f *function) orderedAffine(op *plan.Affine) {
	rows, cols, lanes := op.W.Rows, op.W.Cols, f.m.Lanes()
	chunks := (cols + lanes - 1) / lanes
	step := f.blockRows(op.W)
	unrolledRows := (rows + step - 1) / step
	if rows*chunks > unrolledProducts {
		unrolledRows = 1
	}
	width := f.m.Width(min(cols, lanes))
	f.rowBlocks(rows, step, unrolledRows, []int{1, cols}, func(at index, n int) {
		w, release := f.row(op.W, at), func() {}
		looped := n*chunks > 2*bodyProducts && chunks > 4
		if looped {
			w, release = f.address(w)
		}
		f.code.Wide(width, func() {
			var sums []*vec.Value
			if looped {
				sums = f.orderedLoops(op, w, n)
			} else {
				sums = f.orderedDots(op, w, n)
			}
			z := f.code.OrderedReduce(sums)
			f.code.Wide(f.m.Width(n), func() {
				if op.B != nil {
					z = f.code.Sum(z, f.code.Load(f.at(op.B, at), n))
				}
			})
			f.each(&op.Each, at, n, plan.AccForward, z)
		})
		release()
	})
}

// rowsTogether is how many rows are formed side by side: their lanes take half of the registers.
func (f *function) rowsTogether(cols int) int { return f.m.Registers / 2 / f.m.Parts(cols) }

// orderedDots forms the lanes of n rows in straight code.
func (f *function) orderedDots(op *plan.Affine, w vec.Place, n int) (sums []*vec.Value) {
	cols, lanes := op.W.Cols, f.m.Lanes()
	parts, group := f.m.Parts(cols), f.rowsTogether(cols)
	for first := 0; first < n; first += group {
		of := make([][]*vec.Value, min(group, n-first))
		for off := 0; off < cols; off += lanes {
			size := min(lanes, cols-off)
			x := f.code.Padded(f.code.Load(f.at(op.In, index{off: off}), size), size)
			for r := range of {
				t := f.code.Product(x, f.code.Load(f.along(w, index{off: off + (first+r)*cols}), size))
				if part := off / lanes % parts; part < len(of[r]) {
					of[r][part] = f.code.Sum(of[r][part], t)
				} else {
					of[r] = append(of[r], t)
				}
			}
		}
		for _, s := range of {
			sums = append(sums, f.code.JoinParts(s))
		}
	}
	return sums
}

// orderedLoops is orderedDots with loops over the columns, one for every group of rows.
func (f *function) orderedLoops(op *plan.Affine, w vec.Place, n int) (sums []*vec.Value) {
	cols, lanes := op.W.Cols, f.m.Lanes()
	parts, group := f.m.Parts(cols), f.rowsTogether(cols)
	// The sums of all groups but the last are kept in variables.
	var done []*vec.Value
	for range (n - 1) / group * group {
		done = append(done, f.to.Variable())
	}
	for first := 0; first < n; first += group {
		count := min(group, n-first)
		cells := f.variables(count*parts, (*idiom.Code).NegativeZero)
		of := slices.Collect(slices.Chunk(cells, parts))
		add := func(at index, size int) {
			x := f.code.Padded(f.code.Load(f.at(op.In, at), size), size)
			for r, parts := range of {
				at := index{off: at.off + (first+r)*cols, vars: at.vars}
				f.code.Accumulate(parts[(at.off-(first+r)*cols)/lanes%len(parts)], x, f.code.Load(f.along(w, at), size))
			}
		}
		pass := parts * lanes
		f.loop(cols/pass, pass, []int{1}, func(at index) {
			for range parts {
				add(at, lanes)
				at.off += lanes
			}
		})
		for off := cols / pass * pass; off < cols; off += lanes {
			add(index{off: off}, min(lanes, cols-off))
		}
		last := first+count == n
		if last {
			cells = append(cells, done...)
		}
		f.to.Adopt(cells...)
		for r, s := range of {
			v := f.code.JoinParts(s)
			if last {
				sums = append(sums, v)
			} else {
				f.code.Set(done[first+r], v)
			}
		}
	}
	return append(done, sums...)
}

// orderedBackAffine is v = Wᵀ·δ, a few vectors of columns at a time, each with a sum for every fourth row. With an
// update, the row is rewritten as it passes.
func (f *function) orderedBackAffine(op *plan.BackAffine) {
	if op.Update != nil {
		f.biasUpdate(op.Update)
	}
	rows, cols, lanes := op.W.Rows, op.W.Cols, f.m.Lanes()
	group := f.m.Registers / (2 * op.Lanes)
	chunks := (cols + lanes - 1) / lanes
	looped := rows*chunks > unrolledProducts
	f.groups(cols, group, looped && chunks/group > 1, func(at index, sizes []int) {
		w, release := f.along(f.row(op.W, index{}), at), func() {}
		sums := make([][]*vec.Value, min(rows, op.Lanes)) // of every lane, the vectors
		if looped && rows*len(sizes) > bodyProducts {
			w, release = f.address(w)
			f.orderedColumnLoop(op, w, at, sizes, sums)
		} else {
			stores := rowStores{f: f, cols: cols}
			for i := range rows {
				s := &sums[i%op.Lanes]
				f.columns(op, w, at, i, index{off: i}, sizes, nil, &stores, i < rows-1, func(c int, d, t *vec.Value) {
					if t = f.code.Product(t, d); c < len(*s) {
						(*s)[c] = f.code.Sum((*s)[c], t)
					} else {
						*s = append(*s, t)
					}
				})
			}
			stores.flush()
		}
		for c, size := range sizes {
			f.code.Wide(f.m.Width(size), func() {
				for half := op.Lanes / 2; half >= 1; half /= 2 {
					for i := range half {
						if i+half < len(sums) {
							sums[i][c] = f.code.Sum(sums[i][c], sums[i+half][c])
						}
					}
				}
			})
			i := at
			i.off += c * lanes
			f.each(&op.Each, i, size, plan.AccBackward, sums[0][c])
		}
		release()
	})
}

// orderedColumnLoop forms the sums of the lanes in a loop over rows, some at a time.
func (f *function) orderedColumnLoop(op *plan.BackAffine, w vec.Place, at index, sizes []int, sums [][]*vec.Value) {
	cells := f.variables(len(sums)*len(sizes), (*idiom.Code).NegativeZero)
	for i := range sums {
		sums[i] = cells[i*len(sizes):][:len(sizes)]
	}
	rows, cols := op.W.Rows, op.W.Cols
	step := max(1, bodyProducts/2/len(sizes)/op.Lanes) * op.Lanes
	f.chunks(rows, step, 0, []int{1, cols}, func(down index, n int) {
		v := w
		v.Disp += down.off * cols * f.m.Size
		v.Index = down.vars[cols]
		stores := rowStores{f: f, cols: cols}
		for i := range n {
			k := down
			k.off += i
			f.columns(op, v, at, i, k, sizes, nil, &stores, i < n-1,
				func(c int, d, t *vec.Value) { f.code.Accumulate(sums[i%op.Lanes][c], t, d) })
		}
		stores.flush()
	})
	f.to.Adopt(cells...)
}

// orderedTotal is the sum of what a body makes of n elements, a register full at a time.
func (f *function) orderedTotal(n, unrolled int, body func(at index, n int) *vec.Value) (total *vec.Value) {
	lanes := f.m.Lanes()
	f.code.Wide(f.m.Width(min(n, lanes)), func() {
		sums := make([]*vec.Value, f.m.Parts(n))
		looped := n/lanes > unrolled
		if looped {
			sums = f.variables(len(sums), (*idiom.Code).NegativeZero)
		}
		f.addParts(sums, index{}, n, func(trips, step int, body func(at index)) { f.loop(trips, step, []int{1}, body) },
			body)
		if looped {
			f.to.Adopt(sums...)
		}
		total = f.code.JoinParts(sums)
	})
	return total
}

// addParts adds what a body makes of n elements to the parts of a sum, a register full at a time: in straight code
// where these have no value yet, else in a loop, as they are variables then.
func (f *function) addParts(
	sums []*vec.Value, from index, n int, loop func(trips, step int, body func(at index)),
	body func(at index, n int) *vec.Value,
) {
	lanes, done := f.m.Lanes(), 0
	looped := sums[0] != nil
	add := func(at index, size, part int) {
		v := body(at, size)
		b := f.code
		v = b.Fill(v, size, b.NegativeZero())
		switch {
		case looped:
			b.Set(sums[part], b.Sum(sums[part], v))
		case sums[part] == nil:
			sums[part] = v
		default:
			sums[part] = b.Sum(sums[part], v)
		}
	}
	if looped {
		pass := len(sums) * lanes
		loop(n/pass, pass, func(at index) {
			for part := range sums {
				add(at, lanes, part)
				at.off += lanes
			}
		})
		done = n / pass * pass
	}
	for ; done < n; done += lanes {
		at := from
		at.off += done
		add(at, min(lanes, n-done), done/lanes%len(sums))
	}
}

// orderedSum is the sum of a stage over its window, in every lane, and in the stage's variable where there is one.
func (w *window) orderedSum(s plan.Stage, cell *vec.Value) *vec.Value {
	f, n := w.f, w.op.Window
	sums := make([]*vec.Value, f.m.Parts(n))
	if cell != nil {
		sums[0] = cell
		for i := 1; i < len(sums); i++ {
			sums[i] = f.to.Variable()
		}
		for _, c := range sums {
			f.code.Set(c, f.code.NegativeZero())
		}
	}
	f.addParts(sums, w.unit, n, func(trips, step int, body func(at index)) { f.loopFrom(w.unit, trips, step, body) },
		func(at index, size int) *vec.Value { return w.at(s, at, size, nil) })
	total := f.code.Everywhere(f.code.JoinParts(sums), (*idiom.Code).Sum)
	if cell == nil {
		return total
	}
	f.code.Set(cell, total)
	if len(sums) > 1 {
		f.to.Release(sums[1:]...)
	}
	return cell
}
