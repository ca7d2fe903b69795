package assembly

import (
	"cmp"
	"slices"

	"github.com/backpropgen/backpropgen/gen/vec"
)

// Which registers the variables of a program have that count and point. A variable has one from when it is asked for
// until it is dropped; none is spilled.

// General are the general registers that there are.
func (f *Function) General() *General { return f.Machine.Set.General() }

// variableIn is a variable in a register.
func (f *Function) variableIn(name string, r Register) *vec.Int {
	f.ints++
	return &vec.Int{Name: name, ID: f.ints, Home: r}
}

// registerIn is the register that a variable is in.
func registerIn(i *vec.Int) Register { return i.Home.(Register) }

// Scratch is a variable for a few steps: constants, masks and tables may be read through its register.
func (f *Function) Scratch() *vec.Int { return f.variableIn("", f.General().Scratch) }

// lend gives a function general registers to use.
func (f *Function) lend(registers ...Register) {
	f.Lent = append(f.Lent, registers...)
	f.unused = append(f.unused, registers...)
}

// lendArguments gives it those of arguments that it has not.
func (f *Function) lendArguments(names ...string) {
	for _, name := range names {
		f.lend(f.General().Arguments[name])
	}
}

// inPlaceOf is a variable in the register of an argument that the function has not.
func (f *Function) inPlaceOf(argument string) *vec.Int {
	return f.variableIn("", f.General().Arguments[argument])
}

// Pointer is a variable in a register that it is the only one to have until it is dropped.
func (f *Function) Pointer() *vec.Int {
	n := len(f.unused)
	if n == 0 {
		f.Fail("no register is left for an address")
		return f.variableIn("", f.General().Free[0])
	}
	r := f.unused[n-1]
	f.unused = f.unused[:n-1]
	return f.variableIn("", r)
}

// Drop gives the register of a variable back.
func (f *Function) Drop(i *vec.Int) {
	f.unused = append(f.unused, registerIn(i))
	delete(f.roots, registerIn(i))
}

// sortUnused brings the registers that no variable has into an order that does not depend on what was given back when.
func (f *Function) sortUnused() {
	number := f.General().Number
	slices.SortFunc(f.unused, func(x, y Register) int { return cmp.Compare(number(x), number(y)) })
}

// lea computes an address into a variable.
func (f *Function) lea(at vec.Place, to *vec.Int) {
	f.Integer(vec.IntAddress, vec.Word(at), vec.Ref(to))
	root := registerIn(at.Base)
	if above := f.roots[root]; above != nil {
		root = above
	}
	f.roots[registerIn(to)] = root
}

// word is a new word on the stack, in a line of its own.
func (f *Function) word() vec.Place {
	at := vec.Place{Base: f.stackBase, Disp: f.Frame}
	f.Frame += f.Machine.Widest() / 8
	return at
}

// Constant is a place among the constants.
func (f *Function) Constant(at int) vec.Place { return vec.Place{Base: f.ConstantBase, Disp: at} }
