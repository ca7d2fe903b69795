package amd64

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/plan"
)

// function is one function of the assembly as it is being written: blocks of vector code, and between them loops over them.
type function struct {
	m     machine
	file  *file
	fn    *ir.Function
	code  *block
	frame int // bytes of stack
	taken []bool
	// pointers are the free ones of the general registers that it may use, bases where the arguments' pointers are, and roots what other pointers
	// were computed from.
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
	// turn is where the workspace says which way to go through rows, nil for functions that always go the same.
	turn *ref
	// slots are places on the stack for values of the block under way, of a function that is layered.
	slots []int
	// pending are variables that the code after a loop still reads.
	pending []*value
	// span estimates what has been written so far, asked is the work of the block under way, and lines how long memory takes.
	span  span
	asked work
	lines lines
	// pause is nil for functions that do all in one call, returned where the others leave their result in the end.
	pause    *pausing
	returned ref
	// checked says that a call begins with the check of the stack, by which the runtime stops goroutines.
	checked bool
}

// free are the general registers for addresses and counters. AX is for masks; R14 belongs to the runtime, R15 to dynamic
// linking, BP to the caller.
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
		bases: map[string]reg.GPPhysical{}, roots: map[reg.GPPhysical]reg.Register{}, arguments: map[string]operand.Mem{}, counts: map[string]ref{},
	}
	fn.lend(free...)
	fn.code = newBlock(fn)
	fn.fn.SetSignature(signature(params, result, m.size))
	offset := 0
	var pause operand.Mem
	for _, p := range params {
		if r, ok := argumentRegisters[p.name]; ok {
			fn.bases[p.name], fn.arguments[p.name] = r, operand.NewParamAddr(p.name, offset)
			fn.do("MOVQ", operand.NewParamAddr(p.name, offset), r)
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
	if f.file.longest == layered || len(f.code.nodes) > longBlock {
		f.flush()
	}
	if f.file.longest == layered { // what is given back comes in some order
		slices.SortFunc(f.pointers, func(x, y reg.GPPhysical) int { return cmp.Compare(x.PhysicalIndex(), y.PhysicalIndex()) })
	}
	if f.pause != nil && f.span.open >= f.pause.grain {
		f.point()
	}
	f.code.add(&node{kind: note, op: text})
}

// tooLong says whether straight code has become longer than it may.
func (f *function) tooLong() bool {
	return f.file.longest != layered && len(f.fn.Nodes) > f.file.longest
}

// longBlock is the number of nodes from which a block ends with its operation.
const longBlock = 2000

// finish ends the function.
func (f *function) finish() *ir.Function {
	f.flush()
	if f.pause != nil {
		f.finishLast()
	}
	f.do("VZEROUPPER")
	f.do("RET")
	if f.pause != nil {
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

// maxNoSplit is the size of frames that need no check of the stack, and checkedFrame that of the smallest for which Go's assembler writes one into
// a function that calls no other.
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
	f.do("LEAQ", r.mem(), to)
	f.roots[to] = r.base
	if base, ok := r.base.(reg.GPPhysical); ok && f.roots[base] != nil {
		f.roots[to] = f.roots[base]
	}
}

// index is a position in a loop or a constant one: elements off, and a register that has what the loop adds, in bytes
// times each of the scales asked for.
type index struct {
	off  int
	regs map[int]reg.GPPhysical
}

// loop runs its body trips times. For every scale the body's index has a register that grows by step·scale numbers.
func (f *function) loop(trips, step int, scales []int, body func(at index)) {
	if trips == 1 {
		body(index{})
		return
	}
	f.flush()
	at := index{regs: map[int]reg.GPPhysical{}}
	for _, s := range scales {
		if at.regs[s] == nil {
			r := f.pointer()
			at.regs[s] = r
			f.do("XORL", r.As32(), r.As32())
		}
	}
	label := f.label()
	before := f.enter()
	body(at)
	f.flush()
	scale := scales[0]
	distinct := slices.Compact(slices.Clone(scales)) // of two, a matrix of one column has them equal
	for _, s := range distinct {
		f.do("ADDQ", operand.U32(step*s*f.m.size), at.regs[s])
	}
	f.round(before, trips)
	f.do("CMPQ", at.regs[scale], operand.U32(trips*step*scale*f.m.size))
	f.do("JNE", operand.LabelRef(label))
	for _, s := range distinct {
		f.drop(at.regs[s])
	}
}

// loopFrom is a loop over elements that begins where an index stands.
func (f *function) loopFrom(from index, trips, step int, body func(at index)) {
	f.flush()
	count, r := f.pointer(), f.pointer()
	if from.regs[1] != nil {
		f.do("MOVQ", from.regs[1], r)
	} else {
		f.do("XORL", r.As32(), r.As32())
	}
	f.do("MOVL", operand.U32(trips), count.As32())
	label := f.label()
	before := f.enter()
	body(index{off: from.off, regs: map[int]reg.GPPhysical{1: r}})
	f.flush()
	f.do("ADDQ", operand.U32(step*f.m.size), r)
	f.round(before, trips)
	f.do("SUBL", operand.U32(1), count.As32())
	f.do("JNE", operand.LabelRef(label))
	f.drop(r)
	f.drop(count)
}

// backwards runs a body over n numbers, what is left of whole steps first and then these in a loop from the last to the first, or by
// turns.
func (f *function) backwards(n, step int, scales []int, body func(at index, size int)) {
	full := n / step
	if f.turn != nil && full > 1 {
		f.byTurns(n, step, scales, body)
		return
	}
	if rest := n % step; rest > 0 {
		body(index{off: full * step}, rest)
	}
	if full < 2 {
		if full == 1 {
			body(index{}, step)
		}
		return
	}
	f.flush()
	at, count := index{regs: map[int]reg.GPPhysical{}}, f.pointer()
	scales = slices.Compact(slices.Clone(scales))
	for _, s := range scales {
		at.regs[s] = f.pointer()
		f.do("MOVL", operand.U32((full-1)*step*s*f.m.size), at.regs[s].As32())
	}
	f.do("MOVL", operand.U32(full), count.As32())
	label := f.label()
	before := f.enter()
	body(at, step)
	f.flush()
	for _, s := range scales {
		f.do("SUBQ", operand.U32(step*s*f.m.size), at.regs[s])
	}
	f.round(before, full)
	for _, s := range scales {
		f.drop(at.regs[s])
	}
	f.do("SUBL", operand.U32(1), count.As32())
	f.do("JNE", operand.LabelRef(label))
	f.drop(count)
}

// label marks the place where a loop begins.
func (f *function) label() string {
	label := fmt.Sprintf("loop%d", f.labels)
	f.labels++
	f.fn.AddLabel(ir.Label(label))
	return label
}

// releasePending gives back the variables of loops that have been read.
func (f *function) releasePending() {
	if len(f.pending) > 0 {
		f.release(f.pending...)
		f.pending = nil
	}
}

// chunks runs a body over n numbers, step at a time, then over what is left: unrolled up to a number of full steps, as a loop
// beyond it.
func (f *function) chunks(n, step, unrolled int, scales []int, body func(at index, size int)) {
	full := n / step
	if full <= unrolled {
		for i := range full {
			body(index{off: i * step}, step)
		}
	} else {
		f.loop(full, step, scales, func(at index) { body(at, step) })
	}
	if rest := n % step; rest > 0 {
		body(index{off: full * step}, rest)
	}
}

// at is the place of an element of a vector, or of a matrix's row and column; the loops' registers are those of the
// scales 1 and, for rows, the number of columns.
func (f *function) at(b *plan.Buffer, i index) ref {
	r := f.file.layout.place(f, b)
	r.disp += i.off * f.m.size
	r.index = i.regs[1]
	return r
}

// row is the place of a matrix's row.
func (f *function) row(b *plan.Buffer, i index) ref {
	r := f.file.layout.place(f, b)
	r.disp += i.off * b.Cols * f.m.size
	r.index = i.regs[b.Cols]
	return r
}

// address computes a place into a register, so that another index can be added.
func (f *function) address(r ref) (at ref, release func()) {
	if r.index == nil {
		return r, func() {}
	}
	f.flush()
	p := f.pointer()
	f.lea(ref{base: r.base, index: r.index, disp: r.disp}, p)
	return ref{base: p}, func() { f.flush(); f.drop(p) }
}

// along is a place moved by an index.
func (f *function) along(r ref, i index) ref {
	r.disp += i.off * f.m.size
	if i.regs[1] != nil {
		r.index = i.regs[1]
	}
	return r
}
