package kernel

import (
	"slices"

	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// Under rounding: strict a tile's sums over units go through the lanes of the plan one after another, four together:
// what is a lane of a register in functions of one sample is a row here, and the tree adds rows. Every lane begins with
// -0, to which its first term is added.

// lanesTogether is how many lanes are formed side by side in loops.
const lanesTogether = 4

// orderedLanes is how many of so many lanes are formed side by side as a sum is gone through in loops, and the number
// of partial sums that are under way.
func orderedLanes(lanes int) (together, partial int) {
	together = min(lanes, lanesTogether)
	partial = together
	for l := together; l < lanes; l *= 2 {
		partial++
	}
	return together, partial
}

// orderedStraight is the sum of a unit of a product, in straight code.
func (t *tile) orderedStraight(p product, unit, v int) *vec.Value {
	return t.f.code.OrderedSum(p.lanes, p.terms, func(k int) *vec.Value {
		weight := t.f.code.Spread(t.f.at(p.w, index{off: unit*p.unitScale + k*p.termScale}))
		return t.f.code.Product(t.load(p.in, index{off: k}, v), weight)
	})
}

// orderedProduct writes a product whose sums are ordered.
func (t *tile) orderedProduct(p product) {
	heavy := t.weigh(p.each) > lightEach
	finish := func(unit index, v int, sum *vec.Value) {
		if p.bias != nil {
			sum = t.f.code.Sum(sum, t.f.code.Spread(t.f.at(p.bias, unit)))
		}
		if heavy {
			t.f.code.Store(sum, t.work(t.lay.sums, unit, v), t.f.m.Lanes())
		} else {
			t.evaluate(p.each, unit, v, p.acc, sum)
		}
	}
	if p.units*p.terms*t.vectors <= StraightProducts {
		t.interleave(index{}, p.units,
			func(unit index, _, v int) { finish(unit, v, t.orderedStraight(p, unit.off, v)) })
	} else {
		_, partial := orderedLanes(p.lanes)
		size := max(1, t.f.accumulators()/partial)
		also := []int{p.unitScale}
		if p.bias != nil {
			also = append(also, 1)
		}
		t.overRows(p.units, size, 1, func(at index, n int) {
			for v := range t.vectors {
				for u, sum := range t.orderedGroup(p, at, n, v) {
					unit := at
					unit.off += u
					finish(unit, v, sum)
				}
			}
		}, also...)
	}
	if heavy {
		t.applyEach(p)
	}
}

// orderedGroup forms the sums of n units for a vector of samples.
func (t *tile) orderedGroup(p product, at index, n, v int) []*vec.Value {
	w := t.f.at(p.w, index{})
	w.Disp += at.off * p.unitScale * t.f.m.Size
	w.Index = at.vars[p.unitScale]
	w, release := t.f.address(w)
	together, partial := orderedLanes(p.lanes)
	cells := make([][]*vec.Value, n)
	for u := range cells {
		for range partial {
			cells[u] = append(cells[u], t.f.to.Variable())
		}
	}
	whole := p.terms / p.lanes * p.lanes
	plan.Order{Lanes: p.lanes}.Tree(p.terms, together, func(lanes []int, first int) {
		for u := range cells {
			for i := range lanes {
				t.f.code.Set(cells[u][first+i], t.f.code.NegativeZero())
			}
		}
		add := func(k index, i int) {
			row := t.load(p.in, k, v)
			for u := range cells {
				c := w.Plus((k.off*p.termScale + u*p.unitScale) * t.f.m.Size)
				if r := k.vars[p.termScale]; r != nil {
					c.Index = r
				}
				t.f.code.Accumulate(cells[u][first+i], row, t.f.code.Spread(c))
			}
		}
		t.overRows(whole, p.lanes, 1, func(k index, _ int) {
			for i, lane := range lanes {
				term := k
				term.off += lane
				add(term, i)
			}
		}, p.termScale)
		for i, lane := range lanes {
			if whole+lane < p.terms {
				add(index{off: whole + lane}, i)
			}
		}
	}, func(into, from int) {
		for u := range cells {
			t.f.code.Set(cells[u][into], t.f.code.Sum(cells[u][into], cells[u][from]))
		}
	})
	release()
	t.f.to.Adopt(slices.Concat(cells...)...)
	var sums []*vec.Value
	for u := range cells {
		sums = append(sums, cells[u][0])
	}
	return sums
}

// orderedRows adds up the rows of n units from one on that lie where the sums of products do.
func (t *tile) orderedRows(lanes int, from index, n, v int) *vec.Value {
	row := func(unit index) *vec.Value { return t.f.code.Load(t.work(t.lay.sums, unit, v), t.f.m.Lanes()) }
	if n <= 2*lanes {
		return t.f.code.OrderedSum(lanes, n, func(k int) *vec.Value {
			unit := from
			unit.off += k
			return row(unit)
		})
	}
	together, partial := orderedLanes(lanes)
	var cells []*vec.Value
	for range partial {
		cells = append(cells, t.f.to.Variable())
	}
	whole := n / lanes * lanes
	plan.Order{Lanes: lanes}.Tree(n, together, func(of []int, first int) {
		for i := range of {
			t.f.code.Set(cells[first+i], t.f.code.NegativeZero())
		}
		add := func(unit index, i int) {
			t.f.code.Set(cells[first+i], t.f.code.Sum(cells[first+i], row(unit)))
		}
		start := index{off: from.off, vars: map[int]*vec.Int{1: from.vars[t.samples]}}
		t.f.loopFrom(start, n/lanes, lanes*t.samples, func(k index) {
			for i, lane := range of {
				add(index{off: k.off + lane, vars: map[int]*vec.Int{t.samples: k.vars[1]}}, i)
			}
		})
		for i, lane := range of {
			if unit := from; whole+lane < n {
				unit.off += whole + lane
				add(unit, i)
			}
		}
	}, func(into, from int) { t.f.code.Set(cells[into], t.f.code.Sum(cells[into], cells[from])) })
	t.f.to.Adopt(cells...)
	return cells[0]
}

// orderedMapping is mapping for elements that are added up: their terms are kept in rows where there is a loop.
func (t *tile) orderedMapping(m *plan.Map, step, unrolled int) {
	looped := m.N/step > max(1, unrolled)
	terms := make([]*vec.Value, m.N*t.vectors)
	t.overRows(m.N, step, max(1, unrolled), func(at index, n int) {
		t.interleave(at, n, func(unit index, i, v int) {
			term := t.evaluate(m, unit, v, "", nil)
			if looped {
				t.f.code.Store(term, t.work(t.lay.sums, unit, v), t.f.m.Lanes())
			} else {
				terms[at.off*t.vectors+i] = term
			}
		})
	})
	for v := range t.vectors {
		if looped {
			t.finish(m.Sum, t.orderedRows(m.Lanes, index{}, m.N, v), v)
		} else {
			t.finish(m.Sum, t.f.code.OrderedSum(m.Lanes, m.N, func(k int) *vec.Value {
				return terms[k*t.vectors+v]
			}), v)
		}
	}
}

// orderedSum is the sum of a stage over the window; terms are kept in rows where it is looped over.
func (w *tileWindow) orderedSum(s plan.Stage) *vec.Value {
	t := w.t
	var terms []*vec.Value
	w.units(func(at index) {
		term := w.at(s, at, nil)
		if w.looped {
			t.f.code.Store(term, t.work(t.lay.sums, at, w.v), t.f.m.Lanes())
		} else {
			terms = append(terms, term)
		}
	})
	if w.looped {
		return t.orderedRows(w.op.Lanes, w.unit, w.op.Window, w.v)
	}
	return t.f.code.OrderedSum(w.op.Lanes, len(terms), func(k int) *vec.Value { return terms[k] })
}

// beginLosses notes where the losses of the first tile's samples go: the Go adds them up, sample after sample. The
// batch struct is still where the argument says.
func (t *tile) beginLosses(offset int) {
	at := t.wordAt(offset)
	t.losses = &at
}

// storeLosses writes the losses of a tile's samples, and goes on to the next one's place.
func (t *tile) storeLosses() {
	t.f.to.Flush()
	at := t.f.to.Scratch()
	t.f.to.Int(vec.IntCopy, vec.Word(*t.losses), vec.Ref(at))
	for v := range t.vectors {
		t.f.code.Store(t.f.code.Load(t.work(t.lay.loss, index{}, v), t.f.m.Lanes()),
			t.rowAt(vec.Place{Base: at}, index{}, v), t.f.m.Lanes())
	}
	t.f.to.Flush()
	t.f.to.Int(vec.IntAdd, vec.Const(t.lay.Row), vec.Ref(at))
	t.f.to.Int(vec.IntCopy, vec.Ref(at), vec.Word(*t.losses))
}
