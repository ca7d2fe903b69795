package assembly

import (
	"slices"

	"github.com/backpropgen/backpropgen/gen/vec"
)

// Integers that count and that address, and branches.

// Integer does an operation on integers.
func (f *Function) Integer(op vec.IntOp, operands ...vec.Operand) {
	if f.Program != nil {
		f.Keep(&vec.IntStep{Op: op, Operands: slices.Clone(operands)})
	}
	lowered := make([]Operand, len(operands))
	for k, o := range operands {
		lowered[k] = f.Target.Operand(op, o)
	}
	f.doInteger(op, lowered...)
}

// doInteger does one that is no step of the program.
func (f *Function) doInteger(op vec.IntOp, operands ...Operand) { f.Target.WriteInt(op, operands...) }

// Branch goes on at a label.
func (f *Function) Branch(c vec.Condition, label string) {
	f.Keep(&vec.Branch{If: c, To: label})
	f.doBranch(c, label)
}

// doBranch does so in no step of the program.
func (f *Function) doBranch(c vec.Condition, label string) { f.Target.WriteBranch(c, label) }

// countDown takes one from a counter and goes back to a label until nothing is left.
func (f *Function) countDown(count *vec.Int, label string) {
	if f.Program != nil {
		f.Keep(&vec.IntStep{Op: vec.IntSub, Operands: []vec.Operand{vec.Const(1), vec.Ref(count)}})
	}
	f.Target.WriteCountDown(registerIn(count))
	f.Branch(vec.IfNotEqual, label)
}

// leaveFunction returns to the caller.
func (f *Function) leaveFunction() {
	f.Keep(&vec.Return{})
	f.Target.WriteReturn()
}
