package plan

import (
	"fmt"

	"github.com/backpropgen/backpropgen/gen/expr"
)

// CountBatch counts the operations of one call of a batch function with so many samples.
func (p *Program) CountBatch(name string, samples int) (Count, error) {
	f := p.Func(name)
	if f == nil || !f.Batch {
		return Count{}, fmt.Errorf("plan: no batch function %s", name)
	}
	var all Count
	for _, op := range f.Ops {
		switch o := op.(type) {
		case *Clear:
			n := int64(elementsOf(o.G))
			all = all.Plus(Count{Stores: n, ParamStores: n})
		case *Descend:
			n := int64(o.N())
			all = all.Plus(Count{Count: expr.Count{Muls: n, Adds: n}, Loads: 2 * n, Stores: n, ParamLoads: 2 * n, ParamStores: n})
		}
	}
	// Whole blocks while there are more samples than one holds, then the rest, even if there is none.
	whole := max(0, samples-1) / p.Block
	sizes := []struct {
		times   int64
		samples int
	}{{int64(whole), p.Block}, {1, samples - whole*p.Block}}
	for _, b := range sizes {
		block, err := p.countParts(f, b.samples)
		if err != nil {
			return Count{}, err
		}
		if f.Forms(Loss) {
			block.Adds++ // to the loss of the call
		}
		all = all.Plus(block.Times(b.times))
	}
	return all, nil
}

// repeat is a loop over the samples of a block.
func (b block) repeat() block {
	return block{b.count, NewScalars(b.scalars), b.times * int64(b.samples), b.samples}
}

// outerSum counts ∇W += Σ δ·aᵀ and ∇b += Σ δ: every sum is read and written once for all samples.
func (b block) outerSum(o *OuterSum) {
	for _, cols := range o.Outer {
		s, col := b.enter(cols, "j")
		for _, rows := range o.Inner {
			t, row := s.enter(rows, "i")
			n := rows.Size * cols.Size
			t.read(o.GW, n)
			t.write(o.GW, n)
			if o.FusesBias() {
				t.read(o.GB, rows.Size)
				t.write(o.GB, rows.Size)
			}
			u := t.repeat()
			u.load(o.D, row, rows.Size)
			u.load(o.A, col, cols.Size)
			u.arithmetic(expr.Count{Muls: int64(n), Adds: int64(n)})
			if o.FusesBias() {
				u.arithmetic(expr.Count{Adds: int64(rows.Size)})
			}
		}
	}
	for _, rows := range o.BiasRows {
		t, row := b.enter(rows, "i")
		t.read(o.GB, rows.Size)
		t.write(o.GB, rows.Size)
		u := t.repeat()
		u.load(o.D, row, rows.Size)
		u.arithmetic(expr.Count{Adds: int64(rows.Size)})
	}
}
