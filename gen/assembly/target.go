package assembly

import (
	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// InstructionSet is a set of instructions, of a processor at a level. Two that are equal are the same.
type InstructionSet interface {
	// String ends the names of functions.
	String() string
	// Widest is the number of bits of a vector register, Registers how many there are, and MaskClass says which hold
	// masks.
	Widest() int
	Registers() int
	MaskClass() Class
	// SpreadsMemory says whether an instruction that computes can read one number from memory into every lane.
	SpreadsMemory() bool
	// Stream is how many bytes a store to a large array has, FirstCache the size of the first cache, and LineCycles how
	// long a line takes to come when a function goes over so many bytes in every call.
	Stream() int
	FirstCache() int
	// Chains, Beside, Separate and ByLane are those of kernel.Machine.
	Chains() int
	Beside() int
	Separate() bool
	ByLane() bool
	LineCycles(bytes int) int
	// Lowering is the instruction that an operation on lanes of a type is, nil where it takes several.
	Lowering(op vec.Op, elem vec.Elem) Instruction
	// General are the general registers.
	General() *General
	// Target writes the code of a function.
	Target(f *Function) Target
}

// Instruction is one that an operation is.
type Instruction interface {
	// Name is that in registers of so many bits, empty where there is none.
	Name(bits int) string
}

// Operand is an operand of an instruction, and Register one that is a register; equal ones are the same.
type (
	Operand  interface{ Asm() string }
	Register = Operand
)

// Line is a line of the code of a function, as its target has it.
type Line any

// General are the general registers that functions have.
type General struct {
	// Free are those for addresses and counters, and Arguments those that a function keeps pointers in which it was
	// given, by their names; Area is that of the area which it works in, the workspace or the batch.
	Free      []Register
	Arguments map[string]Register
	Area      Register
	// Swept are those for the arguments and counters of sweeps, the last one first.
	Swept []Register
	// Scratch is for a few steps, and Second for a few where pauses begin and end, when nothing else is held.
	Scratch, Second Register
	// Frame, Stack and Static are where arguments, the stack and constants are.
	Frame, Stack, Static Register
	// Number gives registers an order.
	Number func(r Register) int
}

// Target writes the instructions of a function. What it is given is in registers already, or on its way there: values
// have what the allocator gave them.
type Target interface {
	// Lower notes what the instruction of an operation needs in registers of so many bits, and Immediate its immediate
	// operand once the operation has its constant or its predicate.
	Lower(n *Node, bits int)
	Immediate(n *Node)

	// Arrange may bring the nodes of a finished block into another order, in which each comes after what it reads.
	Arrange(b *Block)
	// WriteNode writes a node, and WriteLoad one that reads memory. WriteLiteral and WriteTail bring a constant and a
	// mask of the first lanes to the register of a value, WriteSpill and WriteFill move a value to its place on the
	// stack and back, and WriteMove stores or loads a whole register.
	WriteNode(a *Allocator, b *Block, n *Node)
	WriteLoad(a *Allocator, n *Node)
	WriteLiteral(v *Home)
	WriteTail(v *Home)
	WriteSpill(v *Home)
	WriteFill(v *Home)
	WriteMove(register int, at vec.Place, store bool)
	// SpreadCount and FirstOf are those of the builder.
	SpreadCount(count vec.Place, variable *vec.Value)
	FirstOf(n *vec.Int, lanes, bits int) *vec.Value

	// Operand is an operand of an operation on integers, and InMemory says whether one is in memory.
	Operand(op vec.IntOp, o vec.Operand) Operand
	InMemory(o Operand) bool
	WriteInt(op vec.IntOp, operands ...Operand)
	// WriteCountDown takes one from a counter, so that a branch can ask whether anything is left.
	WriteCountDown(count Register)
	WriteBranch(c vec.Condition, label string)
	WriteLabel(label string)
	WriteComment(text string)
	WriteReturn()

	// Latency is after how many cycles the result of a node can be read. BeginBlock begins to count the cycles of a
	// block of so many nodes, whose variables take so long from their old values to their new ones, and which takes so
	// long from its first step to its last; EndBlock is how many cycles it takes in all.
	Latency(n *Node) float64
	BeginBlock(nodes int, variables, all float64)
	EndBlock() float64

	// DropDeadStores removes from a finished function stores to rows of the tile that nothing reads.
	DropDeadStores(lay *kernel.TileLayout)
	// DropDeadScratch removes from a finished function of one sample stores to scratch of the workspace that nothing
	// reads.
	DropDeadScratch(l kernel.Layout)
}
