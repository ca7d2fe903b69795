package neon

import (
	"fmt"

	"github.com/backpropgen/backpropgen/gen/arm64/isa"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// Integers that count and that address, and branches.

// Integer is an operand of an operation on integers: a general register, a constant, or what is in memory.
type Integer struct {
	Kind     IntegerKind
	Register int
	Const    int
	At       Address
}

// IntegerKind says where an integer is.
type IntegerKind uint8

// The kinds of operands.
const (
	InRegister IntegerKind = iota
	InConstant
	InMemory
)

// Branches are the instructions of branches, by their condition: how the last operation on integers that compares
// came out.
var Branches = [vec.Conditions]string{
	vec.Always:         "b",
	vec.IfEqual:        "b.eq",
	vec.IfNotEqual:     "b.ne",
	vec.IfLess:         "b.lt",
	vec.IfLessEqual:    "b.le",
	vec.IfGreater:      "b.gt",
	vec.IfGreaterEqual: "b.ge",
}

// Branch goes on at a label where a condition holds.
func (w *Writer) Branch(c vec.Condition, label string) {
	w.Do(Branches[c], 0)
	if w.err == nil {
		w.Instructions[len(w.Instructions)-1].Label = label
	}
}

// Int writes an operation on integers, whose last operand is written. Where asked says that a branch follows which asks
// how the result stands to 0, that is known afterwards. It may use the two free registers.
func (w *Writer) Int(op vec.IntOp, asked bool, operands ...Integer) {
	last := len(operands) - 1
	to := operands[last]
	if to.Kind == InConstant && op != vec.IntCompare {
		w.fail(fmt.Errorf("%v writes a constant", op))
		return
	}
	four := op == vec.IntCopy4 || op == vec.IntFlip4
	// The result is computed in its register, or in one that is stored then.
	result := to.Register
	if to.Kind == InMemory {
		result = w.Second
	}
	switch op {
	case vec.IntZero:
		w.Do("mov.x", result, zeroRegister)
	case vec.IntSet:
		w.Number(operands[0].Const, result)
	case vec.IntCopy, vec.IntCopy4:
		switch from := operands[0]; {
		case from.Kind == InMemory:
			w.loadInteger(result, from.At, four)
		case from.Kind == InConstant:
			w.Number(from.Const, result)
		case four: // the upper half is 0
			w.Do("eor.w", result, from.Register, zeroRegister)
		case from.Register != result:
			w.Do("mov.x", result, from.Register)
		}
	case vec.IntAddress:
		w.address(result, operands[0].At)
	case vec.IntMul:
		x := w.value(operands[1], w.Second, false)
		w.Number(operands[0].Const, w.Free)
		w.Do("madd", result, x, w.Free, zeroRegister)
	case vec.IntNeg:
		x := w.value(to, w.Second, false)
		w.Do(flagged("sub", asked), append([]int{result, zeroRegister, x}, unshifted(asked)...)...)
	case vec.IntShiftRight:
		x := w.value(to, w.Second, false)
		w.Do("lsr", result, x, operands[0].Const)
		if asked {
			w.Do("ands.x", zeroRegister, result, result)
		}
	case vec.IntFlip4:
		x := w.value(to, w.Second, true)
		w.Do("eor.w", result, x, w.value(operands[0], w.Free, true))
	case vec.IntCompare:
		w.compare(operands[0], operands[1])
		return
	default:
		w.combine(op, asked, operands[0], to, result)
	}
	if to.Kind == InMemory {
		w.storeInteger(w.Second, to.At, four)
	}
}

// zeroRegister is the register that is 0, of operands that are numbers.
const zeroRegister = isa.Zero

// flagged is the form of an addition or subtraction of registers, and unshifted the operand that it has besides.
func flagged(name string, asked bool) string {
	if asked {
		return name + "s"
	}
	return name
}

func unshifted(asked bool) []int {
	if asked {
		return nil
	}
	return []int{0}
}

// combine is y += x, y -= x or y &= x.
func (w *Writer) combine(op vec.IntOp, asked bool, from, to Integer, result int) {
	y := w.value(to, w.Second, false)
	name := map[vec.IntOp]string{vec.IntAdd: "add", vec.IntSub: "sub", vec.IntAnd: "and"}[op]
	if name == "" {
		w.fail(fmt.Errorf("%v is no operation on integers", op))
		return
	}
	n := from.Const
	switch {
	case from.Kind == InConstant && op != vec.IntAnd:
		if n < 0 { // what is added is taken away, and the other way round
			name, n = map[string]string{"add": "sub", "sub": "add"}[name], -n
		}
		if n < 4096 {
			w.Do(flagged(name, asked)+".imm", result, y, n)
			return
		}
	case from.Kind == InConstant && isa.Maskable(n):
		w.Do(flagged(name, asked)+".imm", result, y, n)
		return
	}
	x := w.value(Integer{Kind: from.Kind, Register: from.Register, Const: n, At: from.At}, w.Free, false)
	switch {
	case op == vec.IntAnd:
		w.Do(flagged(name, asked)+".x", result, y, x)
	default:
		w.Do(flagged(name, asked), append([]int{result, y, x}, unshifted(asked)...)...)
	}
}

// compare compares two integers.
func (w *Writer) compare(x, y Integer) {
	a := w.value(x, w.Second, false)
	if y.Kind == InConstant && y.Const >= 0 && y.Const < 4096 {
		w.Do("cmp.imm", a, y.Const)
		return
	}
	w.Do("cmp", a, w.value(y, w.Free, false))
}

// value is the register that an operand is in, one that it is brought to where it is in none.
func (w *Writer) value(o Integer, to int, four bool) int {
	switch o.Kind {
	case InConstant:
		w.Number(o.Const, to)
		return to
	case InMemory:
		w.loadInteger(to, o.At, four)
		return to
	}
	return o.Register
}

// loadInteger and storeInteger move 8 or 4 bytes between memory and a general register.
func (w *Writer) loadInteger(to int, at Address, four bool)    { w.integer("ldr.", to, at, four) }
func (w *Writer) storeInteger(from int, at Address, four bool) { w.integer("str.", from, at, four) }

func (w *Writer) integer(what string, register int, at Address, four bool) {
	of, bytes := "x", 8
	if four {
		of, bytes = "w", 4
	}
	near := w.near(at, bytes)
	if near.Disp < 0 || near.Disp%bytes != 0 { // there is no form with a sign
		near = Address{Base: w.At(near), Index: NoIndex}
	}
	w.Do(what+of, register, near.Base, near.Disp)
}

// address brings the address of a place to a register.
func (w *Writer) address(to int, at Address) {
	switch {
	case at.Index == NoIndex && at.Disp == 0:
		w.Do("add.imm", to, at.Base, 0)
	case at.Index == NoIndex && at.Disp > 0 && at.Disp < 4096:
		w.Do("add.imm", to, at.Base, at.Disp)
	case at.Index == NoIndex && at.Disp < 0 && at.Disp > -4096:
		w.Do("sub.imm", to, at.Base, -at.Disp)
	case at.Disp == 0:
		w.Add(to, at.Base, at.Index, at.Scale)
	default:
		free := w.Free
		if to != at.Base && (at.Index == NoIndex || to != at.Index) {
			w.Free = to // it is written anyway
		}
		from := w.At(at)
		w.Free = free
		if from != to {
			w.Do("mov.x", to, from)
		}
	}
}
