package amd64

import (
	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/backpropgen/backpropgen/gen/vec"
)

// A function is lowered step by step as it is written. Where its file keeps programs, the steps are kept as well: what
// is emitted can then be looked at, checked and executed without a processor that has the instructions.

// The variables that a program begins with: where its arguments, the constants and its stack are.
const (
	argumentsParam = "arguments"
	constantsParam = "constants"
	stackParam     = "stack"
)

var paramNames = map[reg.Register]string{
	reg.FramePointer: argumentsParam, reg.StaticBase: constantsParam, reg.StackPointer: stackParam,
}

// keepProgram begins the program of a function.
func (f *function) keepProgram() {
	f.program = &vec.Program{Name: f.fn.Name}
	for _, r := range pseudo {
		f.program.Params = append(f.program.Params, f.int(r))
	}
}

// keep adds steps to the program where it is kept.
func (f *function) keep(steps ...vec.Step) {
	if f.program != nil {
		f.program.Steps = append(f.program.Steps, steps...)
	}
}

// keepNode adds the steps of a node.
func (f *function) keepNode(n *node) {
	if f.program != nil {
		f.keep(n.views...)
		f.keep(n.step)
		f.keep(n.after...)
	}
}

// keepInteger adds an operation on integers.
func (f *function) keepInteger(op vec.IntOp, operands ...operand.Op) {
	if f.program == nil {
		return
	}
	s := &vec.IntStep{Op: op}
	for _, o := range operands {
		s.Operands = append(s.Operands, f.operandOf(o))
	}
	f.keep(s)
}

// mark marks a place that branches go to.
func (f *function) mark(label string) {
	f.keep(&vec.Label{Name: label})
	f.fn.AddLabel(ir.Label(label))
}

// place is a place in memory as the program sees it.
func (f *function) place(r ref) vec.Place {
	p := vec.Place{Base: f.int(r.base), Disp: r.disp}
	if r.index != nil {
		p.Index = f.int(r.index)
	}
	return p
}

// int is the variable that a register holds: one that counts or points, or one for each of the places of constants, of
// arguments and of what is on the stack.
func (f *function) int(r reg.Register) *vec.Int {
	n := int(registerOf(r))
	if f.ints[n] == nil {
		f.ints[n] = &vec.Int{Name: paramNames[r], ID: n + 1}
	}
	return f.ints[n]
}

// memoryPlace is a memory operand as the program sees it.
func (f *function) memoryPlace(m operand.Mem) vec.Place {
	p := vec.Place{Base: f.int(m.Base), Disp: m.Disp}
	if m.Index != nil {
		p.Index, p.Scale = f.int(m.Index), int(m.Scale)
	}
	return p
}

// operandOf is an operand of an operation on integers as the program sees it.
func (f *function) operandOf(o operand.Op) vec.Operand {
	switch o := o.(type) {
	case reg.GPPhysical:
		return vec.Ref(f.int(o))
	case operand.Mem:
		return vec.Word(f.memoryPlace(o))
	case operand.U8:
		return vec.Const(int64(o))
	case operand.U32:
		return vec.Const(int64(o))
	case operand.I32:
		return vec.Const(int64(o))
	}
	f.fail("an operand that no operation on integers has")
	return vec.Const(0)
}
