package amd64

import "github.com/backpropgen/backpropgen/gen/plan"

// outer is ∇W = δ·aᵀ and ∇b = δ.
func (f *function) outer(op *plan.Outer) {
	if op.GB != nil {
		f.chunks(op.D.Rows, f.m.lanes(), 8, []int{1}, func(at index, n int) {
			f.code.within(f.m.width(n), func() { f.code.store(f.code.loose(f.at(op.D, at), n), f.at(op.GB, at), n) })
		})
	}
	if lanes, ok := f.packs(op.GW); ok {
		f.packedOuter(op.GW, op.D, op.A, lanes, nil, func(at ref, n int, row, input *value) {
			f.code.store(f.code.product(row, input), at, n)
		})
		return
	}
	input, _, release := f.held(op.A, op.GW.Rows, nil)
	width := f.m.width(min(op.GW.Cols, f.m.lanes()))
	f.rowwise(op.GW, func(w ref, row index, i, n int, column func(c int) (at index, size int), chunks int) {
		var d *value
		f.code.within(width, func() { d = f.code.spread(f.at(op.D, row)) })
		for c := range chunks {
			at, size := column(c)
			f.code.within(f.m.width(size), func() {
				f.code.store(f.code.product(d, input(at, size)), f.along(w, index{off: i + at.off, regs: at.regs}), size)
			})
		}
	})
	release()
}

// update is W −= δ·(rate·a)ᵀ, or W −= (rate·δ)·aᵀ where the vectors of a are not held, and b −= rate·δ.
func (f *function) update(op *plan.Update) {
	f.biasUpdate(op)
	if lanes, ok := f.packs(op.W); ok {
		f.packedOuter(op.W, op.D, op.A, lanes, op.Rate, func(at ref, n int, row, scaled *value) {
			f.code.store(f.code.nmadd(row, scaled, f.code.load(at, n)), at, n)
		})
		return
	}
	rate := op.Rate
	if f.strict() {
		rate = nil // it is δ that is multiplied with it
	}
	input, scaled, release := f.held(op.A, op.W.Rows, rate)
	width := f.m.width(min(op.W.Cols, f.m.lanes()))
	f.rowwise(op.W, func(w ref, row index, i, n int, column func(c int) (at index, size int), chunks int) {
		var e *value
		f.code.within(width, func() {
			if e = f.code.spread(f.at(op.D, row)); !scaled {
				e = f.code.product(f.code.spread(f.at(op.Rate, index{})), e)
			}
		})
		for c := range chunks {
			at, size := column(c)
			f.code.within(f.m.width(size), func() {
				p := f.along(w, index{off: i + at.off, regs: at.regs})
				f.code.store(f.code.nmadd(e, input(at, size), f.code.load(p, size)), p, size)
			})
		}
	})
	release()
}

// held returns what loads the vectors of an input that every row of a matrix is multiplied with, once for all rows: into variables
// where there is a loop over rows and half of the registers suffice. Then they are multiplied with a rate as well, if there is one: once, and
// before δ is known, on which all else waits.
func (f *function) held(in *plan.Buffer, rows int, rate *plan.Buffer) (load func(at index, size int) *value, scaled bool, release func()) {
	lanes := f.m.stream()
	chunks := (in.Len() + lanes - 1) / lanes
	held := make([]*value, chunks)
	read := func(c int) *value {
		f.code.within(f.m.width(min(lanes, in.Len()-c*lanes)), func() {
			held[c] = f.code.loose(f.at(in, index{off: c * lanes}), min(lanes, in.Len()-c*lanes))
			if rate != nil {
				held[c] = f.code.product(f.code.spread(f.at(rate, index{})), held[c])
			}
		})
		return held[c]
	}
	switch {
	case chunks > f.m.registers()/2:
		return func(at index, size int) *value { return f.code.loose(f.at(in, at), size) }, false, func() {}
	case rows*chunks <= unrolledProducts:
		var of *block
		return func(at index, _ int) *value {
			if of != f.code {
				of = f.code
				clear(held)
			}
			if c := at.off / lanes; held[c] == nil {
				read(c)
			}
			return held[at.off/lanes]
		}, rate != nil, func() {}
	}
	cells := make([]*value, chunks)
	for c := range cells {
		cells[c] = f.cell()
	}
	for c := range cells {
		f.code.set(cells[c], read(c))
	}
	return func(at index, _ int) *value { return cells[at.off/lanes] }, rate != nil, func() { f.release(cells...) }
}

// biasUpdate is b −= rate·δ.
func (f *function) biasUpdate(op *plan.Update) {
	if op.B == nil {
		return
	}
	rate := f.at(op.Rate, index{})
	f.chunks(op.B.Rows, f.m.lanes(), 8, []int{1}, func(at index, n int) {
		f.code.within(f.m.width(n), func() {
			p := f.at(op.B, at)
			f.code.store(f.code.nmadd(f.code.spread(rate), f.code.loose(f.at(op.D, at), n), f.code.load(p, n)), p, n)
		})
	})
}

// rowwise runs a body over the rows of a matrix and, where rows are long, over stretches of them. Loops go from the last row to the
// first: a network that is larger than a cache has its last rows there from the way forward, and its first ones then for the next call.
func (f *function) rowwise(w *plan.Buffer, body func(at ref, row index, i, n int, column func(c int) (at index, size int), chunks int)) {
	lanes := f.m.stream()
	chunks := (w.Cols + lanes - 1) / lanes
	looped := w.Rows*chunks > unrolledProducts
	step := w.Rows
	if looped {
		step = max(1, bodyProducts/chunks)
	}
	unrolled := 1
	if looped {
		unrolled = 0
	}
	rows := func(down index, n int) {
		at, release := f.row(w, down), func() {}
		wide := chunks > bodyProducts
		if wide {
			at, release = f.address(at)
		}
		for i := range n {
			row := down
			row.off += i
			if wide {
				f.chunks(w.Cols, 8*lanes, 0, []int{1}, func(right index, size int) {
					body(at, row, i*w.Cols, n, func(c int) (index, int) {
						k := right
						k.off += c * lanes
						return k, min(lanes, size-c*lanes)
					}, (size+lanes-1)/lanes)
				})
				continue
			}
			body(at, row, i*w.Cols, n, func(c int) (index, int) {
				return index{off: c * lanes}, min(lanes, w.Cols-c*lanes)
			}, chunks)
		}
		release()
	}
	if unrolled == 0 {
		f.backwards(w.Rows, step, []int{1, w.Cols}, rows)
		return
	}
	f.chunks(w.Rows, step, unrolled, []int{1, w.Cols}, rows)
}
