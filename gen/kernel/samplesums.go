package kernel

import (
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// sampleSums sums up gradients of the parameters where the vectors of both δ and a lie sample after sample: a group of
// them stays in registers while all samples are gone through, one after another.
type sampleSums struct {
	f *function
	// of is where the first sample's vector of a buffer lies, how many bytes there are from one sample to the next, and
	// how many more where after is run.
	of func(b *plan.Buffer) (from vec.Place, step, gap int)
	// through runs a body for every sample, and another after some of them.
	through func(sample, after func())
	// begin gives the sums of vectors what they begin with, and end stores what becomes of them. Both are given what
	// runs a body for each of them, with its place in the gradient and how many numbers it has.
	begin, end func(each func(body func(sum *vec.Value, at vec.Place, n int)))
	// byRows says that all of a row is summed up before the next: few samples leave memory to take the time, which is
	// fastest in order. Many leave their vectors to do so, and a group of columns is summed up in all rows.
	byRows bool
}

// weights sums up the gradient of a layer's weights.
func (s *sampleSums) weights(o *plan.OuterSum) {
	rows, cols, lanes := o.D.Rows, o.A.Rows, s.f.m.Lanes()
	chunks := (cols + lanes - 1) / lanes
	wide := min(chunks, s.f.columnsTogether())
	high := min(rows, s.f.accumulators()/wide)
	groups := (rows + high - 1) / high
	high = (rows + groups - 1) / groups
	acrossRows := func(body func(down index, n int)) { s.f.chunks(rows, high, 1, []int{1, o.GW.Cols}, body) }
	acrossColumns := func(body func(right index, m int)) { s.f.chunks(cols, wide*lanes, 1, []int{1}, body) }
	if s.byRows {
		acrossRows(func(down index, n int) {
			acrossColumns(func(right index, m int) { s.group(o, down, right, n, m) })
		})
		return
	}
	acrossColumns(func(right index, m int) {
		acrossRows(func(down index, n int) { s.group(o, down, right, n, m) })
	})
}

// group sums up n rows and m columns.
func (s *sampleSums) group(o *plan.OuterSum, down, right index, n, m int) {
	f := s.f
	lanes, size := f.m.Lanes(), f.m.Size
	var sizes []int
	for k := 0; k < m; k += lanes {
		sizes = append(sizes, min(lanes, m-k))
	}
	cells := make([]*vec.Value, n*len(sizes))
	for i := range cells {
		cells[i] = f.to.Variable()
	}
	each := func(body func(sum *vec.Value, at vec.Place, n int)) {
		w := f.at(o.GW, index{})
		w.Disp += (down.off*o.GW.Cols + right.off) * size
		w, release := f.joined(w, down.vars[o.GW.Cols], right.vars[1])
		for r := range n {
			for c, k := range sizes {
				at := w.Plus((r*o.GW.Cols + c*lanes) * size)
				f.code.Wide(f.m.Width(k), func() { body(cells[r*len(sizes)+c], at, k) })
			}
		}
		release()
		f.to.Flush()
	}
	s.begin(each)
	dp, ap := f.to.Pointer(), f.to.Pointer()
	d, dStep, dGap := s.of(o.D)
	a, aStep, aGap := s.of(o.A)
	d.Disp, d.Index = d.Disp+down.off*size, down.vars[1]
	a.Disp, a.Index = a.Disp+right.off*size, right.vars[1]
	f.to.PointTo(d, dp)
	f.to.PointTo(a, ap)
	s.through(func() {
		var as []*vec.Value
		for c, k := range sizes {
			as = append(as, f.code.Load(vec.Place{Base: ap, Disp: c * lanes * size}, k))
		}
		for r := range n {
			x := f.code.Spread(vec.Place{Base: dp, Disp: r * size})
			for c := range sizes {
				f.code.Accumulate(cells[r*len(sizes)+c], as[c], x)
			}
		}
		f.to.Flush()
		f.to.Int(vec.IntAdd, vec.Const(dStep), vec.Ref(dp))
		f.to.Int(vec.IntAdd, vec.Const(aStep), vec.Ref(ap))
	}, func() {
		f.to.Int(vec.IntAdd, vec.Distance(dGap), vec.Ref(dp))
		if aGap != 0 {
			f.to.Int(vec.IntAdd, vec.Distance(aGap), vec.Ref(ap))
		}
	})
	f.to.Drop(dp)
	f.to.Drop(ap)
	s.end(each)
	f.to.Release(cells...)
}

// biases sums up the gradient of a layer's biases, if it has any.
func (s *sampleSums) biases(o *plan.OuterSum) {
	if o.GB != nil {
		s.f.chunks(o.D.Rows, s.f.accumulators()*s.f.m.Lanes(), 1, []int{1}, func(down index, n int) {
			s.biasGroup(o, down, n)
		})
	}
}

// biasGroup sums up n biases.
func (s *sampleSums) biasGroup(o *plan.OuterSum, down index, n int) {
	f := s.f
	lanes, size := f.m.Lanes(), f.m.Size
	var cells []*vec.Value
	for k := 0; k < n; k += lanes {
		cells = append(cells, f.to.Variable())
	}
	place := f.at(o.GB, down)
	each := func(body func(sum *vec.Value, at vec.Place, n int)) {
		for c, cell := range cells {
			k := min(lanes, n-c*lanes)
			f.code.Wide(f.m.Width(k), func() { body(cell, place.Plus(c*lanes*size), k) })
		}
	}
	s.begin(each)
	f.to.Flush()
	dp := f.to.Pointer()
	d, step, gap := s.of(o.D)
	d.Disp, d.Index = d.Disp+down.off*size, down.vars[1]
	f.to.PointTo(d, dp)
	s.through(func() {
		each(func(sum *vec.Value, at vec.Place, k int) {
			f.code.Set(sum, f.code.Sum(sum, f.code.Load(vec.Place{Base: dp, Disp: at.Disp - place.Disp}, k)))
		})
		f.to.Flush()
		f.to.Int(vec.IntAdd, vec.Const(step), vec.Ref(dp))
	}, func() { f.to.Int(vec.IntAdd, vec.Distance(gap), vec.Ref(dp)) })
	f.to.Drop(dp)
	s.end(each)
	f.to.Release(cells...)
}
