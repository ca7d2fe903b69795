package amd64

import (
	"github.com/mmcloughlin/avo/ir"

	"github.com/backpropgen/backpropgen/gen/vec"
)

// A function is lowered step by step as it is written. Where its file keeps programs, the steps are kept as well: what
// is emitted can then be looked at, checked and executed without a processor that has the instructions. The program of
// a function that pauses is what all of its calls do together, so that no step of it pauses; that of one that is rolled
// up has all layers one after the other, as they are written then.

// The variables that a program begins with: where its arguments, the constants and its stack are.
const (
	argumentsParam = "arguments"
	constantsParam = "constants"
	stackParam     = "stack"
)

// keepProgram begins the program of a function.
func (f *function) keepProgram() {
	f.program = &vec.Program{Name: f.fn.Name, Params: []*vec.Int{f.argumentBase, f.stackBase, f.constantBase}}
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

// mark marks a place that branches go to.
func (f *function) mark(label string) {
	f.keep(&vec.Label{Name: label})
	f.doMark(label)
}

// doMark marks a place of the code that is none of the program.
func (f *function) doMark(label string) { f.fn.AddLabel(ir.Label(label)) }
