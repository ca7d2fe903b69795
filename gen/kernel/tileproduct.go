package kernel

import (
	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/kernel/idiom"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// product is a matrix product of a tile: for every unit, the sum over some terms of a weight times a row.
type product struct {
	units, terms int
	lanes        int // of an ordered sum
	w            *plan.Buffer
	// unitScale and termScale are how many weights lie between those of one unit, or term, and the next.
	unitScale, termScale int
	in                   *plan.Buffer
	bias                 *plan.Buffer // nil: none
	each                 *plan.Map    // what is done with each sum, by the name acc
	acc                  expr.Var
}

// affine is z = W·in + b.
func (t *tile) affine(op *plan.Affine) {
	t.product(product{
		units: op.W.Rows, terms: op.W.Cols, lanes: op.Lanes, w: op.W, unitScale: op.W.Cols, termScale: 1,
		in: op.In, bias: op.B, each: &op.Each, acc: plan.AccForward,
	})
}

// backAffine is v = Wᵀ·δ.
func (t *tile) backAffine(op *plan.BackAffine) {
	t.product(product{
		units: op.W.Cols, terms: op.W.Rows, lanes: op.Lanes, w: op.W, unitScale: 1, termScale: op.W.Cols,
		in: op.D, each: &op.Each, acc: plan.AccBackward,
	})
}

// Limits of the straight-line code of a product, in multiply-adds of registers.
const (
	StraightProducts = 160 // of all of it
	loopProducts     = 96  // of the body of its loop over terms
	lightEach        = 6   // the weight of what is done with each sum where it is formed
)

// accumulators is how many sums of registers are formed at once: as many as leave registers for a weight and for a row.
func (f *function) accumulators() int { return f.m.Registers * 3 / 4 }

// columnsTogether is how many vectors of columns of a gradient are summed up at once.
func (f *function) columnsTogether() int { return min(4, f.accumulators()/4) }

// product writes a product: some units at a time, whose sums stay in registers while the terms are gone through. A
// weight is read once for all samples of a tile, a row once for all units of the group.
func (t *tile) product(p product) {
	if t.f.code.Strict {
		t.orderedProduct(p)
		return
	}
	if p.units*p.terms*t.vectors <= StraightProducts {
		t.straightProduct(p)
		return
	}
	// A long function is applied to all sums in a loop of its own.
	heavy := t.weigh(p.each) > lightEach
	most := t.f.accumulators() / t.vectors
	if p.unitScale > 1 {
		most = min(most, unconflicted(p.unitScale*t.f.m.Size, most))
	}
	groups := (p.units + most - 1) / most
	size := (p.units + groups - 1) / groups
	also := []int{p.unitScale}
	if p.bias != nil {
		also = append(also, 1)
	}
	t.overRows(p.units, size, 1, func(at index, n int) {
		sums := t.sums(p, at, n)
		t.f.to.Adopt(sums...)
		for u := range n {
			unit := at
			unit.off += u
			for v := range t.vectors {
				sum := sums[u*t.vectors+v]
				if p.bias != nil {
					sum = t.f.code.Sum(sum, t.f.code.Spread(t.f.at(p.bias, unit)))
				}
				if heavy {
					t.f.code.Store(sum, t.work(t.lay.sums, unit, v), t.f.m.Lanes())
				} else {
					t.evaluate(p.each, unit, v, p.acc, sum)
				}
			}
		}
	}, also...)
	if heavy {
		t.applyEach(p)
	}
}

// Of the first cache, the sets that lines go to by their addresses, and how many lines of a set stay while others are
// read.
const (
	cacheSets = 64
	cacheWays = 6
)

// unconflicted is how many weights, up to most, that lie so many bytes apart can be read again and again without
// pushing one another's lines out of the first cache, as they do where they lie apart by a large power of two.
func unconflicted(bytes, most int) int {
	var lines [cacheSets]int
	last := -1
	for n := range most {
		line := n * bytes / LineBytes
		if line == last {
			continue
		}
		if lines[line%cacheSets] == cacheWays {
			return n
		}
		lines[line%cacheSets]++
		last = line
	}
	return most
}

// applyEach does what is done with each sum, where these are in rows.
func (t *tile) applyEach(p product) {
	t.overRows(p.units, t.step(p.each), 1, func(at index, n int) {
		t.interleave(at, n, func(unit index, _, v int) {
			t.evaluate(p.each, unit, v, p.acc, t.f.code.Load(t.work(t.lay.sums, unit, v), t.f.m.Lanes()))
		})
	})
}

// sums forms the sums of n units in variables, a vector of samples after the other.
func (t *tile) sums(p product, at index, n int) []*vec.Value {
	w := t.f.at(p.w, index{})
	w.Disp += at.off * p.unitScale * t.f.m.Size
	w.Index = at.vars[p.unitScale]
	w, release := t.f.address(w)
	cells := t.f.variables(n*t.vectors, (*idiom.Code).Zeros)
	step := max(1, loopProducts/len(cells))
	t.overRows(p.terms, step, 1, func(k index, terms int) {
		for i := range terms {
			term := k
			term.off += i
			var rows []*vec.Value
			for v := range t.vectors {
				rows = append(rows, t.load(p.in, term, v))
			}
			for u := range n {
				c := w.Plus((term.off*p.termScale + u*p.unitScale) * t.f.m.Size)
				if r := k.vars[p.termScale]; r != nil {
					c.Index = r
				}
				weight := t.f.code.Spread(c)
				for v := range t.vectors {
					t.f.code.Accumulate(cells[u*t.vectors+v], rows[v], weight)
				}
			}
		}
	}, p.termScale)
	release()
	return cells
}

// straightProduct writes a small product without loops.
func (t *tile) straightProduct(p product) {
	t.interleave(index{}, p.units, func(unit index, _, v int) {
		var sum *vec.Value
		if p.bias != nil {
			sum = t.f.code.Spread(t.f.at(p.bias, unit))
		}
		for k := range p.terms {
			row, weight := t.load(p.in, index{off: k}, v),
				t.f.code.Spread(t.f.at(p.w, index{off: unit.off*p.unitScale + k*p.termScale}))
			if sum == nil {
				sum = t.f.code.Product(row, weight)
			} else {
				sum = t.f.code.Madd(row, weight, sum)
			}
		}
		t.evaluate(p.each, unit, v, p.acc, sum)
	})
}
