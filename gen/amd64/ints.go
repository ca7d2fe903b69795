package amd64

import (
	"cmp"
	"slices"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/backpropgen/backpropgen/gen/vec"
)

// Which registers the variables of a program have that count and point. A variable has one from when it is asked for
// until it is dropped; none is spilled.

// free are the general registers for addresses and counters. AX is for masks; R14 belongs to the runtime, R15 to
// dynamic linking, BP to the caller.
var free = []reg.GPPhysical{reg.R8, reg.R9, reg.R10, reg.R11, reg.R12, reg.R13}

// areaBase is where the pointer to the area is that a function works in, the workspace or the batch.
var areaBase = reg.RSI

// argumentRegisters are where a function keeps the pointers it was given.
var argumentRegisters = map[string]reg.GPPhysical{
	"p": reg.RDI, "ws": areaBase, "x": reg.RDX, "y": reg.RCX, "grad": reg.RBX,
	"b": areaBase, "xs": reg.RDX, "ys": reg.RCX, "out": reg.RCX, "gxs": reg.RBX,
}

// sweepRegisters are those for the arguments and counters of sweeps, the last one first.
var sweepRegisters = []reg.GPPhysical{
	reg.R13, reg.R12, reg.R11, reg.R10, reg.R9, reg.R8, reg.RBX, reg.RCX, reg.RDX, reg.RSI, reg.RDI,
}

// variableIn is a variable in a register.
func (f *function) variableIn(name string, r reg.Register) *vec.Int {
	f.ints++
	return &vec.Int{Name: name, ID: f.ints, Home: r}
}

// registerIn is the register that a variable is in.
func registerIn(i *vec.Int) reg.Register { return i.Home.(reg.Register) }

// generalIn is the general register that a variable is in.
func generalIn(i *vec.Int) reg.GPPhysical { return i.Home.(reg.GPPhysical) }

// scratch is a variable for a few steps: constants, masks and tables may be read through its register.
func (f *function) scratch() *vec.Int { return f.variableIn("", reg.RAX) }

// lend gives a function general registers to use.
func (f *function) lend(registers ...reg.GPPhysical) {
	f.lent = append(f.lent, registers...)
	f.unused = append(f.unused, registers...)
}

// lendArguments gives it those of arguments that it has not.
func (f *function) lendArguments(names ...string) {
	for _, name := range names {
		f.lend(argumentRegisters[name])
	}
}

// inPlaceOf is a variable in the register of an argument that the function has not.
func (f *function) inPlaceOf(argument string) *vec.Int {
	return f.variableIn("", argumentRegisters[argument])
}

// pointer is a variable in a register that it is the only one to have until it is dropped.
func (f *function) pointer() *vec.Int {
	n := len(f.unused)
	if n == 0 {
		f.fail("no register is left for an address")
		return f.variableIn("", free[0])
	}
	r := f.unused[n-1]
	f.unused = f.unused[:n-1]
	return f.variableIn("", r)
}

// drop gives the register of a variable back.
func (f *function) drop(i *vec.Int) {
	f.unused = append(f.unused, generalIn(i))
	delete(f.roots, generalIn(i))
}

// sortUnused brings the registers that no variable has into an order that does not depend on what was given back when.
func (f *function) sortUnused() {
	slices.SortFunc(f.unused,
		func(x, y reg.GPPhysical) int { return cmp.Compare(x.PhysicalIndex(), y.PhysicalIndex()) })
}

// lea computes an address into a variable.
func (f *function) lea(at vec.Place, to *vec.Int) {
	f.integer(vec.IntAddress, vec.Word(at), vec.Ref(to))
	root := registerIn(at.Base)
	if base, ok := root.(reg.GPPhysical); ok && f.roots[base] != nil {
		root = f.roots[base]
	}
	f.roots[generalIn(to)] = root
}

// word is a new word on the stack, in a line of its own.
func (f *function) word() vec.Place {
	at := vec.Place{Base: f.stackBase, Disp: f.frame}
	f.frame += f.m.widest() / 8
	return at
}

// constant is a place among the constants.
func (f *function) constant(at int) vec.Place { return vec.Place{Base: f.constantBase, Disp: at} }

// memory is a place as avo writes it.
func (f *function) memory(p vec.Place) operand.Mem {
	m := operand.Mem{Base: registerIn(p.Base), Disp: p.Disp}
	switch p.Base {
	case f.argumentBase:
		m.Symbol = operand.Symbol{Name: f.names[p.Disp]}
	case f.constantBase:
		m.Symbol = f.file.data.Symbol
	}
	if p.Index != nil {
		m.Index, m.Scale = registerIn(p.Index), uint8(max(p.Scale, 1))
	}
	return m
}
