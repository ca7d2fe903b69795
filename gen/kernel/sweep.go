package kernel

import (
	"fmt"
	"math/bits"
	"slices"

	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// A sweep is a loop over arrays of any length, which are arguments: several vectors a round where little is done with
// each, then one a round, and what is left of a vector with a mask. The code is short, and the same for networks of any
// size; Go calls it for pieces of large ones (templates/assemblysweep.go). Where arrays are known to fill a vector or
// two, there is no loop.

// sweeper writes a sweep.
type sweeper struct {
	f *function
	plan.Sweep
	// bits is the width of what is computed, lanes how many elements that is, and wide the kind of numbers: that of the
	// arrays, or float64; parts is how many vectors the lanes take that are folded.
	bits, lanes, parts int
	wide               Machine
	// arrays point to the arrays, index says how far into them the loop is, in bytes, and left how many elements are
	// left, at times less some.
	arrays      map[expr.Var]*vec.Int
	index, left *vec.Int
	// numbers are where the numbers are, and held those of them that have a register.
	numbers map[expr.Var]vec.Place
	held    map[expr.Var]*vec.Value
	// folds are what is folded so far, in several vectors that need not wait for one another, and to is where the
	// result goes.
	folds []*vec.Value
	to    vec.Place
}

// Sweeps say how much one does in a round: as many vectors where nothing is divided, which is done faster than a loop
// goes round.
const (
	sweptVectors = 4
	sweptFolds   = 8
	// bodyRegisters are left to what is computed, when numbers are given registers.
	bodyRegisters = 7
)

// The names of the parameters of sweeps besides their arrays.
const (
	SweptLength  = "n"
	SweptNumbers = "numbers"
	SweptFolds   = "lanes"
)

// Sweep writes a sweep. All that it is given is in registers.
func Sweep(to Function, c *Common, s plan.Sweep) {
	w := &sweeper{Sweep: s, f: newFunction(to, c)}
	w.wide, w.bits = w.f.m, w.f.m.Bits
	if s.Wide {
		w.wide.Size = 8
	}
	folded := plan.FoldLanes * 8 * w.wide.Size
	if w.ordered() {
		w.bits = min(folded, w.bits)
	}
	w.lanes, w.parts = w.bits/8/w.wide.Size, max(1, folded/w.bits)
	w.arguments()
	if w.straight() {
		w.vectors()
		return
	}
	w.lengthAndIndex()
	w.spreadNumbers()
	w.startFolds()
	w.loops()
	w.finishFolds()
}

// arguments says what the sweep is given.
func (w *sweeper) arguments() {
	w.arrays, w.numbers, w.held = map[expr.Var]*vec.Int{}, map[expr.Var]vec.Place{}, map[expr.Var]*vec.Value{}
	for _, v := range w.Arrays {
		w.arrays[v] = w.f.to.Base(plan.SweptArray(v))
	}
	for i, v := range w.Numbers {
		w.numbers[v] = vec.Place{Base: w.f.to.Base(SweptNumbers), Disp: i * w.wide.Size}
	}
}

// lengthAndIndex begins with the first element, and says where the result goes.
func (w *sweeper) lengthAndIndex() {
	w.left, w.to = w.f.to.Base(SweptLength), vec.Place{Base: w.f.to.Base(SweptFolds)}
	w.index = w.f.to.Pointer()
	w.f.to.Int(vec.IntZero, vec.Ref(w.index))
}

// straightVectors is how many vectors are written without a loop.
const straightVectors = 2

// straight says whether they are all that the arrays have.
func (w *sweeper) straight() bool {
	return w.Fold == plan.NoFold && !w.Wide && 0 < w.Elements && w.Elements <= straightVectors*w.lanes
}

// vectors writes what is done with them. Each number is brought into a register where it is first needed.
func (w *sweeper) vectors() {
	w.f.code.Within(w.wide.Number(), w.bits, func() {
		for i := range (w.Elements + w.lanes - 1) / w.lanes {
			w.vector(i, nil)
		}
	})
	w.f.to.Flush()
}

// spreadNumbers brings numbers into every lane of registers, as many as there is room for; the others are read where
// they are needed.
func (w *sweeper) spreadNumbers() {
	for _, v := range w.Numbers[:min(len(w.Numbers), w.f.m.Registers-bodyRegisters)] {
		cell := w.f.to.Variable()
		w.f.code.Within(w.wide.Number(), w.bits, func() { w.f.code.SpreadInto(cell, w.numbers[v]) })
		w.held[v] = cell
		w.f.to.Flush()
	}
}

// ordered says whether elements are summed in their order.
func (w *sweeper) ordered() bool { return w.Fold == plan.FoldSum && w.f.code.Strict }

// vectorsInRound is how many vectors a round takes.
func (w *sweeper) vectorsInRound() int {
	switch ops := w.Ops(); {
	case w.ordered(): // each addition waits for the one before
		return w.parts
	case w.Fold != plan.NoFold:
		return sweptFolds
	case ops.Divs > 0 || ops.Calls > 0:
		return 1
	}
	return sweptVectors
}

// loops writes the loops, and what is done with a part of a vector: the last elements, and the first ones of long
// arrays that are stored, so that the vectors after them don't cross lines of the cache.
func (w *sweeper) loops() {
	n, part := w.vectorsInRound(), w.f.to.Pointer()
	many := n * w.lanes
	if aligned, ok := w.aligned(); ok {
		w.f.to.Int(vec.IntCompare, vec.Ref(w.left), vec.Const(alignedFrom*w.lanes))
		w.f.to.Branch(vec.IfLess, "whole")
		w.f.to.Int(vec.IntCopy, vec.Ref(aligned), vec.Ref(part))
		w.f.to.Int(vec.IntNeg, vec.Ref(part))
		w.f.to.Int(vec.IntAnd, vec.Const(w.lanes*w.f.m.Size-1), vec.Ref(part))
		w.f.to.Branch(vec.IfEqual, "whole")
		w.f.to.Int(vec.IntShiftRight, vec.Const(bits.TrailingZeros(uint(w.f.m.Size))), vec.Ref(part))
		w.f.to.Int(vec.IntSub, vec.Ref(part), vec.Ref(w.left))
		w.f.to.Branch(vec.Always, "part")
		w.f.to.Mark("whole")
	}
	if n > 1 {
		w.f.to.Int(vec.IntSub, vec.Const(many), vec.Ref(w.left))
		w.f.to.Branch(vec.IfLess, "single")
		w.rounds("several", n)
		w.f.to.Mark("single")
		if w.ordered() {
			w.f.to.Int(vec.IntAdd, vec.Const(many), vec.Ref(w.left))
			w.rest(part)
			w.f.to.Mark("done")
			return
		}
		w.f.to.Int(vec.IntAdd, vec.Const(many-w.lanes), vec.Ref(w.left))
	} else {
		w.f.to.Int(vec.IntSub, vec.Const(w.lanes), vec.Ref(w.left))
	}
	w.f.to.Branch(vec.IfLess, "rest")
	w.rounds("one", 1)
	w.f.to.Mark("rest")
	w.f.to.Int(vec.IntAdd, vec.Const(w.lanes), vec.Ref(w.left))
	w.f.to.Branch(vec.IfEqual, "done")
	w.f.to.Int(vec.IntCopy, vec.Ref(w.left), vec.Ref(part))
	if _, ok := w.aligned(); !ok {
		w.body([]int{0}, w.f.to.FirstOf(part, w.lanes, w.bits))
		w.f.to.Flush()
	} else {
		w.f.to.Int(vec.IntZero, vec.Ref(w.left))
		w.f.to.Mark("part")
		w.body([]int{0}, w.f.to.FirstOf(part, w.lanes, w.bits))
		w.f.to.Flush()
		w.f.to.Int(vec.IntAddress, vec.Word(vec.Place{Base: w.index, Index: part, Scale: w.f.m.Size}), vec.Ref(w.index))
		w.f.to.Int(vec.IntCompare, vec.Ref(w.left), vec.Const(0))
		w.f.to.Branch(vec.IfGreater, "whole")
	}
	w.f.to.Mark("done")
}

// rest does what is left of a round whose vectors go each to its own part of a sum.
func (w *sweeper) rest(part *vec.Int) {
	masked := func(k int) {
		w.f.to.Int(vec.IntCompare, vec.Ref(w.left), vec.Const(0))
		w.f.to.Branch(vec.IfEqual, "done")
		w.f.to.Int(vec.IntCopy, vec.Ref(w.left), vec.Ref(part))
		w.body([]int{k}, w.f.to.FirstOf(part, w.lanes, w.bits))
		w.f.to.Flush()
	}
	label := func(k int) string { return fmt.Sprint("rest", k) }
	last := w.parts - 1
	for k := range last {
		w.f.to.Int(vec.IntCompare, vec.Ref(w.left), vec.Const(w.lanes))
		w.f.to.Branch(vec.IfLess, label(k))
		w.body([]int{k}, nil)
		w.f.to.Flush()
		w.f.to.Int(vec.IntSub, vec.Const(w.lanes), vec.Ref(w.left))
	}
	masked(last)
	for k := range last {
		w.f.to.Branch(vec.Always, "done")
		w.f.to.Mark(label(k))
		masked(k)
	}
}

// alignedFrom is from how many vectors on arrays are long.
const alignedFrom = 16

// aligned is the pointer to the array whose vectors are brought to lie within lines: the last that is stored, a state
// where there is one, whose place in memory the constructor chooses, while parameters may be on a stack. There is none
// where nothing is stored.
func (w *sweeper) aligned() (*vec.Int, bool) {
	for _, v := range slices.Backward(w.Arrays) {
		if w.Stored(v) {
			return w.arrays[v], true
		}
	}
	return nil, false
}

// rounds is a loop over as many elements as n vectors have, at least one round. It ends with less than none left.
func (w *sweeper) rounds(label string, n int) {
	w.f.to.Mark(label)
	var vectors []int
	for i := range n {
		vectors = append(vectors, i)
	}
	w.body(vectors, nil)
	w.f.to.Flush()
	w.f.to.Int(vec.IntAdd, vec.Const(n*w.lanes*w.f.m.Size), vec.Ref(w.index))
	w.f.to.Int(vec.IntSub, vec.Const(n*w.lanes), vec.Ref(w.left))
	w.f.to.Branch(vec.IfGreaterEqual, label)
}
