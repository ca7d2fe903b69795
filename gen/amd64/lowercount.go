package amd64

import (
	"encoding/binary"
	"math"

	"github.com/mmcloughlin/avo/reg"

	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// Vectors and masks that are made of an integer which is known when the code runs.

// SpreadCount makes an argument a number in every lane of a variable.
func (f *writer) SpreadCount(count vec.Place, cell *vec.Value) {
	h := assembly.HomeOf(cell)
	x := vector(h.Reg, 128)
	convert := "VCVTSI2SSQ"
	if f.Machine.Size == 8 {
		convert = "VCVTSI2SDQ"
	}
	f.do("VXORPS", x, x, x)
	n := f.Scratch()
	f.Integer(vec.IntCopy, vec.Word(count), vec.Ref(n))
	number := &vec.Value{Type: cell.Type, ID: f.NextValue()}
	f.Keep(&vec.FromInt{Out: number, From: vec.Ref(n)}, &vec.Set{Var: cell, To: number})
	f.do(convert, reg.RAX, x, x)
	f.do(broadcast(f.Machine.Size, h.Bits), x, vector(h.Reg, h.Bits))
}

// FirstOf is the mask of as many lanes, of so many, as a variable says. What it masks has so many bits in registers.
func (f *writer) FirstOf(part *vec.Int, lanes, bits int) *vec.Value {
	var table []byte
	at := vec.Place{Base: f.Scratch(), Index: part}
	begin := func() {
		f.Integer(vec.IntAddress, vec.Word(f.Constant(f.File.Table(string(table), table))), vec.Ref(at.Base))
	}
	if f.Machine.MaskClass() == assembly.MaskClass {
		for n := range lanes {
			table = binary.LittleEndian.AppendUint16(table, 1<<n-1)
		}
		begin()
		at.Scale = 2
		h := &assembly.Home{Class: assembly.MaskClass, Bits: bits, Reg: 1, Slot: -1, Def: &assembly.Node{}}
		f.do("KMOVW", f.memory(at), opmask(h.Reg))
		f.Block.Adopted = append(f.Block.Adopted, h)
		mask := &vec.Value{Type: vec.Mask(lanes), ID: f.NextValue(), Home: h}
		f.Keep(&vec.LoadMask{Out: mask, At: at})
		return mask
	}
	// As many lanes that are set as there are, then as many that are not: where they change is moved to the end of
	// those that are left.
	for i := range 2 * lanes {
		set := uint64(0)
		if i < lanes {
			set = math.MaxUint64
		}
		table = binary.LittleEndian.AppendUint64(table, set)[:(i+1)*f.Machine.Size]
	}
	mask := f.Cell()
	f.Integer(vec.IntNeg, vec.Ref(part))
	begin()
	at.Scale, at.Disp = f.Machine.Size, lanes*f.Machine.Size
	some := &vec.Value{Type: vec.Vector(f.Machine.Number(), lanes), ID: f.NextValue()}
	whole := &vec.Value{Type: mask.Type, ID: f.NextValue()}
	f.Keep(&vec.Load{Out: some, At: at, N: lanes},
		&vec.Apply{Op: vec.As, Out: whole, Args: []*vec.Value{some}}, &vec.Set{Var: mask, To: whole})
	f.do("VMOVUPS", f.memory(at), vector(assembly.HomeOf(mask).Reg, lanes*f.Machine.Size*8))
	f.Integer(vec.IntNeg, vec.Ref(part))
	f.Adopt(mask)
	return mask
}
