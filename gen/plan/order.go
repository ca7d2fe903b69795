package plan

import (
	"fmt"
	"slices"

	"github.com/backpropgen/backpropgen/spec"
)

// The order of sums. Under rounding: strict every sum has one order, whatever prints it, so that one spec has one
// result on every machine: scalar code for any architecture and vector code of any width round the same operations in
// the same order. Every product and every sum is rounded by itself; a product is never fused with the sum it goes into.
//
// A sum of the terms t_0 … t_{n-1} in L lanes is
//
//	s_l = ((t_l + t_{l+L}) + t_{l+2L}) + …    for every lane l < n, from its first term on
//
// and of the lanes' sums the tree that adds, L/2 lanes apart, then L/4, and so on, the upper one to the lower one;
// lanes without a term are left out. So the lanes may be the elements of one vector, added up by halves, or of several,
// or scalars taken one after another in the order of Tree.
//
//   - The rows of W·a, the sums of softmax and its like, and the loss over the outputs go along vectors that lie in
//     memory as they are summed: as many lanes as there are elements in 64 bytes, 16 of float32 or 8 of float64. The
//     bias is added to the finished sum.
//   - Wᵀ·δ is summed over rows, every column by itself, in 4 lanes: enough to keep additions under way.
//   - Gradients are summed over samples one after another, from 0 on; the losses of samples likewise, a block at a
//     time, and then those of the blocks. A team cuts the blocks into runs by their number alone and adds the sums of
//     the runs up in pairs, by number too.
//
// Zeros need no care where lanes are padded: -0 added to anything leaves it.

// What the lanes of a sum are: as many elements as fill laneBytes along a vector, rowLanes across the rows of a matrix.
const (
	laneBytes = 64
	rowLanes  = 4
)

// Order is the order of the sums of an operation: in so many lanes, a power of two; 0 where none is promised.
type Order struct{ Lanes int }

// Ordered says whether there is one.
func (o Order) Ordered() bool { return o.Lanes > 0 }

// Rounding says in words how a network rounds.
func (p *Program) Rounding() string {
	if p.Network.Rounding != spec.RoundingStrict {
		return "fast: compilers may fuse products with sums, and sums have no promised order"
	}
	return fmt.Sprintf("strict, the same bits on every machine: no product is fused; sums along a vector in %d lanes "+
		"l, l+%d, …, across rows in %d, the lanes added by halves, the upper to the lower, then the bias; over "+
		"samples in their order",
		p.lanesAlong(), p.lanesAlong(), rowLanes)
}

// lanesAlong are the lanes of sums along a vector.
func (p *Program) lanesAlong() int { return laneBytes / p.ElementBytes() }

// order sets the order of every sum, where it is promised.
func order(p *Program) error {
	if p.Network.Rounding != spec.RoundingStrict {
		return nil
	}
	for _, op := range p.Ops() {
		switch o := op.(type) {
		case *Affine:
			o.Lanes = p.lanesAlong()
		case *BackAffine:
			o.Lanes = rowLanes
		case *Map:
			if o.Sum != nil {
				o.Lanes = p.lanesAlong()
			}
		case *Vector:
			if slices.ContainsFunc(o.Stages, func(s Stage) bool { return s.Fold == FoldSum }) {
				o.Lanes = p.lanesAlong()
			}
		}
	}
	return nil
}

// Tree goes through an ordered sum of n terms with few partial sums at a time. form is to make the sums of some lanes,
// together at most, the i-th of them partial sum number at+i; add is to add one partial sum to another. The result is
// partial sum 0.
func (o Order) Tree(n, together int, form func(lanes []int, at int), add func(into, from int)) {
	var grow func(lane, apart, at int) // makes the sum of every lane that is a multiple of apart from this one
	grow = func(lane, apart, at int) {
		if apart*together < o.Lanes {
			grow(lane, 2*apart, at)
			if lane+apart < n {
				grow(lane+apart, 2*apart, at+1)
				add(at, at+1)
			}
			return
		}
		var lanes []int
		for k := lane; k < min(n, o.Lanes); k += apart {
			lanes = append(lanes, k)
		}
		form(lanes, at)
		for half := o.Lanes / apart / 2; half >= 1; half /= 2 {
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
func (o Order) Lane(index int) int { return index % o.Lanes }
