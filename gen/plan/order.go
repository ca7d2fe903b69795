package plan

import (
	"fmt"

	"github.com/backpropgen/backpropgen/spec"
)

// The order of sums. Under rounding: strict every sum has one order, whatever prints it, so that one spec has one
// result on every machine: Go for any architecture and vector code of any width round the same operations in the same
// order. Every product and every sum is rounded by itself; a product is never fused with the sum it goes into.
//
// A sum of the terms t_0 … t_{n-1} in L lanes is
//
//	s_l = ((t_l + t_{l+L}) + t_{l+2L}) + …    for every lane l < n, from its first term on
//
// and of the lanes' sums the tree that adds, L/2 lanes apart, then L/4, and so on, the upper one to the lower one;
// lanes without a term are left out. So the lanes may be the elements of one register, added up by halves, or of
// several, or scalars taken one after another in the order of Tree.
//
//   - The rows of W·a, the sums of softmax and its like, and the loss over the outputs go along vectors that lie in
//     memory as they are summed: as many lanes as there are elements in 64 bytes, 16 of float32 or 8 of float64. The
//     bias is added to the finished sum.
//   - Wᵀ·δ is summed over rows, every column by itself, in 4 lanes: enough to keep additions under way.
//   - Gradients are summed over samples one after another, from 0 on; the losses of samples likewise, a block at a
//     time, and then those of the blocks. A team cuts the blocks into runs by their number alone and adds the sums of
//     the runs up in pairs, by number too.
//
// Zeros need no care where lanes are padded: -0 added to anything leaves it. gen/portable/ordered.go and
// gen/kernel/ordered.go follow this order, the latter for one sample; for tiles of samples, whose rows are the lanes,
// gen/kernel/orderedtile.go.

// What the lanes of a sum are: as many elements as fill registerBytes along a vector, rowLanes across the rows of a
// matrix.
const (
	registerBytes = 64
	rowLanes      = 4
)

// loopedRows and loopedLanes are how many rows, and of each how many lanes, a loop along rows forms together: their
// sums, their products and the elements of a are fourteen scalars, as many as Go keeps in registers on amd64. With
// eight sums, some go by way of memory in every turn, which takes 1.6 times as long.
const (
	loopedRows  = 3
	loopedLanes = 2
)

// Rounding says in words how a network rounds.
func (p *Program) Rounding() string {
	if p.Network.Rounding != spec.RoundingStrict {
		return "fast: compilers may fuse products with sums, and sums have no promised order"
	}
	return fmt.Sprintf("strict, the same bits on every machine: no product is fused; sums along a vector in %d lanes "+
		"l, l+%d, …, across rows in %d, the lanes added by halves, the upper to the lower, then the bias; over "+
		"samples in their order",
		registerBytes/p.ElementBytes(), registerBytes/p.ElementBytes(), rowLanes)
}

// order fixes the order of an operation's sums, and takes loops over summed elements as many at a time as there are
// lanes, or a multiple. Where code is to be as short as can be, a loop along rows forms one of them, in all lanes at
// once.
func order(op Op, elementBytes int, short bool) {
	l := op.Loop()
	across := registerBytes / elementBytes
	switch o := op.(type) {
	case *Affine:
		l.Ordered, l.Lanes, l.Together = true, across, 1
		if l.Inner = inRounds(l.Inner, o.W.Cols, across); l.Inner[0].Looped() {
			l.Outer, l.Together = loopBlocks(o.W.Rows, loopedRows), loopedLanes
			if short {
				l.Outer, l.Together = loop(o.W.Rows, 1), across
			}
		}
	case *BackAffine:
		l.Ordered, l.Lanes, l.Together = true, rowLanes, 1
		l.Inner = inRounds(l.Inner, o.W.Rows, rowLanes)
		if u := o.Update; u != nil {
			u.Loop().Outer = l.Inner
		}
	case *Map:
		if o.Sum != nil {
			l.Ordered, l.Lanes, l.Together = true, across, across
			l.Outer = inLanes(l.Outer, o.N, across)
		}
	case *Vector:
		if o.sums() {
			l.Ordered, l.Lanes, l.Together = true, across, across
			l.Inner = inLanes(l.Inner, o.Window, across)
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

// sums says whether a stage adds elements up.
func (o *Vector) sums() bool {
	for _, s := range o.Stages {
		if s.Fold == FoldSum {
			return true
		}
	}
	return false
}

// Tree goes through an ordered sum of n terms with few partial sums at a time. form is to make the sums of some lanes,
// Together at most, the i-th of them partial sum number at+i; add is to add one partial sum to another. The result is
// partial sum 0.
func (l *Loops) Tree(n int, form func(lanes []int, at int), add func(into, from int)) {
	var grow func(lane, apart, at int) // makes the sum of every lane that is a multiple of apart from this one
	grow = func(lane, apart, at int) {
		if apart*l.Together < l.Lanes {
			grow(lane, 2*apart, at)
			if lane+apart < n {
				grow(lane+apart, 2*apart, at+1)
				add(at, at+1)
			}
			return
		}
		var lanes []int
		for k := lane; k < min(n, l.Lanes); k += apart {
			lanes = append(lanes, k)
		}
		form(lanes, at)
		for half := l.Lanes / apart / 2; half >= 1; half /= 2 {
			for i := range half {
				if i+half < len(lanes) {
					add(at+i, at+i+half)
				}
			}
		}
	}
	grow(0, 1, 0)
}

// Lane is the lane of a term, given its index.
func (l *Loops) Lane(index int) int { return index % l.Lanes }
