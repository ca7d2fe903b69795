package amd64

import (
	"encoding/binary"
	"math"

	"github.com/mmcloughlin/avo/reg"

	"github.com/backpropgen/backpropgen/gen/vec"
)

// Vectors and masks that are made of an integer which is known when the code runs.

// spreadCount makes an argument a number in every lane of a variable.
func (f *function) spreadCount(count vec.Place, cell *vec.Value) {
	h := homeOf(cell)
	x := vector(h.reg, 128)
	convert := "VCVTSI2SSQ"
	if f.m.size == 8 {
		convert = "VCVTSI2SDQ"
	}
	f.do("VXORPS", x, x, x)
	n := f.scratch()
	f.integer(vec.IntCopy, vec.Word(count), vec.Ref(n))
	number := &vec.Value{Type: cell.Type, ID: f.number()}
	f.keep(&vec.FromInt{Out: number, From: vec.Ref(n)}, &vec.Set{Var: cell, To: number})
	f.do(convert, reg.RAX, x, x)
	f.do(broadcast(f.m.size, h.bits), x, vector(h.reg, h.bits))
}

// firstOf is the mask of as many lanes, of so many, as a variable says. What it masks has so many bits in registers.
func (f *function) firstOf(part *vec.Int, lanes, bits int) *vec.Value {
	var table []byte
	at := vec.Place{Base: f.scratch(), Index: part}
	begin := func() {
		f.integer(vec.IntAddress, vec.Word(f.constant(f.file.table(string(table), table))), vec.Ref(at.Base))
	}
	if f.m.maskClass() == maskClass {
		for n := range lanes {
			table = binary.LittleEndian.AppendUint16(table, 1<<n-1)
		}
		begin()
		at.Scale = 2
		h := &home{class: maskClass, bits: bits, reg: 1, slot: -1, def: &node{}}
		f.do("KMOVW", f.memory(at), opmask(h.reg))
		f.block.adopted = append(f.block.adopted, h)
		mask := &vec.Value{Type: vec.Mask(lanes), ID: f.number(), Home: h}
		f.keep(&vec.LoadMask{Out: mask, At: at})
		return mask
	}
	// As many lanes that are set as there are, then as many that are not: where they change is moved to the end of
	// those that are left.
	for i := range 2 * lanes {
		set := uint64(0)
		if i < lanes {
			set = math.MaxUint64
		}
		table = binary.LittleEndian.AppendUint64(table, set)[:(i+1)*f.m.size]
	}
	mask := f.cell()
	f.integer(vec.IntNeg, vec.Ref(part))
	begin()
	at.Scale, at.Disp = f.m.size, lanes*f.m.size
	some := &vec.Value{Type: vec.Vector(f.m.number(), lanes), ID: f.number()}
	whole := &vec.Value{Type: mask.Type, ID: f.number()}
	f.keep(&vec.Load{Out: some, At: at, N: lanes},
		&vec.Apply{Op: vec.As, Out: whole, Args: []*vec.Value{some}}, &vec.Set{Var: mask, To: whole})
	f.do("VMOVUPS", f.memory(at), vector(homeOf(mask).reg, lanes*f.m.size*8))
	f.integer(vec.IntNeg, vec.Ref(part))
	f.adopt(mask)
	return mask
}
