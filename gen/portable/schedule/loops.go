package schedule

import (
	"fmt"

	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/spec"
)

// The budgets of code size, in multiply-add statements; each compiles to about 16 bytes. They are measured: straight
// code runs at 0.16 ns a multiply-add while it fits the instruction cache and at 0.34 ns when it does not (4,096
// statements), a loop over blocks of 8 results with at most 512 statements in its body at 0.17 ns at any size, and one
// accumulator after another, which is what a plain loop is, at 0.64 ns.
const (
	straightOp   = 1024  // an operation up to this size is straight code, in auto
	straightNet  = 2048  // all operations of the longest function together, in auto
	loopsNet     = 16384 // likewise with bodies of loops of the usual size; beyond it they are tiny
	tinyNet      = 32768 // likewise with tiny ones; beyond it they are the least
	bodyLimit    = 512   // statements in the body of a loop
	partLimit    = 2048  // statements in one Go function; compile time grows faster than size
	inlineLimit  = 768   // statements of a function that is emitted in one piece
	blockResults = 8     // results formed together, so that additions of different sums interleave
	fusedResults = 4     // likewise where the weights are updated in the same pass
	innerStep    = 16    // terms a trip, where the inner range is a loop too
	// elements an elementwise operation handles without a loop, four times as many when unrolled in full
	wideMap = 64
)

// setLoops decides the loops of every operation: which index ranges are straight code and which are loops over blocks.
func (s *Schedule) setLoops() error {
	extentOf, err := s.extents()
	if err != nil {
		return err
	}
	for _, op := range s.Program.Ops() {
		s.cut(op, extentOf(op))
	}
	return nil
}

// extents returns the extent of each operation, which depends on how much code the longest function is.
func (s *Schedule) extents() (func(op plan.Op) extent, error) {
	switch mode := s.Program.Network.Unroll; mode {
	case spec.UnrollFull:
		return func(plan.Op) extent { return straight }, nil
	case spec.UnrollLoop:
		return func(plan.Op) extent { return small }, nil
	case spec.UnrollAuto:
		total := s.unrolledTotal(s.Program.Longest().Ops)
		own := s.ownTotals()
		loops := wide
		if s.statementsOfLongest(wide) > loopsNet {
			loops = tiny
			if s.statementsOfLongest(tiny) > tinyNet {
				loops = least
			}
		}
		return func(op plan.Op) extent {
			if max(total, own[op]) <= straightNet && s.unrolledSize(op) <= straightOp {
				return straight
			}
			return loops
		}, nil
	default:
		return nil, fmt.Errorf("unroll: %q is not a mode", mode)
	}
}

// ownTotals are, of operations of derivatives alone, how large the longest function is that has them: these may be
// longer than those that learning takes.
func (s *Schedule) ownTotals() map[plan.Op]int {
	totals := map[plan.Op]int{}
	for _, f := range s.Program.Funcs {
		if plan.SignatureOf(f.Name).Derivative != "" {
			total := s.unrolledTotal(f.All())
			for _, op := range f.All() {
				totals[op] = max(totals[op], total)
			}
		}
	}
	for _, f := range s.Program.Funcs {
		if plan.SignatureOf(f.Name).Derivative == "" {
			for _, op := range f.Ops {
				delete(totals, op)
			}
		}
	}
	return totals
}

// statementsOfLongest is how many statements the longest function has with loops of an extent.
func (s *Schedule) statementsOfLongest(e extent) (n int) {
	for _, op := range s.Program.Longest().Ops {
		n += s.emitted(op, s.cut(op, e).Outer)
	}
	return n
}

// extent is how much code an operation has at a stretch.
type extent struct {
	straight      bool // all of it
	limit         int  // statements in the body of a loop
	step          int  // terms a trip, where the inner range is a loop too
	block         int  // results formed together, or elements, at most
	loopsElements bool // elementwise operations are loops as well, however short their vectors
}

// The extents: without loops; in auto with loops, where that were too much together, and where that were too much as
// well; and where loops are asked for.
var (
	straight = extent{straight: true, limit: bodyLimit, step: innerStep, block: blockResults}
	wide     = extent{limit: bodyLimit, step: innerStep, block: blockResults}
	tiny     = extent{limit: 4 * blockResults, step: 4, block: blockResults, loopsElements: true}
	least    = extent{limit: 8, step: 2, block: 4, loopsElements: true}
	small    = extent{limit: blockResults * innerStep, step: innerStep, block: blockResults, loopsElements: true}
)

