package amd64

import (
	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/backpropgen/backpropgen/gen/amd64/isa"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// WriteLoad emits the moves that read n numbers.
func (f *writer) WriteLoad(a *assembly.Allocator, n *assembly.Node) { emitter{a, f}.load(n) }

func (e emitter) load(n *assembly.Node) {
	bytes := n.N * n.Size
	if n.Kind == assembly.Splat {
		if n.N > 1 {
			e.f.do(e.tiling(bytes, n.Bits), e.f.memory(n.Mem), e.place(n))
			return
		}
		if n.Size == 8 && n.Bits == 128 {
			e.f.do("VMOVDDUP", e.f.memory(n.Mem), e.place(n))
			return
		}
		e.f.do(broadcast(n.Size, n.Bits), e.f.memory(n.Mem), e.place(n))
		return
	}
	whole := assembly.WidthOf(bytes)
	switch {
	case n.Mask != nil && e.f.level == isa.AVX512:
		e.Ensure(n.Mask)
		e.place(n)
		e.f.do("VMOVUP"+suffixOf(n.Size)+"_Z", e.f.memory(n.Mem), e.operand(n.Mask, n.Bits), vector(n.Out.Reg, whole))
	case n.Mask != nil:
		e.Ensure(n.Mask)
		mask := vector(n.Mask.Reg, whole)
		e.place(n)
		e.f.do("VMASKMOVP"+suffixOf(n.Size), e.f.memory(n.Mem), mask, vector(n.Out.Reg, whole))
	case whole == 256 && bytes < 32:
		e.place(n)
		e.f.do("VMOVUPS", e.f.memory(n.Mem), vector(n.Out.Reg, 128))
		high := e.Spare()
		e.quad(n.Mem.Plus(16), bytes-16, high)
		e.f.do(e.insert(), operand.U8(1), vector(high, 128), vector(n.Out.Reg, 256), vector(n.Out.Reg, 256))
		e.GiveBack(high)
	case whole == 128:
		e.place(n)
		e.quad(n.Mem, bytes, n.Out.Reg)
	default:
		e.place(n)
		e.f.do("VMOVUPS", e.f.memory(n.Mem), vector(n.Out.Reg, whole))
	}
}

// tiling is the opcode that fills a register with so many bytes over and over.
func (e emitter) tiling(bytes, bits int) string {
	switch {
	case bytes == 8:
		return broadcast(8, bits)
	case bytes == 32:
		return "VBROADCASTF64X4"
	case e.f.level == isa.AVX512:
		return "VBROADCASTF32X4"
	}
	return "VBROADCASTF128"
}

// quad loads 4 to 16 bytes into a register, with 0 above.
func (e emitter) quad(at vec.Place, bytes, to int) {
	x := vector(to, 128)
	switch bytes {
	case 4:
		e.f.do("VMOVSS", e.f.memory(at), x)
	case 8:
		e.f.do("VMOVSD", e.f.memory(at), x)
	case 12:
		e.f.do("VMOVSD", e.f.memory(at), x)
		e.f.do("VINSERTPS", operand.U8(0x20), e.f.memory(at.Plus(8)), x, x)
	default:
		e.f.do("VMOVUPS", e.f.memory(at), x)
	}
}

func (e emitter) insert() string {
	if e.f.level == isa.AVX512 {
		return "VINSERTF32X4"
	}
	return "VINSERTF128"
}

func (e emitter) extract() string {
	if e.f.level == isa.AVX512 {
		return "VEXTRACTF32X4"
	}
	return "VEXTRACTF128"
}

// store emits the moves that write n numbers: pieces of 32, 16, 8 and 4 bytes, or one with a mask at AVX-512 where
// those would be many, and where the number is known at run time only; at AVX2 masked stores are slow.
func (e emitter) store(n *assembly.Node) {
	v := n.In[0]
	e.Ensure(v)
	bytes := n.N * n.Size
	whole := assembly.WidthOf(bytes)
	switch {
	case n.Mask != nil && e.f.level == isa.AVX512:
		e.Ensure(n.Mask)
		e.f.do("VMOVUP"+suffixOf(n.Size), vector(v.Reg, whole), e.operand(n.Mask, n.Bits), e.f.memory(n.Mem))
		return
	case n.Mask != nil:
		e.Ensure(n.Mask)
		e.f.do("VMASKMOVP"+suffixOf(n.Size), vector(v.Reg, whole), vector(n.Mask.Reg, whole), e.f.memory(n.Mem))
		return
	}
	from, at, high := v.Reg, n.Mem, -1
	if whole == 256 && bytes < 32 {
		e.f.do("VMOVUPS", vector(from, 128), e.f.memory(at))
		at, bytes = at.Plus(16), bytes-16
		high = e.Spare()
		e.f.do(e.extract(), operand.U8(1), vector(from, 256), vector(high, 128))
		from, whole = high, 128
	}
	switch bytes {
	case 4:
		e.f.do("VMOVSS", vector(from, 128), e.f.memory(at))
	case 8:
		e.f.do("VMOVSD", vector(from, 128), e.f.memory(at))
	case 12:
		e.f.do("VMOVSD", vector(from, 128), e.f.memory(at))
		e.f.do("VEXTRACTPS", operand.U8(2), vector(from, 128), e.f.memory(at.Plus(8)))
	default:
		e.f.do("VMOVUPS", vector(from, whole), e.f.memory(at))
	}
	if high >= 0 {
		e.GiveBack(high)
	}
}

// gather emits a gather: it takes its address from a register, and leaves a mask of zeros behind.
func (e emitter) gather(n *assembly.Node) {
	index, mask := n.In[0], n.Mask
	e.Ensure(index)
	e.Need(mask)
	out := e.placeApart(n) // not the register of the index
	e.f.do("LEAQ", e.f.memory(n.Mem), reg.RAX)
	// it need not wait for what was there
	e.f.do("VXORPS", vector(n.Out.Reg, 128), vector(n.Out.Reg, 128), vector(n.Out.Reg, 128))
	from := operand.Mem{Base: reg.RAX, Index: e.operand(index, n.Bits).(reg.Register), Scale: 1}
	if mask.Class == assembly.MaskClass {
		e.f.do("VGATHERQPD", from, e.operand(mask, n.Bits), out)
	} else {
		e.f.do("VGATHERQPD", e.operand(mask, n.Bits), from, out)
	}
	e.Forget(mask)
}

func suffixOf(size int) string {
	if size == 8 {
		return "D"
	}
	return "S"
}
