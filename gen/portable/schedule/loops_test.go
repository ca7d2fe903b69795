package schedule

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/plan/plantest"
	"github.com/backpropgen/backpropgen/spec"
)

// lengths of index ranges: all small ones, and those around multiples of the block sizes.
func ranges() []int {
	var ns []int
	for n := 1; n <= 70; n++ {
		ns = append(ns, n)
	}
	return append(ns, 96, 100, 127, 128, 129, 250, 255, 256, 257, 500, 511, 512, 513, 784, 999, 1000)
}

// modes are the arguments of cut for the modes of unrolling: auto for small operations and large ones, full, and loop.
var modes = []struct {
	name string
	extent
}{
	{"straight", straight}, {"loop in auto", wide}, {"tiny loop in auto", tiny}, {"loop", small},
}

func body(segs []Segment) (n int) {
	for _, s := range segs {
		n = max(n, s.Size)
	}
	return n
}

// TestLoopsCover checks every operation's loops over many shapes: segments cover the ranges, straight code has no
// loop, and the body of a loop is within the limit.
func TestLoopsCover(t *testing.T) {
	shape := func(rows, cols int) []plan.Op {
		w := &plan.Buffer{Name: "W1", Kind: plan.Weight, Layer: 1, Rows: rows, Cols: cols}
		v := func(n int) *plan.Buffer { return &plan.Buffer{Name: "v", Rows: n, Cols: 1} }
		update := func() *plan.Update { return &plan.Update{W: w, D: v(rows), A: v(cols), Rate: v(1)} }
		d := v(rows)
		return []plan.Op{
			&plan.Affine{W: w, In: v(cols), Each: plan.Map{N: rows}},
			&plan.BackAffine{W: w, D: d, Each: plan.Map{N: cols}},
			&plan.BackAffine{W: w, D: d, Each: plan.Map{N: cols},
				Update: &plan.Update{W: w, D: d, A: v(cols), Rate: v(1)}},
			&plan.Outer{GW: w, D: v(rows), A: v(cols)},
			update(),
		}
	}
	elementwise := func(n int) []plan.Op {
		ops := []plan.Op{&plan.Map{N: n}}
		for window := 1; window <= n; window++ {
			if n%window == 0 {
				ops = append(ops, &plan.Vector{N: n, Window: window})
			}
		}
		return ops
	}
	checkOps := func(ops []plan.Op, text string, of int) {
		for _, op := range ops {
			for _, mode := range modes {
				made := bare()
				l := made.cut(op, mode.extent)
				if err := made.checkLoops(op); err != nil {
					t.Fatalf("%T %s, %s: %v in %+v", op, text, mode.name, err, *l)
				}
				if l.Outer == nil {
					t.Fatalf("%T %s, %s: no loops", op, text, mode.name)
				}
				if mode.straight && l.looped() && of <= 4*wideMap {
					t.Errorf("%T %s, %s: %+v has a loop", op, text, mode.name, *l)
				}
				limit := mode.limit
				// A range shorter than two blocks is one, so that up to twice the limit may stand there.
				results, inner := min(blockResults, body(l.Outer)), max(1, body(l.Inner))
				if !mode.straight && results*inner >= 2*limit {
					t.Errorf("%T %s, %s: %d×%d statements in a body, limit %d",
						op, text, mode.name, results, inner, limit)
				}
				if l.Lanes != 0 && (l.Lanes&(l.Lanes-1) != 0 ||
					l.Lanes*body(l.Outer) > max(blockResults, body(l.Outer))) {
					t.Errorf("%T %s, %s: %d lanes for blocks of %d", op, text, mode.name, l.Lanes, body(l.Outer))
				}
			}
		}
	}
	for _, rows := range ranges() {
		checkOps(elementwise(rows), fmt.Sprint(rows), rows)
		for _, cols := range ranges() {
			checkOps(shape(rows, cols), fmt.Sprintf("%d×%d", rows, cols), 0)
		}
	}
}

// TestBlocks checks straight blocks of sums: near the block's size each, so that additions of different sums
// interleave, and the last block of a loop likewise.
func TestBlocks(t *testing.T) {
	for _, block := range []int{blockResults, fusedResults} {
		for n := 1; n <= 1000; n++ {
			segs := blocks(n, block)
			if err := checkSegments(segs, n); err != nil {
				t.Fatalf("blocks(%d, %d): %v", n, block, err)
			}
			for _, s := range segs {
				if s.Looped() || s.Size > 2*block-3 || n > block/2 && s.Size <= block/2 {
					t.Errorf("blocks(%d, %d) has a block of %d: %v", n, block, s.Size, segs)
				}
			}
			segs = loopBlocks(n, block)
			if err := checkSegments(segs, n); err != nil {
				t.Fatalf("loopBlocks(%d, %d): %v", n, block, err)
			}
			if last := segs[len(segs)-1]; n > 2 && last.Size < 3 {
				t.Errorf("loopBlocks(%d, %d) leaves %d sums to wait for one another: %v", n, block, last.Size, segs)
			}
		}
	}
}

