package amd64

import (
	"errors"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/reg"

	"github.com/backpropgen/backpropgen/gen/amd64/cores"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// function is one function of the assembly as it is being written: blocks of vector code, and between them loops over
// them.
type function struct {
	m     machine
	file  *file
	fn    *ir.Function
	block *block
	frame int // bytes of stack
	taken []bool
	// lent are the general registers that it may use, and unused those of them that no variable has.
	lent, unused []reg.GPPhysical
	// roots are what pointers in registers were computed from.
	roots map[reg.GPPhysical]reg.Register
	// argumentBase, stackBase and constantBase are where the arguments, the stack and the constants are, and names
	// those of the arguments, by their distances.
	argumentBase, stackBase, constantBase *vec.Int
	names                                 map[int]string
	// bases are the arguments that are pointers, brought to registers.
	bases map[string]*vec.Int
	// blocks is how many blocks have ended.
	blocks int
	errs   []error
	// many says that much is computed side by side, so that few operations count for more than short chains of them.
	many bool
	// arguments are where arguments were given, and result is where the result goes.
	arguments map[string]vec.Place
	result    vec.Place
	// done is how many operations have been written; stopped says that no more are.
	done    int
	stopped bool
	// unwritten are the operations whose code follows from that of others, written how many of the others there are so
	// far, and toWrite how many there will be.
	unwritten        []unwritten
	written, toWrite int
	// program is what it is lowered from, where that is kept; values and ints are how many of both it has.
	program      *vec.Program
	values, ints int
	// slots are places on the stack for values of the block under way, of a function that is layered.
	slots []int
	// span estimates what has been written so far, asked is the work of the block under way, and lines how long memory
	// takes.
	span  span
	asked cores.Work
	lines lines
	// pause is nil for functions that do all in one call, returned where the others leave their result in the end.
	pause    *pausing
	returned vec.Place
	// checked says that a call begins with the check of the stack, by which the runtime stops goroutines.
	checked bool
}

// empty is a function of which nothing is written.
func empty(f *file, m machine, name string) *function {
	fn := &function{
		m: m, file: f, fn: ir.NewFunction(name), taken: make([]bool, m.registers()),
		roots: map[reg.GPPhysical]reg.Register{}, names: map[int]string{},
		bases: map[string]*vec.Int{}, arguments: map[string]vec.Place{},
	}
	fn.argumentBase = fn.variableIn(argumentsParam, reg.FramePointer)
	fn.stackBase = fn.variableIn(stackParam, reg.StackPointer)
	fn.constantBase = fn.variableIn(constantsParam, reg.StaticBase)
	if f.programs {
		fn.keepProgram()
	}
	fn.block = newBlock(fn)
	return fn
}

// newFunction is a function that has the pointers it is given in the registers of arguments.
func newFunction(f *file, m machine, name string, params []param, result bool) *function {
	fn := empty(f, m, name)
	fn.lend(free...)
	fn.fn.SetSignature(signature(params, result, m.size))
	offset := 0
	var pause *vec.Place
	for _, p := range params {
		at := fn.given(p.name, offset)
		fn.arguments[p.name] = at
		if r, ok := argumentRegisters[p.name]; ok {
			fn.bases[p.name] = fn.variableIn(p.name, r)
			fn.integer(vec.IntCopy, vec.Word(at), vec.Ref(fn.bases[p.name]))
		} else if p.name == PauseArgument {
			pause = &at
		}
		offset += 8 // a number that is followed by nothing but the result, which is aligned
	}
	fn.result = fn.given("ret", offset)
	if pause != nil {
		fn.pauses(*pause, result)
	}
	return fn
}

// newFreely is a function whose arguments all are in registers, as many of them as there are.
func newFreely(f *file, m machine, name string, params []param) *function {
	fn := empty(f, m, name)
	fn.lend(sweepRegisters...)
	fn.fn.SetSignature(signature(params, false, m.size))
	for i, p := range params {
		fn.bases[p.name] = fn.pointer()
		fn.integer(vec.IntCopy, vec.Word(fn.given(p.name, 8*i)), vec.Ref(fn.bases[p.name]))
	}
	return fn
}

// given is where an argument or the result of the function is.
func (f *function) given(name string, offset int) vec.Place {
	f.names[offset] = name
	return vec.Place{Base: f.argumentBase, Disp: offset}
}

// fail notes a mistake of this package. Writing goes on, and the file is not printed.
func (f *function) fail(message string) {
	if len(f.errs) < 10 {
		f.errs = append(f.errs, errors.New(f.fn.Name+": "+message))
	}
}

// flush emits what has been written of the current block and begins another.
func (f *function) flush() {
	if len(f.block.nodes) > 0 {
		f.emit(f.block)
	}
	bits, m := f.block.bits, f.block.m
	f.block = newBlock(f)
	f.blocks++
	f.block.bits, f.block.m = bits, m
}

// comment puts a line before what follows. Values go on living in registers, unless the block has become long.
func (f *function) comment(text string) {
	if f.file.layered || len(f.block.nodes) > longBlock {
		f.flush()
	}
	if f.file.layered { // what is given back comes in some order
		f.sortUnused()
	}
	if f.pause != nil && (f.span.open >= f.pause.grain || f.file.layered && f.done > 1) {
		f.point() // of layered code at every operation, so that those that are alike have it in the same places
	}
	f.block.add(&node{step: &vec.Comment{Text: text}, kind: note, text: text})
}

// tooLong says whether the code has become longer than it may, or would become much longer if it went on as it began:
// twice as long as is seen from few operations, less from many.
func (f *function) tooLong() bool {
	n := len(f.fn.Nodes)
	const few = 8
	return n > f.file.longest ||
		f.done >= few && float64(n)*float64(f.toWrite) > float64(f.file.longest)*float64(f.done+few)
}

// longBlock is the number of nodes from which a block ends with its operation.
const longBlock = 2000

// finish ends the function.
func (f *function) finish() *ir.Function {
	f.flush()
	if f.pause != nil {
		f.finishLast()
	}
	f.leaveFunction()
	if f.pause != nil && !f.file.layered { // else that is done when the code has been rolled up
		f.finishPauses()
	}
	f.fn.LocalSize = (f.frame + 7) &^ 7
	switch {
	case f.checked:
		f.fn.LocalSize = max(f.fn.LocalSize, checkedFrame)
	case f.fn.LocalSize <= maxNoSplit:
		f.fn.Attributes = attr.NOSPLIT
	}
	return f.fn
}

// maxNoSplit is the size of frames that need no check of the stack, and checkedFrame that of the smallest for which
// Go's assembler writes one into a function that calls no other.
const maxNoSplit, checkedFrame = 256, 128

// strict says whether every operation is rounded by itself and sums are ordered.
func (f *function) strict() bool { return f.file.kernel.Strict }
