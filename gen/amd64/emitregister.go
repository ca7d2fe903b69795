package amd64

import (
	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/backpropgen/backpropgen/gen/amd64/isa"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// Registers as instructions see them, and what comes into them.

// stack is where a value was spilled to.
func stack(v *assembly.Home) operand.Op { return operand.NewStackAddr(v.Slot) }

// WriteSpill and WriteFill move a value to its place on the stack and back.
func (f *writer) WriteSpill(v *assembly.Home) {
	if v.Class == assembly.MaskClass {
		f.do("KMOVW", opmask(v.Reg), stack(v))
	} else {
		f.do("VMOVUPS", vector(v.Reg, v.Bits), stack(v))
	}
}

func (f *writer) WriteFill(v *assembly.Home) {
	if v.Class == assembly.MaskClass {
		f.do("KMOVW", stack(v), opmask(v.Reg))
	} else {
		f.do("VMOVUPS", stack(v), vector(v.Reg, v.Bits))
	}
}

// WriteMove moves a whole register to memory, or from there.
func (f *writer) WriteMove(register int, at vec.Place, store bool) {
	if x := vector(register, f.Machine.Widest()); store {
		f.do("VMOVUPS", x, f.memory(at))
	} else {
		f.do("VMOVUPS", f.memory(at), x)
	}
}

// WriteLiteral loads a constant into the register of its value.
func (f *writer) WriteLiteral(v *assembly.Home) {
	n := v.Def
	switch {
	case n.IsZero:
		f.do("VXORPS", vector(v.Reg, 128), vector(v.Reg, 128), vector(v.Reg, 128))
	case n.N > 1 || f.level == isa.AVX2:
		f.do("VMOVUPS", f.memory(n.Mem), vector(v.Reg, v.Bits))
	default:
		f.do(broadcast(n.Size, v.Bits), f.memory(n.Mem), vector(v.Reg, v.Bits))
	}
}

// WriteTail loads a mask.
func (f *writer) WriteTail(v *assembly.Home) {
	f.do("MOVL", operand.U32(1<<v.Def.N-1), reg.EAX)
	f.do("KMOVW", reg.EAX, opmask(v.Reg))
}

// operand is a value's register as an instruction of some width sees it.
func (e emitter) operand(v *assembly.Home, bits int) operand.Op {
	if v.Class == assembly.MaskClass {
		return opmask(v.Reg)
	}
	return vector(v.Reg, bits)
}

// place gives the result of a node a register.
func (e emitter) place(n *assembly.Node) operand.Op {
	bits := n.Bits
	if n.Wide != 0 {
		bits = n.Wide
	}
	e.Allocator.Place(n)
	return e.operand(n.Out, bits)
}

// overwrite gives the register of a value to the result.
func (e emitter) overwrite(n *assembly.Node, v *assembly.Home) operand.Op {
	if !v.Cell && !n.Out.Cell {
		e.Hand(v, n)
	} else if v.Reg != n.Out.Reg {
		e.f.do("VMOVAPS", e.operand(v, n.Bits), e.operand(n.Out, n.Bits))
	}
	return e.operand(n.Out, n.Bits)
}

// placeApart gives the result a register that none of the sources has.
func (e emitter) placeApart(n *assembly.Node) operand.Op {
	e.Allocator.PlaceApart(n)
	return e.operand(n.Out, n.Bits)
}
