package amd64

import (
	"cmp"
	"errors"
	"slices"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// function is one function of the assembly as it is being written: blocks of vector code, and between them loops over
// them.
type function struct {
	m     machine
	file  *file
	fn    *ir.Function
	code  *block
	frame int // bytes of stack
	taken []bool
	// pointers are the free ones of the general registers that it may use, bases where the arguments' pointers are, and
	// roots what other pointers were computed from.
	lent, pointers []reg.GPPhysical
	bases          map[string]reg.GPPhysical
	roots          map[reg.GPPhysical]reg.Register
	labels         int
	errs           []error
	// many says that much is computed side by side, so that few operations count for more than short chains of them.
	many bool
	// arguments are where the pointers were given, counts the arguments that are integers.
	arguments map[string]operand.Mem
	counts    map[string]ref
	// rate and result are the argument and the result that are numbers.
	rate, result ref
	// updating says that the function writes parameters.
	updating bool
	// maxima are the variables that are the maximum of a variable over a window, and that one.
	maxima map[expr.Var]expr.Var
	// dividing says that products with the reciprocal of a number are quotients: one operation less to wait for.
	dividing bool
	// live is how many lanes of what is computed are looked at, 0 for all of them.
	live int
	// byRows are the matrices that it takes row by row in any case.
	byRows map[*plan.Buffer]bool
	// direction is where the workspace says which way to go through rows, nil for functions that always go the same.
	direction *ref
	// done is how many operations have been written.
	done int
	// unwritten are the operations whose code follows from that of others, written how many of the others there are so
	// far, and toWrite how many there will be.
	unwritten        []unwritten
	written, toWrite int
	// program is what it is lowered from, where that is kept; values is how many values it has, and ints are the
	// variables that registers stand for.
	program *vec.Program
	values  int
	ints    [registers]*vec.Int
	// slots are places on the stack for values of the block under way, of a function that is layered.
	slots []int
	// pending are variables that the code after a loop still reads.
	pending []*vec.Value
	// span estimates what has been written so far, asked is the work of the block under way, and lines how long memory
	// takes.
	span  span
	asked work
	lines lines
	// pause is nil for functions that do all in one call, returned where the others leave their result in the end.
	pause    *pausing
	returned ref
	// checked says that a call begins with the check of the stack, by which the runtime stops goroutines.
	checked bool
}

// free are the general registers for addresses and counters. AX is for masks; R14 belongs to the runtime, R15 to
// dynamic linking, BP to the caller.
var free = []reg.GPPhysical{reg.R8, reg.R9, reg.R10, reg.R11, reg.R12, reg.R13}

// areaBase is where the pointer to the area is that a function works in, the workspace or the batch.
var areaBase = reg.RSI

// argumentRegisters are where a function keeps the pointers it was given.
var argumentRegisters = map[string]reg.GPPhysical{
	"p": reg.RDI, "ws": areaBase, "x": reg.RDX, "y": reg.RCX, "grad": reg.RBX,
	"b": areaBase, "xs": reg.RDX, "ys": reg.RCX, "out": reg.RCX, "gxs": reg.RBX,
}

func newFunction(f *file, m machine, name string, params []param, result bool) *function {
	fn := &function{
		m: m, file: f, fn: ir.NewFunction(name), taken: make([]bool, m.registers()),
		bases: map[string]reg.GPPhysical{}, roots: map[reg.GPPhysical]reg.Register{},
		arguments: map[string]operand.Mem{}, counts: map[string]ref{},
	}
	if f.programs {
		fn.keepProgram()
	}
	fn.lend(free...)
	fn.code = newBlock(fn)
	fn.fn.SetSignature(signature(params, result, m.size))
	offset := 0
	var pause operand.Mem
	for _, p := range params {
		if r, ok := argumentRegisters[p.name]; ok {
			fn.bases[p.name], fn.arguments[p.name] = r, operand.NewParamAddr(p.name, offset)
			fn.integer(vec.IntCopy, operand.NewParamAddr(p.name, offset), r)
		} else if p.integer {
			fn.counts[p.name] = argument(p.name, offset)
		} else if p.name == PauseArgument {
			pause = operand.NewParamAddr(p.name, offset)
		} else {
			fn.rate = argument(p.name, offset)
		}
		offset += 8 // a number that is followed by nothing but the result, which is aligned
	}
	fn.result = argument("ret", offset)
	if pause.Base != nil {
		fn.pauses(pause, result)
	}
	return fn
}

// lend gives a function general registers to use.
func (f *function) lend(registers ...reg.GPPhysical) {
	f.lent = append(f.lent, registers...)
	f.pointers = append(f.pointers, registers...)
}

// argument is an argument or the result of the function.
func argument(name string, offset int) ref {
	m := operand.NewParamAddr(name, offset)
	return ref{base: m.Base, symbol: m.Symbol, disp: m.Disp}
}

// fail notes a mistake of this package. Writing goes on, and the file is not printed.
func (f *function) fail(message string) {
	if len(f.errs) < 10 {
		f.errs = append(f.errs, errors.New(f.fn.Name+": "+message))
	}
}

// flush emits what has been written of the current block and begins another.
func (f *function) flush() {
	if len(f.code.nodes) > 0 {
		f.emit(f.code)
	}
	bits, m := f.code.bits, f.code.m
	f.code = newBlock(f)
	f.code.bits, f.code.m = bits, m
}

// comment puts a line before what follows. Values go on living in registers, unless the block has become long.
func (f *function) comment(text string) {
	if f.file.layered || len(f.code.nodes) > longBlock {
		f.flush()
	}
	if f.file.layered { // what is given back comes in some order
		slices.SortFunc(f.pointers,
			func(x, y reg.GPPhysical) int { return cmp.Compare(x.PhysicalIndex(), y.PhysicalIndex()) })
	}
	if f.pause != nil && (f.span.open >= f.pause.grain || f.file.layered && f.done > 1) {
		f.point() // of layered code at every operation, so that those that are alike have it in the same places
	}
	f.code.add(&node{step: &vec.Comment{Text: text}, kind: note, text: text})
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

// pointer reserves a general register.
func (f *function) pointer() reg.GPPhysical {
	n := len(f.pointers)
	if n == 0 {
		f.fail("no register is left for an address")
		return reg.R8
	}
	r := f.pointers[n-1]
	f.pointers = f.pointers[:n-1]
	return r
}

func (f *function) drop(r reg.GPPhysical) {
	f.pointers = append(f.pointers, r)
	delete(f.roots, r)
}

// lea computes an address into a register.
func (f *function) lea(r ref, to reg.GPPhysical) {
	f.integer(vec.IntAddress, r.mem(), to)
	f.roots[to] = r.base
	if base, ok := r.base.(reg.GPPhysical); ok && f.roots[base] != nil {
		f.roots[to] = f.roots[base]
	}
}
