// Package assembly turns the operations of package kernel into functions in registers, for any processor. A target
// implements Target and InstructionSet, which choose the instructions.
//
// A block is a stretch of straight code, and operations of package vec are its nodes. An operation that the processor
// lacks is made of others at once. Nothing is computed twice, and nothing that the block has written is read back.
// Values get their registers when the whole block is known. A counter or an address has a register from the time it is
// asked for until it is dropped.
//
// A function that is estimated to take long pauses, so that its goroutine can be stopped. If many layers are alike, the
// code of the first few says what the code of the others is.
package assembly

import (
	"errors"
	"slices"

	"github.com/backpropgen/backpropgen/gen/vec"
)

// Function is one function of the assembly as it is being written: blocks of vector code, and between them loops over
// them.
type Function struct {
	Machine Machine
	File    *File
	Target  Target
	Name    string
	Nodes   []Line
	Block   *Block
	Frame   int // bytes of stack for words and values
	// Params are its parameters, and Returns says that it has a result.
	Params  []Param
	Returns bool
	// Local is the size of its frame once it is finished, and NoSplit says that this needs no check of the stack.
	Local   int
	NoSplit bool
	taken   []bool
	// Lent are the general registers that it may use, and unused those of them that no variable has.
	Lent, unused []Register
	// roots are what pointers in registers were computed from.
	roots map[Register]Register
	// argumentBase, stackBase and ConstantBase are where the arguments, the stack and the constants are, and names
	// those of the arguments, by their distances.
	ArgumentBase, stackBase, ConstantBase *vec.Int
	Names                                 map[int]string
	// Bases are the arguments that are pointers, brought to registers.
	Bases map[string]*vec.Int
	// blocks is how many blocks have ended.
	blocks int
	Errs   []error
	// Many says that much is computed side by side, so that few operations count for more than short chains of them.
	Many bool
	// Arguments are where arguments were given, and result is where the result goes.
	Arguments map[string]vec.Place
	result    vec.Place
	// done is how many operations have been written; stopped says that no more are.
	done    int
	stopped bool
	// Unwritten are the operations whose code follows from that of others, written how many of the others there are so
	// far, and toWrite how many there will be.
	Unwritten        []unwritten
	written, toWrite int
	// Program is what it is lowered from, where that is kept; values and ints are how many of both it has.
	Program      *vec.Program
	values, ints int
	// slots are places on the stack for values of the block under way, of a function that is layered.
	slots []int
	// Span estimates what has been written so far, and lines are how long memory takes.
	Span  span
	lines lines
	// Pause is nil for functions that do all in one call, returned where the others leave their result in the end.
	Pause    *Pausing
	returned vec.Place
	// checked says that a call begins with the check of the stack, by which the runtime stops goroutines.
	checked bool
}

// empty is a function of which nothing is written.
func empty(f *File, m Machine, name string, params []Param, result bool) *Function {
	fn := &Function{
		Machine: m, File: f, Name: name, Params: params, Returns: result, taken: make([]bool, m.Registers()),
		roots: map[Register]Register{}, Names: map[int]string{},
		Bases: map[string]*vec.Int{}, Arguments: map[string]vec.Place{},
	}
	fn.Target = m.Set.Target(fn)
	fn.ArgumentBase = fn.variableIn(ArgumentsParam, fn.General().Frame)
	fn.stackBase = fn.variableIn(StackParam, fn.General().Stack)
	fn.ConstantBase = fn.variableIn(ConstantsParam, fn.General().Static)
	if f.Programs {
		fn.keepProgram()
	}
	fn.Block = newBlock(fn)
	return fn
}

// NewFunction is a function that has the pointers it is given in the registers of arguments.
func NewFunction(f *File, m Machine, name string, params []Param, result bool) *Function {
	fn := empty(f, m, name, params, result)
	for _, r := range fn.General().Free {
		if !slices.ContainsFunc(params, func(p Param) bool { return fn.General().Arguments[p.Name] == r }) {
			fn.lend(r)
		}
	}
	offset := 0
	var pause *vec.Place
	for _, p := range params {
		at := fn.given(p.Name, offset)
		fn.Arguments[p.Name] = at
		if r, ok := fn.General().Arguments[p.Name]; ok {
			fn.Bases[p.Name] = fn.variableIn(p.Name, r)
			fn.Integer(vec.IntCopy, vec.Word(at), vec.Ref(fn.Bases[p.Name]))
		} else if p.Name == PauseArgument {
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
func newFreely(f *File, m Machine, name string, params []Param) *Function {
	fn := empty(f, m, name, params, false)
	fn.lend(fn.General().Swept...)
	for i, p := range params {
		fn.Bases[p.Name] = fn.Pointer()
		fn.Integer(vec.IntCopy, vec.Word(fn.given(p.Name, 8*i)), vec.Ref(fn.Bases[p.Name]))
	}
	return fn
}

// given is where an argument or the result of the function is.
func (f *Function) given(name string, offset int) vec.Place {
	f.Names[offset] = name
	return vec.Place{Base: f.ArgumentBase, Disp: offset}
}

// Fail notes a mistake of this package. Writing goes on, and the file is not printed.
func (f *Function) Fail(message string) {
	if len(f.Errs) < 10 {
		f.Errs = append(f.Errs, errors.New(f.Name+": "+message))
	}
}

// Flush emits what has been written of the current block and begins another.
func (f *Function) Flush() {
	if len(f.Block.Nodes) > 0 {
		f.emit(f.Block)
	}
	bits, m := f.Block.Bits, f.Block.m
	f.Block = newBlock(f)
	f.blocks++
	f.Block.Bits, f.Block.m = bits, m
}

// comment puts a line before what follows. Values go on living in registers, unless the block has become long.
func (f *Function) comment(text string) {
	if f.File.Layered || len(f.Block.Nodes) > longBlock {
		f.Flush()
	}
	if f.File.Layered { // what is given back comes in some order
		f.sortUnused()
	}
	if f.Pause != nil && (f.Span.open >= f.Pause.grain || f.File.Layered && f.done > 1) {
		f.point() // of layered code at every operation, so that those that are alike have it in the same places
	}
	f.Block.Add(&Node{Step: &vec.Comment{Text: text}, Kind: note, text: text})
}

// tooLong says whether the code has become longer than it may, or would become much longer if it went on as it began:
// twice as long as is seen from few operations, less from many.
func (f *Function) tooLong() bool {
	n := len(f.Nodes)
	const few = 8
	return n > f.File.Longest ||
		f.done >= few && float64(n)*float64(f.toWrite) > float64(f.File.Longest)*float64(f.done+few)
}

// longBlock is the number of nodes from which a block ends with its operation.
const longBlock = 2000

// Finish ends the function.
func (f *Function) Finish() {
	f.Flush()
	if f.Pause != nil {
		f.finishLast()
	}
	f.leaveFunction()
	if f.Pause != nil && !f.File.Layered { // else that is done when the code has been rolled up
		f.FinishPauses()
	}
	f.Local = (f.Frame + 7) &^ 7
	switch {
	case f.checked:
		f.Local = max(f.Local, checkedFrame)
	case f.Local <= MaxNoSplit:
		f.NoSplit = true
	}
}

// MaxNoSplit is the size of frames that need no check of the stack, and checkedFrame that of the smallest for which
// Go's assembler writes one into a function that calls no other.
const MaxNoSplit, checkedFrame = 256, 128

// Strict says whether every operation is rounded by itself and sums are ordered.
func (f *Function) Strict() bool { return f.File.Kernel.Strict }
