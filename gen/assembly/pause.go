package assembly

import (
	"fmt"
	"slices"

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
// takes more pauses, after three eighths of them, and has points at least every eighth: the rest is for what the
// estimate can't tell.
const CallCycles = 320_000

// PauseWords is how many words of 64 bits a function that pauses leaves behind at most, after the number of the point:
// registers for addresses, words of the stack, and vector registers.
const PauseWords = HeldWords + 32*kernel.LineBytes/8

// HeldWords is how many of them registers for addresses and words of the stack have.
const HeldWords = 16

// PauseArgument is the last argument of functions that pause, and PauseSuffix ends the name of what it points to.
const (
	PauseArgument = "pause"
	PauseSuffix   = "Pause"
)

// Labels of points: that of the code that writes down what is held, and that of the place where the function goes on.
const PauseLabel, BackLabel = "pause", "back"

// Pausing is what a function needs for its pauses.
type Pausing struct {
	// argument points to where it writes down, left is on the stack and has the cycles that are left.
	argument, left Operand
	budget, grain  float64
	// begin is the node that a first call goes on at.
	begin int
	// Words outlive a call wherever the function pauses.
	Words  []HeldWord
	Points []Point
}

// HeldWord is a register or a word of the stack that outlives a call, and where it is a pointer, what distance is
// written down from.
type HeldWord struct {
	In   Operand
	Root Operand
}

// Point is where a function may pause: what it holds in general and in vector registers.
type Point struct {
	Words   []HeldWord
	vectors []int
}

// pauses makes a function pause that has the argument for it. The result is kept on the stack until the function is
// done.
func (f *Function) pauses(argument vec.Place, result bool) {
	slot := f.Frame
	f.Frame += kernel.LineBytes
	cycles := float64(f.File.CallCycles)
	f.Pause = &Pausing{argument: f.inMemory(argument), left: f.inMemory(vec.Place{Base: f.stackBase, Disp: slot}),
		budget: cycles * 3 / 8, grain: cycles / 8}
	f.checked = true
	if result {
		f.returned = f.result
		f.result = vec.Place{Base: f.stackBase, Disp: slot + 8}
		f.outlives(vec.Word(f.result), vec.Const(0))
	}
}

// begin marks what a first call goes on with. What is before it is done in every call.
func (f *Function) begin() {
	if f.Pause != nil {
		f.Pause.begin = len(f.Nodes)
	}
}

// outlives adds a variable or a word of the stack that is held wherever the function pauses, and says what it is
// written down as a distance from: the constant 0 where it is none.
func (f *Function) outlives(in, root vec.Operand) {
	if f.Pause == nil {
		return
	}
	w := HeldWord{In: f.Target.Operand(vec.IntCopy, in)}
	if root != vec.Const(0) {
		w.Root = f.Target.Operand(vec.IntCopy, root)
	}
	f.Pause.Words = append(f.Pause.Words, w)
}

// Point writes a point.
func (f *Function) point() {
	f.Flush()
	p := Point{}
	for _, r := range f.Lent {
		if !slices.Contains(f.unused, r) {
			p.Words = append(p.Words, HeldWord{r, f.rootOf(r)})
		}
	}
	for i, taken := range f.taken {
		if taken {
			p.vectors = append(p.vectors, i)
		}
	}
	f.Pause.Points = append(f.Pause.Points, p)
	n := len(f.Pause.Points)
	f.doInteger(vec.IntSub, f.constantFor(vec.IntSub, int(max(1, f.Span.open))), f.Pause.left)
	f.doBranch(vec.IfLessEqual, fmt.Sprint(PauseLabel, n))
	f.doMark(fmt.Sprint(BackLabel, n))
	f.Span.open = 0
}

// rootOf is the argument's pointer that another was computed from, nil for counters.
func (f *Function) rootOf(r Register) Operand {
	if root := f.roots[r]; root != nil {
		return root
	}
	return nil
}

// FinishPauses writes what pauses at the points and what goes on from them, and before the code of a first call the
// jumps there.
func (f *Function) FinishPauses() {
	for i, p := range f.Pause.Points {
		f.doMark(fmt.Sprint(PauseLabel, i+1))
		f.leave(i+1, p)
		f.doMark(fmt.Sprintf("resume%d", i+1))
		f.resume(i+1, p)
	}
	rest := slices.Clone(f.Nodes[f.Pause.begin:])
	f.Nodes = f.Nodes[:f.Pause.begin]
	f.doInteger(vec.IntSet, f.constantFor(vec.IntSet, int(f.Pause.budget)), f.Pause.left)
	f.doInteger(vec.IntCopy, f.Pause.argument, f.General().Scratch)
	f.doInteger(vec.IntCopy, f.paused(0), f.General().Second)
	for i := range f.Pause.Points {
		f.doInteger(vec.IntCompare, f.General().Second, f.constantFor(vec.IntCompare, i+1))
		f.doBranch(vec.IfEqual, fmt.Sprintf("resume%d", i+1))
	}
	f.Nodes = append(f.Nodes, rest...)
}

// finishLast is the end of the last call: no point is left to go on from.
func (f *Function) finishLast() {
	f.doInteger(vec.IntCopy, f.Pause.argument, f.General().Scratch)
	f.doInteger(vec.IntSet, f.constantFor(vec.IntSet, 0), f.paused(0))
	if f.returned.Base == nil {
		return
	}
	move, word := vec.IntCopy4, vec.Ref(f.Scratch())
	if f.Machine.Size == 8 {
		move = vec.IntCopy
	}
	f.Integer(move, vec.Word(f.result), word)
	f.Integer(move, word, vec.Word(f.returned))
}

// leave writes down what is held, and returns.
func (f *Function) leave(n int, p Point) {
	f.doInteger(vec.IntCopy, f.Pause.argument, f.General().Scratch)
	f.doInteger(vec.IntSet, f.constantFor(vec.IntSet, n), f.paused(0))
	words := append(p.Words, f.Pause.Words...)
	if len(words) > HeldWords {
		f.Fail("more words are held in a pause than there is room for")
	}
	for i, w := range words {
		from := w.In
		if f.Target.InMemory(from) { // of the stack; the registers before have been written down
			f.doInteger(vec.IntCopy, from, f.General().Second)
			from = f.General().Second
		}
		if w.Root != nil {
			f.doInteger(vec.IntSub, w.Root, from)
		}
		f.doInteger(vec.IntCopy, from, f.paused(1+i))
	}
	for i, v := range p.vectors {
		f.Target.WriteMove(v, f.pausedVector(i), true)
	}
	f.Target.WriteReturn()
}

// resume reads it again, the last word first, and goes on.
func (f *Function) resume(n int, p Point) {
	words := append(p.Words, f.Pause.Words...)
	for i := len(words) - 1; i >= 0; i-- {
		w := words[i]
		to, stack := w.In, f.Target.InMemory(w.In)
		if stack {
			to = f.General().Second
		}
		f.doInteger(vec.IntCopy, f.paused(1+i), to)
		if w.Root != nil {
			f.doInteger(vec.IntAdd, w.Root, to)
		}
		if stack {
			f.doInteger(vec.IntCopy, to, w.In)
		}
	}
	for i, v := range p.vectors {
		f.Target.WriteMove(v, f.pausedVector(i), false)
	}
	f.doBranch(vec.Always, fmt.Sprint(BackLabel, n))
}

// inMemory is a word in memory as an operand, and constantFor a constant of an operation.
func (f *Function) inMemory(at vec.Place) Operand { return f.Target.Operand(vec.IntCopy, vec.Word(at)) }
func (f *Function) constantFor(op vec.IntOp, n int) Operand {
	return f.Target.Operand(op, vec.Const(n))
}

// writtenDown is the place some bytes into what a pause leaves behind, when the scratch register points there.
func (f *Function) writtenDown(bytes int) vec.Place {
	return vec.Place{Base: &vec.Int{Home: f.General().Scratch}, Disp: bytes}
}

// paused is a word of it: the number of the point, then those that are held.
func (f *Function) paused(i int) Operand { return f.inMemory(f.writtenDown(8 * i)) }

// pausedVector is where a vector is.
func (f *Function) pausedVector(i int) vec.Place {
	return f.writtenDown(8*(1+HeldWords) + i*f.Machine.Widest()/8)
}
