package amd64

import (
	"errors"
	"go/types"
	"math/bits"
	"slices"

	"github.com/mmcloughlin/avo/ir"

	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// A sweep is a loop over arrays of any length, which are arguments: several vectors a round where little is done with
// each, then one a round, and what is left of a vector with a mask. The code is short, and the same for networks of any
// size; Go calls it for pieces of large ones (templates/assemblysweep.go).

// sweeper writes a sweep.
type sweeper struct {
	f *function
	plan.Sweep
	// bits is the width of what is computed, lanes how many elements that is, and wide the kind of numbers: that of the
	// arrays, or float64.
	bits, lanes int
	wide        machine
	// arrays point to the arrays, index says how far into them the loop is, in
	// bytes, and left how many elements are left, at times less some.
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

// sweepParams are the parameters of a sweep: the arrays, how many elements they have, and pointers to the numbers and
// to what is folded.
func sweepParams(s plan.Sweep, size int) (list []param) {
	number := types.Typ[types.Float32]
	if size == 8 {
		number = types.Typ[types.Float64]
	}
	computed := number
	if s.Wide {
		computed = types.Typ[types.Float64]
	}
	for _, v := range s.Arrays {
		list = append(list, param{name: plan.SweptArray(v), to: number})
	}
	list = append(list, param{name: SweptLength, integer: true})
	if len(s.Numbers) > 0 {
		list = append(list, param{name: SweptNumbers, to: types.NewArray(computed, int64(len(s.Numbers)))})
	}
	if s.Fold != plan.NoFold {
		list = append(list, param{name: SweptFolds, to: types.NewArray(computed, plan.FoldLanes)})
	}
	return list
}

// The names of the parameters of sweeps besides their arrays.
const (
	SweptLength  = "n"
	SweptNumbers = "numbers"
	SweptFolds   = "lanes"
)

// printSweep writes a sweep for a machine.
func printSweep(f *file, m machine, s plan.Sweep) (*ir.Function, error) {
	w, err := newSweep(f, m, s)
	return w.fn, err
}

// newSweep is the function of a sweep, written.
func newSweep(f *file, m machine, s plan.Sweep) (*function, error) {
	w := &sweeper{Sweep: s, wide: m, bits: m.widest(),
		f: newFreely(f, m, s.Function()+m.level.String(), sweepParams(s, m.size))}
	if s.Wide {
		w.wide.size = 8
	}
	if s.Fold == plan.FoldSum && w.f.strict() {
		w.bits = plan.FoldLanes * 8 * w.wide.size
	}
	w.lanes = w.bits / 8 / w.wide.size
	w.arguments()
	w.spreadNumbers()
	w.startFolds()
	w.loops()
	w.finishFolds()
	w.f.finish()
	return w.f, errors.Join(w.f.errs...)
}

// arguments says what the sweep is given.
func (w *sweeper) arguments() {
	w.arrays, w.numbers, w.held = map[expr.Var]*vec.Int{}, map[expr.Var]vec.Place{}, map[expr.Var]*vec.Value{}
	for _, v := range w.Arrays {
		w.arrays[v] = w.f.bases[plan.SweptArray(v)]
	}
	for i, v := range w.Numbers {
		w.numbers[v] = vec.Place{Base: w.f.bases[SweptNumbers], Disp: i * w.wide.size}
	}
	w.left, w.to = w.f.bases[SweptLength], vec.Place{Base: w.f.bases[SweptFolds]}
	w.index = w.f.pointer()
	w.f.integer(vec.IntZero, vec.Ref(w.index))
}

// spreadNumbers brings numbers into every lane of registers, as many as there is room for; the others are read where
// they are needed.
func (w *sweeper) spreadNumbers() {
	for _, v := range w.Numbers[:min(len(w.Numbers), w.f.m.registers()-bodyRegisters)] {
		cell := w.f.cell()
		w.f.code.Within(w.wide.number(), w.bits, func() { w.f.code.SpreadInto(cell, w.numbers[v]) })
		w.held[v] = cell
		w.f.flush()
	}
}

// vectorsInRound is how many vectors a round takes.
func (w *sweeper) vectorsInRound() int {
	switch ops := w.Ops(); {
	case w.Fold == plan.FoldSum && w.f.strict(): // each addition waits for the one before
		return 1
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
	n, part := w.vectorsInRound(), w.f.pointer()
	many := n * w.lanes
	if aligned, ok := w.aligned(); ok {
		w.f.integer(vec.IntCompare, vec.Ref(w.left), vec.Const(alignedFrom*w.lanes))
		w.f.branch(vec.IfLess, "whole")
		w.f.integer(vec.IntCopy, vec.Ref(aligned), vec.Ref(part))
		w.f.integer(vec.IntNeg, vec.Ref(part))
		w.f.integer(vec.IntAnd, vec.Const(w.lanes*w.f.m.size-1), vec.Ref(part))
		w.f.branch(vec.IfEqual, "whole")
		w.f.integer(vec.IntShiftRight, vec.Const(bits.TrailingZeros(uint(w.f.m.size))), vec.Ref(part))
		w.f.integer(vec.IntSub, vec.Ref(part), vec.Ref(w.left))
		w.f.branch(vec.Always, "part")
		w.f.mark("whole")
	}
	if n > 1 {
		w.f.integer(vec.IntSub, vec.Const(many), vec.Ref(w.left))
		w.f.branch(vec.IfLess, "single")
		w.rounds("several", n)
		w.f.mark("single")
		w.f.integer(vec.IntAdd, vec.Const(many-w.lanes), vec.Ref(w.left))
	} else {
		w.f.integer(vec.IntSub, vec.Const(w.lanes), vec.Ref(w.left))
	}
	w.f.branch(vec.IfLess, "rest")
	w.rounds("one", 1)
	w.f.mark("rest")
	w.f.integer(vec.IntAdd, vec.Const(w.lanes), vec.Ref(w.left))
	w.f.branch(vec.IfEqual, "done")
	w.f.integer(vec.IntCopy, vec.Ref(w.left), vec.Ref(part))
	if _, ok := w.aligned(); !ok {
		w.body([]int{0}, w.f.firstOf(part, w.lanes, w.bits))
		w.f.flush()
	} else {
		w.f.integer(vec.IntZero, vec.Ref(w.left))
		w.f.mark("part")
		w.body([]int{0}, w.f.firstOf(part, w.lanes, w.bits))
		w.f.flush()
		w.f.integer(vec.IntAddress, vec.Word(vec.Place{Base: w.index, Index: part, Scale: w.f.m.size}), vec.Ref(w.index))
		w.f.integer(vec.IntCompare, vec.Ref(w.left), vec.Const(0))
		w.f.branch(vec.IfGreater, "whole")
	}
	w.f.mark("done")
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
	w.f.mark(label)
	var vectors []int
	for i := range n {
		vectors = append(vectors, i)
	}
	w.body(vectors, nil)
	w.f.flush()
	w.f.integer(vec.IntAdd, vec.Const(n*w.lanes*w.f.m.size), vec.Ref(w.index))
	w.f.integer(vec.IntSub, vec.Const(n*w.lanes), vec.Ref(w.left))
	w.f.branch(vec.IfGreaterEqual, label)
}
