package amd64

import (
	"slices"

	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/backpropgen/backpropgen/gen/amd64/isa"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// Integers that count and that address, and branches.

// intRules are the instructions of operations on integers. Those on registers of 32 bits leave 0 in the upper half.
var intRules = [vec.IntOps]string{
	vec.IntZero:       "XORL", // of a register with itself
	vec.IntSet:        "MOVL", // in memory MOVQ
	vec.IntCopy:       "MOVQ",
	vec.IntCopy4:      "MOVL",
	vec.IntAdd:        "ADDQ",
	vec.IntSub:        "SUBQ",
	vec.IntAnd:        "ANDQ",
	vec.IntNeg:        "NEGQ",
	vec.IntShiftRight: "SHRQ",
	vec.IntMul:        "IMUL3Q",
	vec.IntFlip4:      "XORL",
	vec.IntAddress:    "LEAQ",
	vec.IntCompare:    "CMPQ",
}

// branches are the instructions of branches.
var branches = [vec.Conditions]string{
	vec.Always:         "JMP",
	vec.IfEqual:        "JEQ",
	vec.IfNotEqual:     "JNE",
	vec.IfLess:         "JLT",
	vec.IfLessEqual:    "JLE",
	vec.IfGreater:      "JGT",
	vec.IfGreaterEqual: "JGE",
}

// lowerInt is the instruction of an operation on integers, and its operands.
func lowerInt(op vec.IntOp, operands ...operand.Op) (name string, all []operand.Op) {
	name = intRules[op]
	last := len(operands) - 1
	r, register := operands[last].(reg.GPPhysical)
	switch {
	case op == vec.IntZero:
		return name, []operand.Op{r.As32(), r.As32()}
	case op == vec.IntSet && !register:
		name = intRules[vec.IntCopy]
	case op == vec.IntSet:
		operands[last] = r.As32()
	case op == vec.IntCopy4:
		for i, o := range operands {
			if r, ok := o.(reg.GPPhysical); ok {
				operands[i] = r.As32()
			}
		}
	}
	return name, operands
}

// integer does an operation on integers.
func (f *function) integer(op vec.IntOp, operands ...vec.Operand) {
	if f.program != nil {
		f.keep(&vec.IntStep{Op: op, Operands: slices.Clone(operands)})
	}
	lowered := make([]operand.Op, len(operands))
	for k, o := range operands {
		lowered[k] = f.lowerOperand(op, o)
	}
	f.doInteger(op, lowered...)
}

// doInteger does one that is no step of the program.
func (f *function) doInteger(op vec.IntOp, operands ...operand.Op) {
	name, operands := lowerInt(op, operands...)
	f.do(name, operands...)
}

// lowerOperand is an operand of an operation on integers as avo writes it.
func (f *function) lowerOperand(op vec.IntOp, o vec.Operand) operand.Op {
	switch {
	case o.Int != nil:
		return registerIn(o.Int)
	case o.At != nil:
		return f.memory(*o.At)
	case o.Far:
		return operand.I32(o.Const)
	case op == vec.IntShiftRight, op == vec.IntFlip4, op == vec.IntAnd && o.Const == 1,
		op == vec.IntCompare && o.Const == 0: // the bit of a flag, and its absence, take a byte
		return operand.U8(o.Const)
	}
	return operand.U32(o.Const)
}

// branch goes on at a label.
func (f *function) branch(c vec.Condition, label string) {
	f.keep(&vec.Branch{If: c, To: label})
	f.doBranch(c, label)
}

// doBranch does so in no step of the program.
func (f *function) doBranch(c vec.Condition, label string) {
	f.do(branches[c], operand.LabelRef(label))
}

// countDown takes one from a counter and goes back to a label until nothing is left.
func (f *function) countDown(count *vec.Int, label string) {
	if f.program != nil {
		f.keep(&vec.IntStep{Op: vec.IntSub, Operands: []vec.Operand{vec.Const(1), vec.Ref(count)}})
	}
	f.do("SUBL", operand.U32(1), generalIn(count).As32())
	f.branch(vec.IfNotEqual, label)
}

// leaveFunction returns to the caller, which wants wide registers left clean.
func (f *function) leaveFunction() {
	f.keep(&vec.Return{})
	f.doReturn()
}

// doReturn does so in no step of the program.
func (f *function) doReturn() {
	f.do("VZEROUPPER")
	f.do("RET")
}

// integer adds an operation on integers to code that is rolled up.
func (r *roller) integer(op vec.IntOp, operands ...operand.Op) {
	name, operands := lowerInt(op, operands...)
	r.do(isa.Build(name, operands...))
}

// countDown is that of a function.
func (r *roller) countDown(count reg.GPPhysical, label string) {
	r.do(isa.Build("SUBL", operand.U32(1), count.As32()))
	r.do(isa.Build(branches[vec.IfNotEqual], operand.LabelRef(label)))
}

// isAddress says whether an instruction computes an address, and reads no memory.
func isAddress(i *ir.Instruction) bool { return i.Opcode == intRules[vec.IntAddress] }
