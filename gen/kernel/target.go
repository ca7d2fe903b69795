package kernel

import (
	"github.com/backpropgen/backpropgen/gen/kernel/idiom"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// Function is a function of a target as it is being written: a builder with loops, counters, addresses and arguments.
type Function interface {
	idiom.Builder
	Arguments
	Integers
	Flow
	Operations

	// Machine says which registers it is written for.
	Machine() Machine
}

// Arguments are what a function is given and what it works with, by the names that the plan has for them.
type Arguments interface {
	// Base is an argument that is a pointer, in a register, nil where the function has none of that name.
	Base(name string) *vec.Int
	// Given is where an argument was given, and Result where the result goes.
	Given(name string) vec.Place
	Result() vec.Place
	// InPlaceOf is a variable in the register of an argument that the function has not, and LendArguments gives it such
	// registers for Pointer.
	InPlaceOf(argument string) *vec.Int
	LendArguments(names ...string)
	// Word is a new word on the stack.
	Word() vec.Place
	// Outlives says that a variable or a word of the stack must be known wherever the function is interrupted, and what
	// it is a distance from, if it points there: the constant 0 if it doesn't. What Pointer gives is known anyway.
	Outlives(in, root vec.Operand)
}

// Integers are counters and addresses.
type Integers interface {
	// Int is an operation on integers; the last operand is written.
	Int(op vec.IntOp, operands ...vec.Operand)
	// Pointer is a variable that has a register until it is dropped; after that it may be used as long as no other has
	// been asked for, and after those that were asked for since have been dropped.
	Pointer() *vec.Int
	Drop(i *vec.Int)
	// PointTo gives a variable an address.
	PointTo(at vec.Place, to *vec.Int)
	// Scratch is a variable for a few steps: constants, masks and tables may be read by its register.
	Scratch() *vec.Int
	// SpreadCount makes an integer in memory a number in every lane of a variable, and FirstOf the mask of as many
	// lanes, of so many, as a variable says, for vectors of so many bits.
	SpreadCount(count vec.Place, variable *vec.Value)
	FirstOf(n *vec.Int, lanes, bits int) *vec.Value
}

// Flow is what divides code into blocks.
type Flow interface {
	// Flush ends a block.
	Flush()
	// Forget has what the block has stored be read from memory again, so that code after it is the same whatever stood
	// before.
	Forget()
	// Mark marks a place that branches go to, Branch goes there where a condition holds, and CountDown takes one from a
	// counter and goes there until nothing is left. Blocks must have ended before.
	Mark(label string)
	Branch(c vec.Condition, label string)
	CountDown(count *vec.Int, label string)
	// Variable is a vector that may be written again and lives from block to block until it is released. Adopt makes
	// plain values of variables, which the block that begins there must read.
	Variable() *vec.Value
	Release(variables ...*vec.Value)
	Adopt(variables ...*vec.Value)
	// Enter begins the body of a loop; what it returns ends a round of so many.
	Enter() (round func(trips int))
	// Hoisting is called before a loop over tiles begins. What it returns is called when its body has been written: if
	// that is one block, reads of constants and from a pointer are moved to before the loop. The variables that they
	// are in then are to be released after it.
	Hoisting(from *vec.Int) (hoist func() (variables []*vec.Value))
}

// Operations are the parts that functions are divided into.
type Operations interface {
	// Begin marks what is done once however often the function is interrupted.
	Begin()
	// Operation begins an operation of the plan; it is false where nothing more need be written, as it came to too
	// much.
	Operation(op plan.Op) bool
	// LayerByLayer writes operations, of those that are alike maybe the first few only: the target knows what follows
	// from them, by where buffers lie.
	LayerByLayer(ops []plan.Op, where func(b *plan.Buffer) (room string, at []int), write func(op plan.Op))
	// Layered says that operations which are alike are to have the same code, and Expect how many will be written,
	// where LayerByLayer doesn't say.
	Layered() bool
	Expect(operations int)
}