// cut sets the loops of one operation.
func (s *Schedule) cut(op plan.Op, e extent) *Loops {
	l := &Loops{}
	s.loops[op] = l
	if weight := s.weights[plan.Elementwise(op)]; e.loopsElements && weight > 0 {
		e.block = max(1, min(e.block, 8*e.limit/weight))
	}
	var update *plan.Update // one that is fused
	switch o := op.(type) {
	case *plan.Affine:
		l.Outer, l.Inner = sums(o.W.Rows, o.W.Cols, e.block, e)
		l.Lanes = lanes(l.Outer, o.W.Cols)
	case *plan.BackAffine:
		block := e.block
		if update = o.Update; update != nil {
			block = fusedResults
			e.limit /= 2 // every term is two statements
		}
		l.Outer, l.Inner = sums(o.W.Cols, o.W.Rows, block, e)
		l.Lanes = lanes(l.Outer, o.W.Rows)
	case *plan.Outer:
		l.Outer, l.Inner = products(o.GW.Rows, o.GW.Cols, e)
	case *plan.Update:
		l.Outer, l.Inner = products(o.W.Rows, o.W.Cols, e)
	case *plan.OuterSum:
		l.outerSum(o)
	case *plan.Descend:
		l.Outer = elements(o.N(), small)
	case *plan.Unit:
		l.Outer = elements(o.Out.Len(), e)
	case *plan.Map:
		l.Outer = elements(o.N, e)
	case *plan.Vector:
		l.Outer, l.Inner = windows(o.Groups(), o.Window, e)
	}
	l.order(op, e == least)
	l.keep(op)
	if update != nil {
		u := &Loops{Outer: l.Inner, Inner: l.Outer}
		u.keep(update)
		s.loops[update] = u
	}
	return l
}

// sums tiles m results that are sums over n terms.
func sums(m, n, block int, e extent) (outer, inner []Segment) {
	if e.straight {
		return blocks(m, block), []Segment{{0, n, 1}}
	}
	outer = loopBlocks(m, block)
	if min(m, block)*n <= e.limit {
		return outer, []Segment{{0, n, 1}}
	}
	return outer, loop(n, e.step)
}

// products tiles an m×n matrix that is written row by row.
func products(m, n int, e extent) (outer, inner []Segment) {
	if e.straight {
		return []Segment{{0, m, 1}}, []Segment{{0, n, 1}}
	}
	if n <= max(innerStep, e.limit/blockResults) {
		return loop(m, max(1, min(blockResults, e.limit/4/n))), []Segment{{0, n, 1}}
	}
	return loop(m, 1), loop(n, 2*e.block)
}

// elements tiles n elements.
func elements(n int, e extent) []Segment {
	if n <= e.block || (!e.loopsElements && n <= wideMap) || (e.straight && n <= 4*wideMap) {
		return []Segment{{0, n, 1}}
	}
	return loop(n, e.block)
}

// windows tiles groups of window elements each.
func windows(groups, window int, e extent) (outer, inner []Segment) {
	if groups == 1 {
		return []Segment{{0, 1, 1}}, elements(window, e)
	}
	if whole := elements(groups*window, e); !whole[0].Looped() {
		return []Segment{{0, groups, 1}}, []Segment{{0, window, 1}}
	}
	if window > 2*blockResults {
		return loop(groups, 1), loop(window, e.block)
	}
	return loop(groups, max(1, blockResults/window)), []Segment{{0, window, 1}}
}

// loop covers 0…n−1 by a loop over blocks of the given size and straight code for the rest.
func loop(n, size int) []Segment {
	if n < 2*size {
		return []Segment{{0, n, 1}}
	}
	segs := []Segment{{0, size, n / size}}
	if rest := n % size; rest > 0 {
		segs = append(segs, Segment{n - rest, rest, 1})
	}
	return segs
}

// loopBlocks is loop for sums: where the rest is so small that its additions would wait for one another, it
// joins the last block.
func loopBlocks(n, block int) []Segment {
	if n < 2*block {
		return blocks(n, block)
	}
	segs := loop(n, block)
	if rest := n % block; rest == 1 || rest == 2 {
		trips := n/block - 1
		segs = []Segment{{0, block, trips}, {trips * block, block + rest, 1}}
	}
	return segs
}

// blocks covers 0…n−1 by straight blocks of about eight, none much smaller than the others: a block of one or
// two sums would wait on its additions.
func blocks(n, block int) []Segment {
	count := max(1, (n+2)/block)
	var segs []Segment
	for i := range count {
		lo, hi := i*n/count, (i+1)*n/count
		segs = append(segs, Segment{lo, hi - lo, 1})
	}
	return segs
}

// lanes is the number of partial sums for each result: as many as keep eight additions under way, where the sums are
// long enough to gain from it.
func lanes(outer []Segment, terms int) int {
	widest := 0
	for _, s := range outer {
		widest = max(widest, s.Size)
	}
	l := 1
	for l*2*widest <= blockResults && terms >= 16*l {
		l *= 2
	}
	return l
}
