package amd64

import (
	"errors"
	"go/types"
	"math/bits"
	"slices"

	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

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
	// arrays are the registers that point to the arrays, index the one that says how far into them the loop is, in
	// bytes, and left how many elements are left, at times less some.
	arrays      map[expr.Var]reg.GPPhysical
	index, left reg.GPPhysical
	// numbers are where the numbers are, and held those of them that have a register.
	numbers map[expr.Var]ref
	held    map[expr.Var]*vec.Value
	// folds are what is folded so far, in several vectors that need not wait for one another, and to is where the
	// result goes.
	folds []*vec.Value
	to    ref
}

// sweepRegisters are those for the arguments and counters of sweeps.
var sweepRegisters = []reg.GPPhysical{
	reg.RDI, reg.RSI, reg.RDX, reg.RCX, reg.RBX, reg.R8, reg.R9, reg.R10, reg.R11, reg.R12, reg.R13,
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
	w := &sweeper{Sweep: s, f: newFunction(f, m, s.Function()+m.level.String(), nil, false),
		wide: m, bits: m.widest()}
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

// arguments gives registers to what the sweep is given.
func (w *sweeper) arguments() {
	w.f.lent, w.f.pointers = nil, nil
	for i := len(sweepRegisters) - 1; i >= 0; i-- {
		w.f.lend(sweepRegisters[i])
	}
	params := sweepParams(w.Sweep, w.f.m.size)
	w.f.fn.SetSignature(signature(params, false, w.f.m.size))
	given := map[string]reg.GPPhysical{}
	for i, p := range params {
		r := w.f.pointer()
		given[p.name] = r
		w.f.integer(vec.IntCopy, operand.NewParamAddr(p.name, 8*i), r)
	}
	w.arrays, w.numbers, w.held = map[expr.Var]reg.GPPhysical{}, map[expr.Var]ref{}, map[expr.Var]*vec.Value{}
	for _, v := range w.Arrays {
		w.arrays[v] = given[plan.SweptArray(v)]
	}
	for i, v := range w.Numbers {
		w.numbers[v] = ref{base: given[SweptNumbers], disp: i * w.wide.size}
	}
	w.left, w.to = given[SweptLength], ref{base: given[SweptFolds]}
	w.index = w.f.pointer()
	w.f.integer(vec.IntZero, w.index)
}

// spreadNumbers brings numbers into every lane of registers, as many as there is room for; the others are read where
// they are needed.
func (w *sweeper) spreadNumbers() {
	for _, v := range w.Numbers[:min(len(w.Numbers), w.f.m.registers()-bodyRegisters)] {
		cell := w.f.cell()
		w.f.code.m = w.wide
		w.f.code.within(w.bits, func() { w.f.code.tiledInto(cell, w.numbers[v]) })
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
		w.f.integer(vec.IntCompare, w.left, operand.U32(alignedFrom*w.lanes))
		w.f.branch(vec.IfLess, "whole")
		w.f.integer(vec.IntCopy, aligned, part)
		w.f.integer(vec.IntNeg, part)
		w.f.integer(vec.IntAnd, operand.U32(w.lanes*w.f.m.size-1), part)
		w.f.branch(vec.IfEqual, "whole")
		w.f.integer(vec.IntShiftRight, operand.U8(bits.TrailingZeros(uint(w.f.m.size))), part)
		w.f.integer(vec.IntSub, part, w.left)
		w.f.branch(vec.Always, "part")
		w.f.mark("whole")
	}
	if n > 1 {
		w.f.integer(vec.IntSub, operand.U32(many), w.left)
		w.f.branch(vec.IfLess, "single")
		w.rounds("several", n)
		w.f.mark("single")
		w.f.integer(vec.IntAdd, operand.U32(many-w.lanes), w.left)
	} else {
		w.f.integer(vec.IntSub, operand.U32(w.lanes), w.left)
	}
	w.f.branch(vec.IfLess, "rest")
	w.rounds("one", 1)
	w.f.mark("rest")
	w.f.integer(vec.IntAdd, operand.U32(w.lanes), w.left)
	w.f.branch(vec.IfEqual, "done")
	w.f.integer(vec.IntCopy, w.left, part)
	if _, ok := w.aligned(); !ok {
		w.body([]int{0}, w.firstOf(part))
		w.f.flush()
	} else {
		w.f.integer(vec.IntZero, w.left)
		w.f.mark("part")
		w.body([]int{0}, w.firstOf(part))
		w.f.flush()
		w.f.integer(vec.IntAddress, operand.Mem{Base: w.index, Index: part, Scale: uint8(w.f.m.size)}, w.index)
		w.f.integer(vec.IntCompare, w.left, operand.U8(0))
		w.f.branch(vec.IfGreater, "whole")
	}
	w.f.mark("done")
}

// alignedFrom is from how many vectors on arrays are long.
const alignedFrom = 16

// aligned is the pointer to the array whose vectors are brought to lie within lines: the last that is stored, a state
// where there is one, whose place in memory the constructor chooses, while parameters may be on a stack. There is none
// where nothing is stored.
func (w *sweeper) aligned() (reg.GPPhysical, bool) {
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
	w.f.integer(vec.IntAdd, operand.U32(n*w.lanes*w.f.m.size), w.index)
	w.f.integer(vec.IntSub, operand.U32(n*w.lanes), w.left)
	w.f.branch(vec.IfGreaterEqual, label)
}
