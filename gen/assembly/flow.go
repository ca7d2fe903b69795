package assembly

import (
	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// What a builder has beside vectors: arguments, counters and addresses, loops, and operations of the plan.

// Machine says which registers there are.
func (b builder) Machine() kernel.Machine {
	return b.f.Machine.Kernel()
}

// Base is an argument that is a pointer.
func (b builder) Base(name string) *vec.Int { return b.f.Bases[name] }

// Given is where an argument was given, and Result where the result goes.
func (b builder) Given(name string) vec.Place { return b.f.Arguments[name] }
func (b builder) Result() vec.Place           { return b.f.result }

// InPlaceOf is a variable in the register of an argument, and LendArguments gives such registers to pointers.
func (b builder) InPlaceOf(argument string) *vec.Int { return b.f.inPlaceOf(argument) }
func (b builder) LendArguments(names ...string)      { b.f.lendArguments(names...) }

// Word is a word on the stack.
func (b builder) Word() vec.Place { return b.f.word() }

// Outlives says that something is held in pauses.
func (b builder) Outlives(in, root vec.Operand) { b.f.outlives(in, root) }

// Int is an operation on integers.
func (b builder) Int(op vec.IntOp, operands ...vec.Operand) { b.f.Integer(op, operands...) }

// Pointer, Drop, PointTo and Scratch are variables in general registers.
func (b builder) Pointer() *vec.Int                 { return b.f.Pointer() }
func (b builder) Drop(i *vec.Int)                   { b.f.Drop(i) }
func (b builder) PointTo(at vec.Place, to *vec.Int) { b.f.lea(at, to) }
func (b builder) Scratch() *vec.Int                 { return b.f.Scratch() }

// SpreadCount makes a number of an integer, and FirstOf a mask.
func (b builder) SpreadCount(count vec.Place, variable *vec.Value) {
	b.f.Target.SpreadCount(count, variable)
}
func (b builder) FirstOf(n *vec.Int, lanes, bits int) *vec.Value {
	return b.f.Target.FirstOf(n, lanes, bits)
}

// Flush ends a block.
func (b builder) Flush() { b.f.Flush() }

// Forget has what the block has stored read back.
func (b builder) Forget() {
	clear(b.f.Block.stored)
	b.f.Block.order = nil
}

// Mark, Branch and CountDown make loops.
func (b builder) Mark(label string)                      { b.f.Mark(label) }
func (b builder) Branch(c vec.Condition, label string)   { b.f.Branch(c, label) }
func (b builder) CountDown(count *vec.Int, label string) { b.f.countDown(count, label) }

// Variable, Release and Adopt are those of vectors.
func (b builder) Variable() *vec.Value            { return b.f.Cell() }
func (b builder) Release(variables ...*vec.Value) { b.f.release(variables...) }
func (b builder) Adopt(variables ...*vec.Value)   { b.f.Adopt(variables...) }

// Enter begins the body of a loop, which is counted apart.
func (b builder) Enter() (round func(trips int)) {
	before := b.f.Enter()
	return func(trips int) { b.f.Round(before, trips) }
}

// Hoisting moves reads to before a loop.
func (b builder) Hoisting(from *vec.Int) (hoist func() []*vec.Value) { return b.f.hoisting(from) }

// Begin marks what a first call goes on with.
func (b builder) Begin() { b.f.begin() }

// Operation begins an operation, unless code has become too long.
func (b builder) Operation(op plan.Op) bool {
	if b.f.stopped = b.f.stopped || b.f.tooLong(); b.f.stopped {
		return false
	}
	b.f.done++
	b.f.comment(b.f.File.title(op))
	return true
}

// LayerByLayer writes operations, of those that are alike the first few.
func (b builder) LayerByLayer(
	ops []plan.Op, where func(b *plan.Buffer) (room string, at []int), write func(op plan.Op),
) {
	b.f.layerByLayer(ops, where, write)
}

// Layered says that what is alike has the same code, and Expect how many operations will be written.
func (b builder) Layered() bool         { return b.f.File.Layered }
func (b builder) Expect(operations int) { b.f.toWrite = operations }