// TestLanes lists partial sums: one where blocks interleave by themselves or sums are short, more for few long sums.
func TestLanes(t *testing.T) {
	for _, c := range []struct{ results, terms, want int }{
		{1, 1, 1}, {1, 15, 1}, {1, 16, 2}, {1, 31, 2}, {1, 32, 4}, {1, 64, 8}, {1, 1000, 8},
		{2, 16, 2}, {2, 1000, 4}, {3, 1000, 2}, {4, 1000, 2}, {5, 1000, 1}, {8, 1000, 1}, {1000, 1000, 1},
	} {
		if got := lanes(blocks(c.results, blockResults), c.terms); got != c.want {
			t.Errorf("%d results of %d terms: %d lanes, want %d", c.results, c.terms, got, c.want)
		}
	}
}

// TestUnrollModes checks what each mode promises of the functions of one sample: full has no loop up to the widest
// elementwise operation, loop has one wherever there are two blocks or more, and auto unrolls small networks and loops
// in large ones.
func TestUnrollModes(t *testing.T) {
	looped := func(n spec.Network) (loops int) {
		s, seen := mustMake(t, n), map[plan.Op]bool{}
		for _, f := range s.Program.Funcs {
			for _, op := range f.Ops {
				if !f.Batch && !seen[op] && s.Loops(op).looped() {
					loops++
				}
				seen[op] = true
			}
		}
		return loops
	}
	small, middling, large := plantest.Network("mse", []int{6, 7, 3}, "tanh", "identity"),
		plantest.Network("mse", []int{40, 64, 40}, "tanh", "identity"),
		plantest.Network("mse", []int{200, 90, 70}, "tanh", "identity")
	for _, c := range []struct {
		n           spec.Network
		unroll      spec.Unroll
		loops, none bool
	}{
		{small, spec.UnrollAuto, false, true}, {small, spec.UnrollFull, false, true},
		{small, spec.UnrollLoop, false, true},
		{middling, spec.UnrollAuto, true, false}, {middling, spec.UnrollFull, false, true},
		{middling, spec.UnrollLoop, true, false},
		{large, spec.UnrollAuto, true, false}, {large, spec.UnrollFull, false, true},
		{large, spec.UnrollLoop, true, false},
	} {
		c.n.Unroll = c.unroll
		loops := looped(c.n)
		if c.loops != (loops > 0) || c.none != (loops == 0) {
			t.Errorf("%s, unroll %s: %d operations loop", plantest.Title(c.n), c.unroll, loops)
		}
	}
}

// TestAutoBudget checks the budget of auto: straight code only while all of plan.Grad is within it and the operation
// within its own, or where a loop would have but one trip: two blocks of results, each as large as the body of a loop,
// and a rest.
func TestAutoBudget(t *testing.T) {
	plantest.Each(t, func(t *testing.T, _ *rand.Rand, n spec.Network) {
		n.Unroll = spec.UnrollAuto
		s := mustMake(t, n)
		total := s.unrolledTotal(s.Program.Func(plan.Grad).Ops)
		for _, op := range s.Program.Ops() {
			if _, ok := op.(*plan.Map); ok {
				continue // loops by its length alone
			}
			if !s.Loops(op).looped() && s.unrolledSize(op) > 3*bodyLimit &&
				(total > straightNet || s.unrolledSize(op) > straightOp) {
				t.Errorf("%s is straight code of %d statements, Grad has %d", op, s.unrolledSize(op), total)
			}
		}
	})
}

// TestEmittedAddsUp checks that the pieces of an operation count for no more than the whole, and that straight code
// counts for its size.
func TestEmittedAddsUp(t *testing.T) {
	w := &plan.Buffer{Name: "W1", Rows: 40, Cols: 30}
	for _, mode := range modes {
		op := &plan.Affine{W: w, In: &plan.Buffer{Rows: 30, Cols: 1},
			Each: plan.Map{N: 40, Sets: []plan.Set{{Buf: w, Expr: expr.Z}}}}
		s := bare()
		outer := s.cut(op, mode.extent).Outer
		whole, sum := s.emitted(op, outer), 0
		for i := range outer {
			sum += s.emitted(op, outer[i:i+1])
		}
		if sum > whole || sum < whole-len(outer) {
			t.Errorf("%s: pieces of %d statements, the whole %d", mode.name, sum, whole)
		}
		if mode.straight && whole != s.unrolledSize(op) || !mode.straight && whole >= s.unrolledSize(op) {
			t.Errorf("%s: %d statements printed of %d", mode.name, whole, s.unrolledSize(op))
		}
	}
}
