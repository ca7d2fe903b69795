package assembly

import "github.com/backpropgen/backpropgen/gen/vec"

// A function is lowered step by step as it is written. Where its file keeps programs, the steps are kept as well: what
// is emitted can then be looked at, checked and executed without a processor that has the instructions. The program of
// a function that pauses is what all of its calls do together, so that no step of it pauses; that of one that is rolled
// up has all layers one after the other, as they are written then.

// The variables that a program begins with: where its arguments, the constants and its stack are.
const (
	ArgumentsParam = "arguments"
	ConstantsParam = "constants"
	StackParam     = "stack"
)

// keepProgram begins the program of a function.
func (f *Function) keepProgram() {
	f.Program = &vec.Program{Name: f.Name, Params: []*vec.Int{f.ArgumentBase, f.stackBase, f.ConstantBase}}
}

// Keep adds steps to the program where it is kept.
func (f *Function) Keep(steps ...vec.Step) {
	if f.Program != nil {
		f.Program.Steps = append(f.Program.Steps, steps...)
	}
}

// keepNode adds the steps of a node.
func (f *Function) keepNode(n *Node) {
	if f.Program != nil {
		f.Keep(n.views...)
		f.Keep(n.Step)
		f.Keep(n.after...)
	}
}

// Mark marks a place that branches go to.
func (f *Function) Mark(label string) {
	f.Keep(&vec.Label{Name: label})
	f.doMark(label)
}

// doMark marks a place of the code that is none of the program.
func (f *Function) doMark(label string) { f.Target.WriteLabel(label) }
