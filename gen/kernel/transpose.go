package kernel

import (
	"slices"

	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// Samples come as arrays one after the other, and tiles have a row for each element. Both ways some elements of all
// samples are taken at once, as many as 128 bits hold: every 128 bits of a register have those of one sample, and the
// small square matrices that the same 128 bits of as many registers make are transposed in place.

// straightColumns is up to how many groups of elements are transposed in straight code.
const straightColumns = 4

// samplesIn makes rows of arrays of samples.
func (t *tile) samplesIn(from *vec.Int, to *plan.Buffer) {
	group := 16 / t.f.m.Size
	switch {
	case to.Len() == 1: // which is a row
		for v := range t.vectors {
			t.store(t.f.code.Load(t.rowAt(vec.Place{Base: from}, index{}, v), t.f.m.Lanes()), to, index{}, v)
		}
		return
	case 2*to.Len() == group:
		t.pairsIn(from, to)
		return
	}
	t.columns(to.Len(), group, func(at index, n int) {
		for v := range t.vectors {
			var rows []*vec.Value
			for r := range group {
				var x *vec.Value
				for q := range t.f.m.Lanes() / group {
					sample := v*t.f.m.Lanes() + q*group + r
					piece := vec.Place{Base: from, Index: at.vars[1], Disp: (sample*to.Len() + at.off) * t.f.m.Size}
					var part *vec.Value
					t.f.code.Wide(128, func() { part = t.f.code.Load(piece, n) })
					if x == nil {
						x = part
					} else {
						x = t.f.code.Insert(x, part, q)
					}
				}
				rows = append(rows, x)
			}
			for i, x := range t.f.code.Squares(rows, n) {
				unit := at
				unit.off += i
				t.store(x, to, unit, v)
			}
		}
	})
}

// pairsIn is samplesIn for pairs of float32, of which 128 bits hold two.
func (t *tile) pairsIn(from *vec.Int, to *plan.Buffer) {
	for v := range t.vectors {
		var halves [2]*vec.Value
		for h := range halves {
			for q := range t.f.m.Lanes() / 4 {
				sample := v*t.f.m.Lanes() + q*4 + 2*h
				var part *vec.Value
				t.f.code.Wide(128, func() {
					part = t.f.code.Load(vec.Place{Base: from, Disp: sample * 2 * t.f.m.Size}, 4)
				})
				if q == 0 {
					halves[h] = part
				} else {
					halves[h] = t.f.code.Insert(halves[h], part, q)
				}
			}
		}
		// The even numbers of both, and the odd ones.
		for i, op := range []vec.Op{vec.Evens, vec.Odds} {
			t.store(t.f.code.Op(op, halves[0], halves[1]), to, index{off: i}, v)
		}
	}
}

// samplesOut makes arrays of samples, pitch numbers from one to the next, of rows.
func (t *tile) samplesOut(from *plan.Buffer, to vec.Place, pitch int) {
	if from.Len() == 1 && pitch == 1 {
		for v := range t.vectors {
			t.f.code.Store(t.load(from, index{}, v), t.rowAt(to, index{}, v), t.f.m.Lanes())
		}
		return
	}
	group := 16 / t.f.m.Size
	t.columns(from.Len(), group, func(at index, n int) {
		for v := range t.vectors {
			var rows []*vec.Value
			for i := range group {
				unit := at
				unit.off += min(i, n-1)
				rows = append(rows, t.load(from, unit, v))
			}
			for r, x := range t.f.code.Squares(rows, group) {
				for q := range t.f.m.Lanes() / group {
					sample := v*t.f.m.Lanes() + q*group + r
					place := to.Plus((sample*pitch + at.off) * t.f.m.Size)
					if i := at.vars[1]; i != nil {
						place.Index = i
					}
					part := t.f.code.Extract(x, q)
					t.f.code.Wide(128, func() { t.f.code.Store(part, place, n) })
				}
			}
		}
	})
}

// columns runs a body over the elements of a vector, group at a time.
func (t *tile) columns(n, group int, body func(at index, n int)) {
	scales := []int{1, t.samples}
	slices.Sort(scales)
	t.f.chunks(n, group, straightColumns/t.vectors, scales, body)
}
