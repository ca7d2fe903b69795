package schedule

import "github.com/backpropgen/backpropgen/gen/plan"

// loopedRows and loopedLanes are how many rows, and of each how many lanes, a loop along rows forms together: their
// sums, their products and the elements of a are fourteen scalars, as many as Go keeps in registers on amd64. With
// eight sums, some go by way of memory in every turn, which takes 1.6 times as long.
const (
	loopedRows  = 3
	loopedLanes = 2
)

// order takes the lanes of an operation whose sums have an order, and loops over summed elements as many at a time as
// there are lanes, or a multiple. Where code is to be as short as can be, a loop along rows forms one row, in all lanes
// at once.
func (l *Loops) order(op plan.Op, short bool) {
	switch o := op.(type) {
	case *plan.Affine:
		if !o.Ordered() {
			return
		}
		l.Lanes, l.Together = o.Lanes, 1
		if l.Inner = inRounds(l.Inner, o.W.Cols, l.Lanes); l.Inner[0].Looped() {
			l.Outer, l.Together = loopBlocks(o.W.Rows, loopedRows), loopedLanes
			if short {
				l.Outer, l.Together = loop(o.W.Rows, 1), l.Lanes
			}
		}
	case *plan.BackAffine:
		if o.Ordered() {
			l.Lanes, l.Together = o.Lanes, 1
			l.Inner = inRounds(l.Inner, o.W.Rows, l.Lanes)
		}
	case *plan.Map:
		if o.Ordered() {
			l.Lanes, l.Together = o.Lanes, o.Lanes
			l.Outer = inLanes(l.Outer, o.N, l.Lanes)
		}
	case *plan.Vector:
		if o.Ordered() {
			l.Lanes, l.Together = o.Lanes, o.Lanes
			l.Inner = inLanes(l.Inner, o.Window, l.Lanes)
		}
	}
}

// inLanes is a loop over n elements with as many in its body as there are lanes, where there was a loop.
func inLanes(segs []Segment, n, lanes int) []Segment {
	if !segs[0].Looped() {
		return segs
	}
	return loop(n, lanes)
}

// inRounds is a loop over n terms whose body has whole rounds of the lanes, where there was a loop whose body hasn't.
func inRounds(segs []Segment, n, lanes int) []Segment {
	if !segs[0].Looped() || segs[0].Size%lanes == 0 {
		return segs
	}
	return loop(n, lanes)
}
