package cores

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// effect is what an instruction does to general registers: what it does to one, and with which number.
type effect struct {
	does  doing
	to    register
	takes source
	from  register // that takes is
	value int64    // a constant, or what a product is multiplied by
	place address
	// argument is the name of the argument that is read, which is an integer where the function is given one of that
	// name; otherwise says that it is 0 where it is not.
	argument  string
	otherwise bool
}

// doing is what is done to a register.
type doing uint8

const (
	nothing doing = iota
	set
	add
	subtract
	mask
	negate
	multiply
	count   // subtracts and compares with 0
	compare // with a constant, and changes nothing
)

// flags says whether it leaves behind how its result compares with 0, or how a register does with a constant.
func (d doing) flags() bool { return d != nothing && d != set && d != multiply }

// when is the outcome of a comparison at which an instruction jumps.
type when uint8

const (
	_ when = iota // it does not
	always
	equal
	unequal
	less
	notLess
	greater
)

// jumps are the outcomes at which instructions jump. JLE is not among them: only pauses have it.
var jumps = map[string]when{
	"JMP": always, "JEQ": equal, "JNE": unequal, "JLT": less, "JGE": notLess, "JGT": greater,
}

// holds says whether an outcome is that of a comparison with a number, by what that number is less.
func (w when) holds(difference int64) bool {
	switch w {
	case always:
		return true
	case equal:
		return difference == 0
	case unequal:
		return difference != 0
	case less:
		return difference < 0
	case notLess:
		return difference >= 0
	case greater:
		return difference > 0
	}
	return false
}

// source is where the number comes from.
type source uint8

const (
	aConstant source = iota
	aRegister
	anAddress
	anArgument
)

// computes finds the effect of an instruction. Vectors have no values, and pointers are set where a function begins.
// MOVL reads the turn, which is upwards: 0.
func (i *modelled) computes() (e effect) {
	switch {
	case i.vector:
		return e
	case i.opcode == "NEGQ":
		return effect{does: negate, to: registerOf(i.operands[0].(reg.Register))}
	case i.opcode == "IMUL3Q":
		from, to := i.operands[1].(reg.Register), i.operands[2].(reg.Register)
		return effect{does: multiply, to: registerOf(to), takes: aRegister, from: registerOf(from),
			value: int64(i.operands[0].(operand.U32))}
	case len(i.operands) != 2:
		return e
	}
	switch o := i.operands[0].(type) {
	case operand.U32:
		e.value = int64(o)
	case operand.U8:
		e.value = int64(o)
	case operand.I32:
		e.value = int64(o)
	case reg.Register:
		e.takes, e.from = aRegister, registerOf(o)
	case operand.Mem:
		switch {
		case i.opcode == "LEAQ":
			e.takes, e.place = anAddress, addressOf(o)
		case o.Base == reg.StackPointer:
			e.takes, e.from = aRegister, i.slot
		case o.Symbol.Name != "":
			e.takes, e.argument, e.otherwise = anArgument, o.Symbol.Name, i.opcode == "MOVL"
		case i.opcode != "MOVL":
			return e
		}
	}
	if i.store && i.slot > 0 {
		e.does, e.to = set, i.slot
		return e
	}
	if i.opcode == "CMPQ" {
		from, ok := i.operands[0].(reg.Register)
		if !ok {
			return effect{}
		}
		e = effect{does: compare, to: registerOf(from)}
		switch end := i.operands[1].(type) {
		case operand.U32:
			e.value = int64(end)
		case operand.U8:
			e.value = int64(end)
		default:
			return effect{}
		}
		return e
	}
	if to, ok := i.operands[1].(reg.Register); ok {
		e.does, e.to = does[i.opcode], registerOf(to)
	}
	if i.opcode == "XORL" { // of a register with itself
		e.takes, e.value = aConstant, 0
	}
	return e
}

// does is what instructions do to the register that is their last operand.
var does = map[string]doing{
	"MOVL": set, "MOVQ": set, "LEAQ": set, "XORL": set, "ADDQ": add, "ANDQ": mask, "SUBQ": subtract, "SUBL": count,
}
