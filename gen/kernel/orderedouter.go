package kernel

import (
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// orderedOuter adds Σ δ·aᵀ to the gradient of a layer's weights and Σ δ to that of its biases, sample after sample: the
// sums go on from what is in memory, so that it is no matter how many samples a call has. Vectors of both δ and a lie
// sample after sample.
func (t *tile) orderedOuter(o *plan.OuterSum) {
	rows, cols, lanes := o.D.Rows, o.A.Rows, t.f.m.Lanes()
	chunks := (cols + lanes - 1) / lanes
	wide := min(chunks, t.columnsTogether())
	high := min(rows, t.accumulators()/wide)
	groups := (rows + high - 1) / high
	high = (rows + groups - 1) / groups
	t.f.chunks(cols, wide*lanes, 1, []int{1}, func(right index, size int) {
		t.f.chunks(rows, high, 1, []int{1, o.GW.Cols},
			func(down index, n int) { t.orderedOuterGroup(o, down, right, n, size) })
	})
	if o.GB != nil {
		t.f.chunks(rows, t.accumulators()*lanes, 1, []int{1}, func(down index, n int) { t.orderedBiases(o, down, n) })
	}
}

// samplesOf is where the first sample's vector of a buffer lies, how many bytes there are from one sample to the next,
// and how many more from the last of a tile to the first of the next.
func (t *tile) samplesOf(b *plan.Buffer) (from vec.Place, step, gap int) {
	if at, ok := t.lay.copies[b]; ok {
		step = pitch(b, t.f.m.Size) * t.f.m.Size
		return vec.Place{Base: t.f.to.Base("b"), Disp: t.lay.Work + at}, step, t.lay.Stride - t.samples*step
	}
	return vec.Place{Base: t.f.to.Base("xs")}, b.Rows * t.f.m.Size, 0
}

// orderedOuterGroup adds to n rows and m columns.
func (t *tile) orderedOuterGroup(o *plan.OuterSum, down, right index, n, m int) {
	lanes, size := t.f.m.Lanes(), t.f.m.Size
	var sizes []int
	for k := 0; k < m; k += lanes {
		sizes = append(sizes, min(lanes, m-k))
	}
	cells := make([]*vec.Value, n*len(sizes))
	for i := range cells {
		cells[i] = t.f.to.Variable()
	}
	// each runs a body for every vector of the gradient and its place.
	each := func(body func(i, s int, place vec.Place)) {
		w := t.f.at(o.GW, index{})
		w.Disp += (down.off*o.GW.Cols + right.off) * size
		w, release := t.joined(w, down.vars[o.GW.Cols], right.vars[1])
		for r := range n {
			for c, s := range sizes {
				t.f.code.Wide(t.f.m.Width(s), func() { body(r*len(sizes)+c, s, w.Plus((r*o.GW.Cols+c*lanes)*size)) })
			}
		}
		release()
		t.f.to.Flush()
	}
	each(func(i, s int, place vec.Place) { t.f.code.Set(cells[i], t.f.code.Load(place, s)) })
	dp, ap := t.f.to.Pointer(), t.f.to.Pointer()
	d, dStep, dGap := t.samplesOf(o.D)
	a, aStep, aGap := t.samplesOf(o.A)
	d.Disp, d.Index = d.Disp+down.off*size, down.vars[1]
	a.Disp, a.Index = a.Disp+right.off*size, right.vars[1]
	t.f.to.PointTo(d, dp)
	t.f.to.PointTo(a, ap)
	t.throughSamples(func() {
		var as []*vec.Value
		for c, s := range sizes {
			as = append(as, t.f.code.Load(vec.Place{Base: ap, Disp: c * lanes * size}, s))
		}
		for r := range n {
			x := t.f.code.Spread(vec.Place{Base: dp, Disp: r * size})
			for c := range sizes {
				t.f.code.Accumulate(cells[r*len(sizes)+c], as[c], x)
			}
		}
		t.f.to.Flush()
		t.f.to.Int(vec.IntAdd, vec.Const(dStep), vec.Ref(dp))
		t.f.to.Int(vec.IntAdd, vec.Const(aStep), vec.Ref(ap))
	}, func() {
		t.f.to.Int(vec.IntAdd, vec.Distance(dGap), vec.Ref(dp))
		if aGap != 0 {
			t.f.to.Int(vec.IntAdd, vec.Distance(aGap), vec.Ref(ap))
		}
	})
	t.f.to.Drop(dp)
	t.f.to.Drop(ap)
	each(func(i, s int, place vec.Place) { t.f.code.Store(cells[i], place, s) })
	t.f.to.Release(cells...)
}

// orderedBiases adds to n biases.
func (t *tile) orderedBiases(o *plan.OuterSum, down index, n int) {
	lanes, size := t.f.m.Lanes(), t.f.m.Size
	var cells []*vec.Value
	for k := 0; k < n; k += lanes {
		cells = append(cells, t.f.to.Variable())
	}
	vectors := func(body func(c, s int)) {
		for c := range cells {
			s := min(lanes, n-c*lanes)
			t.f.code.Wide(t.f.m.Width(s), func() { body(c, s) })
		}
	}
	place := t.f.at(o.GB, down)
	vectors(func(c, s int) { t.f.code.Set(cells[c], t.f.code.Load(place.Plus(c*lanes*size), s)) })
	t.f.to.Flush()
	dp := t.f.to.Pointer()
	d, step, gap := t.samplesOf(o.D)
	d.Disp, d.Index = d.Disp+down.off*size, down.vars[1]
	t.f.to.PointTo(d, dp)
	t.throughSamples(func() {
		vectors(func(c, s int) {
			t.f.code.Set(cells[c], t.f.code.Sum(cells[c], t.f.code.Load(vec.Place{Base: dp, Disp: c * lanes * size}, s)))
		})
		t.f.to.Flush()
		t.f.to.Int(vec.IntAdd, vec.Const(step), vec.Ref(dp))
	}, func() { t.f.to.Int(vec.IntAdd, vec.Distance(gap), vec.Ref(dp)) })
	t.f.to.Drop(dp)
	vectors(func(c, s int) { t.f.code.Store(cells[c], place.Plus(c*lanes*size), s) })
	t.f.to.Release(cells...)
}

// throughSamples runs a body for every sample of the call, and another after each tile. Where more tiles follow, a tile
// is full.
func (t *tile) throughSamples(sample, after func()) {
	t.countdown("tiles", func() {
		t.countdown("samples", sample)
		after()
	})
}
