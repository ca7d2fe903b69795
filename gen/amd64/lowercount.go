package amd64

import (
	"encoding/binary"
	"math"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/backpropgen/backpropgen/gen/vec"
)

// Vectors and masks that are made of an integer which is known when the code runs.

// spreadCount makes an argument a number in every lane of a variable.
func (f *function) spreadCount(count ref, cell *vec.Value) {
	h := homeOf(cell)
	x := vector(h.reg, 128)
	convert := "VCVTSI2SSQ"
	if f.m.size == 8 {
		convert = "VCVTSI2SDQ"
	}
	f.do("VXORPS", x, x, x)
	f.integer(vec.IntCopy, count.mem(), reg.RAX)
	number := &vec.Value{Type: cell.Type, ID: f.number()}
	f.keep(&vec.FromInt{Out: number, From: f.operandOf(reg.RAX)}, &vec.Set{Var: cell, To: number})
	f.do(convert, reg.RAX, x, x)
	f.do(broadcast(f.m.size, h.bits), x, vector(h.reg, h.bits))
}

// firstOf is the mask of as many lanes as a register says.
func (w *sweeper) firstOf(part reg.GPPhysical) *vec.Value {
	var table []byte
	at := operand.Mem{Base: reg.RAX, Index: part}
	if w.f.m.maskClass() == maskClass {
		for n := range w.lanes {
			table = binary.LittleEndian.AppendUint16(table, 1<<n-1)
		}
		w.f.integer(vec.IntAddress, w.f.file.table(string(table), table).mem(), reg.RAX)
		at.Scale = 2
		h := &home{class: maskClass, bits: w.bits, reg: 1, slot: -1, def: &node{}}
		w.f.do("KMOVW", at, opmask(h.reg))
		w.f.code.adopted = append(w.f.code.adopted, h)
		mask := &vec.Value{Type: vec.Mask(w.lanes), ID: w.f.number(), Home: h}
		w.f.keep(&vec.LoadMask{Out: mask, At: w.f.memoryPlace(at)})
		return mask
	}
	// As many lanes that are set as there are, then as many that are not: where they change is moved to the end of
	// those that are left.
	for i := range 2 * w.lanes {
		set := uint64(0)
		if i < w.lanes {
			set = math.MaxUint64
		}
		table = binary.LittleEndian.AppendUint64(table, set)[:(i+1)*w.f.m.size]
	}
	mask := w.f.cell()
	w.f.integer(vec.IntNeg, part)
	w.f.integer(vec.IntAddress, w.f.file.table(string(table), table).mem(), reg.RAX)
	at.Scale, at.Disp = uint8(w.f.m.size), w.lanes*w.f.m.size
	some := &vec.Value{Type: vec.Vector(w.f.m.number(), w.lanes), ID: w.f.number()}
	whole := &vec.Value{Type: mask.Type, ID: w.f.number()}
	w.f.keep(&vec.Load{Out: some, At: w.f.memoryPlace(at), N: w.lanes},
		&vec.Apply{Op: vec.As, Out: whole, Args: []*vec.Value{some}}, &vec.Set{Var: mask, To: whole})
	w.f.do("VMOVUPS", at, vector(homeOf(mask).reg, w.bits*w.f.m.size/w.wide.size))
	w.f.integer(vec.IntNeg, part)
	w.f.adopt(mask)
	return mask
}
