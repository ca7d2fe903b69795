package kernel

import (
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// outer is ∇W = δ·aᵀ and ∇b = δ, or of two products that are added.
func (f *function) outer(op *plan.Outer) {
	f.outerBiases(op)
	f.outerWeights(op)
}

// outerBiases is ∇b.
func (f *function) outerBiases(op *plan.Outer) {
	f.biasGradient(op.GB, op.D, func(delta *vec.Value, _ vec.Place, _ int) *vec.Value { return delta })
}

// outerWeights is ∇W.
func (f *function) outerWeights(op *plan.Outer) {
	ds, as := []*plan.Buffer{op.D}, []*plan.Buffer{op.A}
	if op.DT != nil {
		ds, as = append(ds, op.DT), append(as, op.AT)
	}
	if f.turns(op.GW, len(ds)) {
		f.turnedOuter(op.GW, op.D, op.A)
		return
	}
	f.weightGradient(op.GW, ds, as, func(factors, inputs []*vec.Value, _ vec.Place, _ int) *vec.Value {
		out := f.code.Product(factors[0], inputs[0])
		if len(factors) > 1 {
			out = f.code.Madd(factors[1], inputs[1], out)
		}
		return out
	})
}

// outerSum is ∇W += δ·aᵀ and ∇b += δ, for one sample.
func (f *function) outerSum(op *plan.OuterSum) {
	f.biasGradient(op.GB, op.D, func(delta *vec.Value, at vec.Place, n int) *vec.Value {
		return f.code.Sum(f.code.Load(at, n), delta)
	})
	f.weightGradient(op.GW, []*plan.Buffer{op.D}, []*plan.Buffer{op.A},
		func(factors, inputs []*vec.Value, at vec.Place, n int) *vec.Value {
			return f.code.Madd(factors[0], inputs[0], f.code.Load(at, n))
		})
}

// biasGradient writes ∇b, if there is one: at each place the vector that is made of one of δ.
func (f *function) biasGradient(
	gb, d *plan.Buffer, vectorOf func(delta *vec.Value, at vec.Place, n int) *vec.Value,
) {
	if gb == nil {
		return
	}
	f.biasVectors(d.Rows, func(at index, n int) {
		place := f.at(gb, at)
		f.code.Store(vectorOf(f.code.LoadLoose(f.at(d, at), n), place, n), place, n)
	})
}

// weightGradient writes ∇W: at each place the vector that is made of the factors of its row, one of each δ, and of a
// vector of each input.
func (f *function) weightGradient(
	gw *plan.Buffer, ds, as []*plan.Buffer,
	vectorOf func(factors, inputs []*vec.Value, at vec.Place, n int) *vec.Value,
) {
	if lanes, ok := f.packs(gw); ok {
		f.packedOuter(gw, ds, as, lanes, nil, func(at vec.Place, n int, rows, inputs []*vec.Value) {
			f.code.Store(vectorOf(rows, inputs, at, n), at, n)
		})
		return
	}
	f.rowwise(gw, as, nil,
		func(spread spreader, _ bool) (factors []*vec.Value) {
			for _, d := range ds {
				factors = append(factors, spread(d))
			}
			return factors
		}, vectorOf)
}

// update is W −= δ·(rate·a)ᵀ, or W −= (rate·δ)·aᵀ where the vectors of a are not held, and b −= rate·δ.
func (f *function) update(op *plan.Update) {
	f.biasUpdate(op)
	if lanes, ok := f.packs(op.W); ok {
		f.packedOuter(op.W, []*plan.Buffer{op.D}, []*plan.Buffer{op.A}, lanes, op.Rate,
			func(at vec.Place, n int, rows, scaled []*vec.Value) {
				f.code.Store(f.code.Nmadd(rows[0], scaled[0], f.code.Load(at, n)), at, n)
			})
		return
	}
	rate := op.Rate
	if f.code.Strict {
		rate = nil // it is δ that is multiplied with it
	}
	f.rowwise(op.W, []*plan.Buffer{op.A}, rate,
		func(spread spreader, scaled bool) []*vec.Value {
			d := spread(op.D)
			if !scaled {
				d = f.code.Product(f.rate(op.Rate), d)
			}
			return []*vec.Value{d}
		},
		func(factors, inputs []*vec.Value, at vec.Place, n int) *vec.Value {
			if f.style.Separate {
				return f.code.Sum(f.code.Load(at, n), f.code.Product(factors[0], inputs[0]))
			}
			return f.code.Nmadd(factors[0], inputs[0], f.code.Load(at, n))
		})
}

// rate is a rate in every lane, and less than 0 where what it is multiplied with is added by itself.
func (f *function) rate(at *plan.Buffer) *vec.Value {
	rate := f.code.Spread(f.at(at, index{}))
	if f.style.Separate {
		return f.code.Less(f.code.Zeros(), rate)
	}
	return rate
}

// streamed is how many numbers at once are written to large arrays.
func (f *function) streamed() int {
	if f.style.Whole {
		return f.m.Lanes()
	}
	return f.m.Stream / f.m.Size
}

// held returns what loads the vectors of an input that every row of a matrix is multiplied with, once for all rows:
// into variables where there is a loop over rows and half of the registers, or of as many as several inputs leave,
// suffice. Then they are multiplied with a rate as well, if there is one: once, and before δ is known, on which all
// else waits.
func (f *function) held(
	in *plan.Buffer, looped bool, inputs int, rate *plan.Buffer,
) (load func(at index, size int) *vec.Value, scaled bool, release func()) {
	lanes := f.streamed()
	chunks := (in.Len() + lanes - 1) / lanes
	held := make([]*vec.Value, chunks)
	read := func(c int) *vec.Value {
		f.code.Wide(f.m.Width(min(lanes, in.Len()-c*lanes)), func() {
			held[c] = f.code.LoadLoose(f.at(in, index{off: c * lanes}), min(lanes, in.Len()-c*lanes))
			if rate != nil {
				held[c] = f.code.Product(f.rate(rate), held[c])
			}
		})
		return held[c]
	}
	switch {
	case inputs*chunks > f.m.Registers/2:
		return func(at index, size int) *vec.Value { return f.code.LoadLoose(f.at(in, at), size) }, false, func() {}
	case !looped:
		of := -1
		return func(at index, _ int) *vec.Value {
			if of != f.code.Block() {
				of = f.code.Block()
				clear(held)
			}
			if c := at.off / lanes; held[c] == nil {
				read(c)
			}
			return held[at.off/lanes]
		}, rate != nil, func() {}
	}
	cells := make([]*vec.Value, chunks)
	for c := range cells {
		cells[c] = f.to.Variable()
	}
	for c := range cells {
		f.code.Set(cells[c], read(c))
	}
	return func(at index, _ int) *vec.Value {
		return cells[at.off/lanes]
	}, rate != nil, func() { f.to.Release(cells...) }
}

// biasUpdate is b −= rate·δ.
func (f *function) biasUpdate(op *plan.Update) {
	if op.B == nil {
		return
	}
	rate, release := func() *vec.Value { return f.code.Spread(f.at(op.Rate, index{})) }, func() {}
	if f.m.ByLane && op.B.Rows/f.m.Lanes() > unrolledBiases {
		held := f.to.Variable()
		f.code.Set(held, rate())
		rate, release = func() *vec.Value { return held }, func() { f.to.Release(held) }
	}
	f.biasVectors(op.B.Rows, func(at index, n int) {
		p := f.at(op.B, at)
		f.code.Store(f.code.Nmadd(rate(), f.code.LoadLoose(f.at(op.D, at), n), f.code.Load(p, n)), p, n)
	})
	release()
}

// unrolledBiases is up to how many vectors of biases are straight code.
const unrolledBiases = 8

// biasVectors runs a body for the vectors of n biases, in a loop for several at a time where neighbours are loaded
// together.
func (f *function) biasVectors(n int, body func(at index, n int)) {
	lanes, beside := f.m.Lanes(), max(1, f.m.Beside)
	f.chunks(n, beside*lanes, unrolledBiases/beside, []int{1}, func(at index, size int) {
		for k := 0; k < size; k += lanes {
			at, n := at, min(lanes, size-k)
			at.off += k
			f.code.Wide(f.m.Width(n), func() { body(at, n) })
		}
	})
}

// spreader gives the number that a vector has for a row in every lane.
type spreader func(b *plan.Buffer) *vec.Value

// spreaders are those of n rows. Where products take a factor from any lane of a register, the numbers of as many rows
// as that has lanes are read by one load.
func (f *function) spreaders(row index, n int) []spreader {
	list := make([]spreader, 0, n)
	for i := 0; i < n; {
		together := 1
		if f.m.ByLane {
			for together = f.m.Lanes(); together > n-i; together /= 2 {
			}
		}
		first := row
		first.off += i
		i += together
		if together == 1 {
			list = append(list, func(b *plan.Buffer) *vec.Value { return f.code.Spread(f.at(b, first)) })
			continue
		}
		read := map[*plan.Buffer]*vec.Value{}
		for lane := range together {
			list = append(list, func(b *plan.Buffer) *vec.Value {
				if read[b] == nil {
					read[b] = f.code.Load(f.at(b, first), together)
				}
				return f.code.Lane(read[b], lane)
			})
		}
	}
	return list
}

// rowwise writes a matrix, every vector of which is what vectorOf makes of the factors of its row and of vectors of
// inputs. Loops go from the last row to the first: a network that is larger than a cache has its last rows there from
// the way forward, and its first ones then for the next call.
func (f *function) rowwise(
	w *plan.Buffer, ins []*plan.Buffer, rate *plan.Buffer, factors func(spread spreader, scaled bool) []*vec.Value,
	vectorOf func(factors, inputs []*vec.Value, at vec.Place, n int) *vec.Value,
) {
	lanes := f.streamed()
	chunks := (w.Cols + lanes - 1) / lanes
	looped := w.Rows*chunks*len(ins)*f.beside() > f.unrolledProducts()
	if looped && chunks > f.m.Registers/2 || chunks > f.bodyProducts() {
		f.rowsSideBySide(w, ins, factors, vectorOf)
		return
	}
	var loads []func(at index, size int) *vec.Value
	var releases []func()
	scaled := false
	for _, in := range ins {
		load, s, release := f.held(in, looped, len(ins), rate)
		loads, scaled, releases = append(loads, load), s, append(releases, release)
	}
	rows := func(down index, n int) {
		at, stores := f.row(w, down), rowStores{f: f, cols: w.Cols}
		for i, spread := range f.spreaders(down, n) {
			var ds []*vec.Value
			f.code.Wide(f.m.Width(min(w.Cols, f.m.Lanes())), func() { ds = factors(spread, scaled) })
			for c := range chunks {
				size := min(lanes, w.Cols-c*lanes)
				f.code.Wide(f.m.Width(size), func() {
					p, moved := f.along(at, index{off: i*w.Cols + c*lanes}), stores.moved(size, i < n-1)
					var inputs []*vec.Value
					for _, load := range loads {
						inputs = append(inputs, load(index{off: c * lanes}, size))
					}
					stores.put(vectorOf(ds, inputs, p, moved), p, size, moved)
				})
			}
		}
		stores.flush()
	}
	if looped {
		f.backwards(w.Rows, max(1, f.bodyProducts()/chunks), []int{1, w.Cols}, rows)
	} else {
		rows(index{}, w.Rows)
	}
	for _, release := range releases {
		release()
	}
}

// rowsSideBySide is rowwise for long rows, a few at a time, so that each vector of the input is read once for all of
// them: the loads that hit the first cache get in the way of the lines that come from the second one. A line's halves
// are stored one after the other, which takes it once.
func (f *function) rowsSideBySide(
	w *plan.Buffer, ins []*plan.Buffer, factors func(spread spreader, scaled bool) []*vec.Value,
	vectorOf func(factors, inputs []*vec.Value, at vec.Place, n int) *vec.Value,
) {
	const vectors = 8 // of each row in the body of a loop
	together := f.style.abreast(4)
	if f.style.InOrder {
		together = 1
	}
	lanes := f.streamed()
	line := LineBytes / f.m.Size
	f.backwards(w.Rows, min(together, w.Rows), []int{1, w.Cols}, func(down index, n int) {
		at, release := f.address(f.row(w, down))
		cells := make([]*vec.Value, n*len(ins))
		for i := range cells {
			cells[i] = f.to.Variable()
		}
		for i := range n {
			row := down
			row.off += i
			spread := func(b *plan.Buffer) *vec.Value { return f.code.Spread(f.at(b, row)) }
			f.code.Wide(8*f.m.Size*lanes, func() {
				for k, x := range factors(spread, false) {
					f.code.Set(cells[i*len(ins)+k], x)
				}
			})
		}
		f.chunks(w.Cols, vectors*lanes, 1, []int{1}, func(right index, size int) {
			for off := 0; off < size; off += line {
				var inputs [][]*vec.Value
				halves := func(body func(h, n int, at index)) {
					for h, k := 0, off; k < min(off+line, size); h, k = h+1, k+lanes {
						n := min(lanes, size-k)
						f.code.Wide(f.m.Width(n), func() { body(h, n, index{off: right.off + k, vars: right.vars}) })
					}
				}
				halves(func(_, n int, k index) {
					var list []*vec.Value
					for _, in := range ins {
						list = append(list, f.code.LoadLoose(f.at(in, k), n))
					}
					inputs = append(inputs, list)
				})
				for i := range n {
					var out []*vec.Value
					place := func(k index) vec.Place { k.off += i * w.Cols; return f.along(at, k) }
					halves(func(h, n int, k index) {
						out = append(out, vectorOf(cells[i*len(ins):][:len(ins)], inputs[h], place(k), n))
					})
					halves(func(h, n int, k index) { f.code.Store(out[h], place(k), n) })
				}
			}
		})
		f.to.Release(cells...)
		release()
	})
}
