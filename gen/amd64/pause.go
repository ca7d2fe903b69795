package amd64

import (
	"fmt"
	"math"
	"slices"

	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// While assembly runs, its goroutine can't be stopped, and a garbage collection waits for it. So a function that takes
// long pauses: it writes down where it is and what it holds in registers, and returns to Go, which calls it again to go
// on from there. Its code is otherwise what it would be in one call, so that no operation need be cut, whatever its
// loops and whatever they keep.
//
// A call may take a number of cycles. Points stand between operations and at the end of the rounds of long loops, where
// only variables and counters are held. Each subtracts what was done since the last one, as estimate.go has it,
// and where nothing is left the function pauses. Pointers are written down as distances from arguments: what is on a
// stack may move meanwhile.

// CallCycles is how many cycles a call of the assembly may take by the estimate, 100 µs at 3.2 GHz. A function that
// takes more pauses, after half as many, and has points at least every eighth of them: the rest is for what the
// estimate can't tell.
const CallCycles = 320_000

// PauseWords is how many words of 64 bits a function that pauses leaves behind at most, after the number of the point:
// registers for addresses, words of the stack, and vector registers.
const PauseWords = pauseWords + 32*kernel.LineBytes/8

const pauseWords = 16

// PauseArgument is the last argument of functions that pause, and PauseSuffix ends the name of what it points to.
const (
	PauseArgument = "pause"
	PauseSuffix   = "Pause"
)

// pausing is what a function needs for its pauses.
type pausing struct {
	// argument points to where it writes down, left is on the stack and has the cycles that are left.
	argument, left operand.Mem
	budget, grain  float64
	// begin is the node that a first call goes on at.
	begin int
	// words outlive a call wherever the function pauses.
	words  []heldWord
	points []point
}

// heldWord is a register or a word of the stack that outlives a call, and where it is a pointer, what distance is
// written down from.
type heldWord struct {
	in   operand.Op
	root operand.Op
}

// point is where a function may pause: what it holds in general and in vector registers.
type point struct {
	words   []heldWord
	vectors []int
}

// pauses makes a function pause that has the argument for it. The result is kept on the stack until the function is
// done.
func (f *function) pauses(argument vec.Place, result bool) {
	slot := f.frame
	f.frame += kernel.LineBytes
	cycles := float64(f.file.callCycles)
	f.pause = &pausing{argument: f.memory(argument), left: operand.NewStackAddr(slot), budget: cycles / 2,
		grain: cycles / 8}
	f.checked = true
	if result {
		f.returned = f.result
		f.result = vec.Place{Base: f.stackBase, Disp: slot + 8}
		f.outlives(vec.Word(f.result), vec.Const(0))
	}
}

// pausing writes the codes of functions, those that take longer than a call may so that they pause, and says which
// these are and how many calls they take at the level that takes the most.
func (a *Assembly) pausing(forms []form, callCycles int) (all []form, calls map[string]int, err error) {
	if err := a.compile(forms...); err != nil {
		return nil, nil, err
	}
	calls = map[string]int{}
	for _, f := range forms {
		for i, name := range partNames(a.p.Func(f.function)) {
			if a.long(f, i, callCycles) {
				calls[name] = max(calls[name], int(math.Ceil(2*a.code[f].estimates[i]/float64(callCycles))))
			}
		}
	}
	for _, f := range forms {
		for i, name := range partNames(a.p.Func(f.function)) {
			if calls[name] > 0 {
				f.pauses[i], f.callCycles = true, callCycles
			}
		}
		all = append(all, f)
	}
	return all, calls, a.compile(all...)
}

// long says whether a part of a function takes more cycles than a call may, by the estimate, and where that is no more
// than twice as many, which it may be off, by the simulation as well.
func (a *Assembly) long(f form, part, callCycles int) bool {
	c, most := a.code[f], float64(callCycles)
	estimate := c.estimates[part]
	return estimate > most && (estimate > 2*most ||
		a.common.core.Cycles(c.parts[part], a.p.MatrixBytes(a.p.Func(f.function)), 0, a.arguments(f)) > callCycles)
}

// begin marks what a first call goes on with. What is before it is done in every call.
func (f *function) begin() {
	if f.pause != nil {
		f.pause.begin = len(f.fn.Nodes)
	}
}

// outlives adds a variable or a word of the stack that is held wherever the function pauses, and says what it is
// written down as a distance from: the constant 0 where it is none.
func (f *function) outlives(in, root vec.Operand) {
	if f.pause == nil {
		return
	}
	w := heldWord{in: f.lowerOperand(vec.IntCopy, in)}
	if root != vec.Const(0) {
		w.root = f.lowerOperand(vec.IntCopy, root)
	}
	f.pause.words = append(f.pause.words, w)
}

// point writes a point.
func (f *function) point() {
	f.flush()
	p := point{}
	for _, r := range f.lent {
		if !slices.Contains(f.unused, r) {
			p.words = append(p.words, heldWord{r, f.rootOf(r)})
		}
	}
	for i, taken := range f.taken {
		if taken {
			p.vectors = append(p.vectors, i)
		}
	}
	f.pause.points = append(f.pause.points, p)
	n := len(f.pause.points)
	f.doInteger(vec.IntSub, operand.U32(max(1, f.span.open)), f.pause.left)
	f.doBranch(vec.IfLessEqual, fmt.Sprint(pauseLabel, n))
	f.doMark(fmt.Sprint(backLabel, n))
	f.span.open = 0
}

// rootOf is the argument's pointer that another was computed from, nil for counters.
func (f *function) rootOf(r reg.GPPhysical) operand.Op {
	if root := f.roots[r]; root != nil {
		return root
	}
	return nil
}

// finishPauses writes what pauses at the points and what goes on from them, and before the code of a first call the
// jumps there.
func (f *function) finishPauses() {
	for i, p := range f.pause.points {
		f.doMark(fmt.Sprint(pauseLabel, i+1))
		f.leave(i+1, p)
		f.doMark(fmt.Sprintf("resume%d", i+1))
		f.resume(i+1, p)
	}
	rest := append([]ir.Node(nil), f.fn.Nodes[f.pause.begin:]...)
	f.fn.Nodes = f.fn.Nodes[:f.pause.begin]
	f.doInteger(vec.IntSet, operand.U32(f.pause.budget), f.pause.left)
	f.doInteger(vec.IntCopy, f.pause.argument, reg.RAX)
	f.doInteger(vec.IntCopy, operand.Mem{Base: reg.RAX}, reg.R8)
	for i := range f.pause.points {
		f.doInteger(vec.IntCompare, reg.R8, operand.U32(i+1))
		f.doBranch(vec.IfEqual, fmt.Sprintf("resume%d", i+1))
	}
	f.fn.Nodes = append(f.fn.Nodes, rest...)
}

// finishLast is the end of the last call: no point is left to go on from.
func (f *function) finishLast() {
	f.doInteger(vec.IntCopy, f.pause.argument, reg.RAX)
	f.doInteger(vec.IntSet, operand.U32(0), operand.Mem{Base: reg.RAX})
	if f.returned.Base == nil {
		return
	}
	move, word := vec.IntCopy4, vec.Ref(f.scratch())
	if f.m.size == 8 {
		move = vec.IntCopy
	}
	f.integer(move, vec.Word(f.result), word)
	f.integer(move, word, vec.Word(f.returned))
}

// leave writes down what is held, and returns.
func (f *function) leave(n int, p point) {
	f.doInteger(vec.IntCopy, f.pause.argument, reg.RAX)
	f.doInteger(vec.IntSet, operand.U32(n), operand.Mem{Base: reg.RAX})
	words := append(p.words, f.pause.words...)
	if len(words) > pauseWords {
		f.fail("more words are held in a pause than there is room for")
	}
	for i, w := range words {
		from := w.in
		if _, ok := from.(operand.Mem); ok { // of the stack; the registers before have been written down
			f.doInteger(vec.IntCopy, from, reg.R8)
			from = reg.R8
		}
		if w.root != nil {
			f.doInteger(vec.IntSub, w.root, from)
		}
		f.doInteger(vec.IntCopy, from, pausedWord(i))
	}
	for i, v := range p.vectors {
		f.moveWhole(vector(v, f.m.widest()), f.pausedVector(i))
	}
	f.doReturn()
}

// resume reads it again, the last word first, and goes on.
func (f *function) resume(n int, p point) {
	words := append(p.words, f.pause.words...)
	for i := len(words) - 1; i >= 0; i-- {
		w := words[i]
		to, stack := w.in, false
		if _, stack = to.(operand.Mem); stack {
			to = reg.R8
		}
		f.doInteger(vec.IntCopy, pausedWord(i), to)
		if w.root != nil {
			f.doInteger(vec.IntAdd, w.root, to)
		}
		if stack {
			f.doInteger(vec.IntCopy, to, w.in)
		}
	}
	for i, v := range p.vectors {
		f.moveWhole(f.pausedVector(i), vector(v, f.m.widest()))
	}
	f.doBranch(vec.Always, fmt.Sprint(backLabel, n))
}

// pausedWord is where a word is written down, after the number of the point.
func pausedWord(i int) operand.Mem { return operand.Mem{Base: reg.RAX, Disp: 8 * (1 + i)} }

// pausedVector is where a vector is.
func (f *function) pausedVector(i int) operand.Mem {
	return operand.Mem{Base: reg.RAX, Disp: 8*(1+pauseWords) + i*f.m.widest()/8}
}
