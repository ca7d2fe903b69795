package amd64

import (
	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

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

// WriteInt writes an operation on integers.
func (f *writer) WriteInt(op vec.IntOp, operands ...assembly.Operand) {
	all := make([]operand.Op, len(operands))
	for i, o := range operands {
		all[i] = o
	}
	name, all := lowerInt(op, all...)
	f.do(name, all...)
}

// Operand is an operand of an operation on integers as avo writes it.
func (f *writer) Operand(op vec.IntOp, o vec.Operand) assembly.Operand { return f.lowerOperand(op, o) }

// InMemory says whether an operand is in memory.
func (f *writer) InMemory(o assembly.Operand) bool {
	_, ok := o.(operand.Mem)
	return ok
}

// lowerOperand is an operand of an operation on integers as avo writes it.
func (f *writer) lowerOperand(op vec.IntOp, o vec.Operand) operand.Op {
	switch {
	case o.Int != nil:
		return avoIn(o.Int)
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

// WriteBranch goes on at a label.
func (f *writer) WriteBranch(c vec.Condition, label string) {
	f.do(branches[c], operand.LabelRef(label))
}

// WriteCountDown takes one from a counter.
func (f *writer) WriteCountDown(count assembly.Register) {
	f.do("SUBL", operand.U32(1), count.(reg.GPPhysical).As32())
}

// WriteLabel and WriteComment write lines that are no instructions.
func (f *writer) WriteLabel(label string)  { f.Nodes = append(f.Nodes, ir.Label(label)) }
func (f *writer) WriteComment(text string) { f.Nodes = append(f.Nodes, ir.NewComment(text)) }

// WriteReturn returns to the caller, which wants wide registers left clean.
func (f *writer) WriteReturn() {
	f.do("VZEROUPPER")
	f.do("RET")
}

// isAddress says whether an instruction computes an address, and reads no memory.
func isAddress(i *ir.Instruction) bool { return i.Opcode == intRules[vec.IntAddress] }
