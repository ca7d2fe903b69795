package amd64

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/backpropgen/backpropgen/gen/amd64/isa"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// load emits the moves that read n numbers.
func (e *emitter) load(n *node) {
	bytes := n.n * n.size
	if n.kind == splat {
		if n.n > 1 {
			e.f.do(e.tiling(bytes, n.bits), e.f.memory(n.mem), e.place(n))
			return
		}
		if n.size == 8 && n.bits == 128 {
			e.f.do("VMOVDDUP", e.f.memory(n.mem), e.place(n))
			return
		}
		e.f.do(broadcast(n.size, n.bits), e.f.memory(n.mem), e.place(n))
		return
	}
	whole := e.f.m.widthOf(bytes)
	switch {
	case n.mask != nil && e.f.m.level == isa.AVX512:
		e.ensure(n.mask)
		e.place(n)
		e.f.do("VMOVUP"+suffixOf(n.size)+"_Z", e.f.memory(n.mem), e.operand(n.mask, n.bits), vector(n.out.reg, whole))
	case n.mask != nil:
		e.ensure(n.mask)
		mask := vector(n.mask.reg, whole)
		e.place(n)
		e.f.do("VMASKMOVP"+suffixOf(n.size), e.f.memory(n.mem), mask, vector(n.out.reg, whole))
	case whole == 256 && bytes < 32:
		e.place(n)
		e.f.do("VMOVUPS", e.f.memory(n.mem), vector(n.out.reg, 128))
		high := e.spare()
		e.quad(n.mem.Plus(16), bytes-16, high)
		e.f.do(e.insert(), operand.U8(1), vector(high, 128), vector(n.out.reg, 256), vector(n.out.reg, 256))
		e.holds[vectorClass][high] = nil
	case whole == 128:
		e.place(n)
		e.quad(n.mem, bytes, n.out.reg)
	default:
		e.place(n)
		e.f.do("VMOVUPS", e.f.memory(n.mem), vector(n.out.reg, whole))
	}
}

// tiling is the opcode that fills a register with so many bytes over and over.
func (e *emitter) tiling(bytes, bits int) string {
	switch {
	case bytes == 8:
		return broadcast(8, bits)
	case bytes == 32:
		return "VBROADCASTF64X4"
	case e.f.m.level == isa.AVX512:
		return "VBROADCASTF32X4"
	}
	return "VBROADCASTF128"
}

// quad loads 4 to 16 bytes into a register, with 0 above.
func (e *emitter) quad(at vec.Place, bytes, to int) {
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

// spare takes a register for the current node alone; it is given back by its user.
func (e *emitter) spare() int {
	v := &home{bits: 128, reg: -1, slot: -1, uses: []int{e.at}}
	e.take(v)
	return v.reg
}

func (e *emitter) insert() string {
	if e.f.m.level == isa.AVX512 {
		return "VINSERTF32X4"
	}
	return "VINSERTF128"
}

func (e *emitter) extract() string {
	if e.f.m.level == isa.AVX512 {
		return "VEXTRACTF32X4"
	}
	return "VEXTRACTF128"
}

// store emits the moves that write n numbers: pieces of 32, 16, 8 and 4 bytes, or one with a mask at AVX-512 where
// those would be many, and where the number is known at run time only; at AVX2 masked stores are slow.
func (e *emitter) store(n *node) {
	v := n.in[0]
	e.ensure(v)
	bytes := n.n * n.size
	whole := e.f.m.widthOf(bytes)
	switch {
	case n.mask != nil && e.f.m.level == isa.AVX512:
		e.ensure(n.mask)
		e.f.do("VMOVUP"+suffixOf(n.size), vector(v.reg, whole), e.operand(n.mask, n.bits), e.f.memory(n.mem))
		return
	case n.mask != nil:
		e.ensure(n.mask)
		e.f.do("VMASKMOVP"+suffixOf(n.size), vector(v.reg, whole), vector(n.mask.reg, whole), e.f.memory(n.mem))
		return
	}
	from, at, high := v.reg, n.mem, -1
	if whole == 256 && bytes < 32 {
		e.f.do("VMOVUPS", vector(from, 128), e.f.memory(at))
		at, bytes = at.Plus(16), bytes-16
		high = e.spare()
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
		e.holds[vectorClass][high] = nil
	}
}

// gather emits a gather: it takes its address from a register, and leaves a mask of zeros behind.
func (e *emitter) gather(n *node) {
	index, mask := n.in[0], n.mask
	e.ensure(index)
	e.need(mask)
	out := e.placeApart(n) // not the register of the index
	e.f.do("LEAQ", e.f.memory(n.mem), reg.RAX)
	// it need not wait for what was there
	e.f.do("VXORPS", vector(n.out.reg, 128), vector(n.out.reg, 128), vector(n.out.reg, 128))
	from := operand.Mem{Base: reg.RAX, Index: e.operand(index, n.bits).(reg.Register), Scale: 1}
	if mask.class == maskClass {
		e.f.do("VGATHERQPD", from, e.operand(mask, n.bits), out)
	} else {
		e.f.do("VGATHERQPD", e.operand(mask, n.bits), from, out)
	}
	// Whoever wants the mask again reads it anew.
	e.holds[mask.class][mask.reg] = nil
	mask.reg = -1
}

// moveWhole moves a register to memory or back.
func (f *function) moveWhole(from, to operand.Op) { f.do("VMOVUPS", from, to) }

// widthOf is the number of bits of the narrowest register of so many bytes.
func (m machine) widthOf(bytes int) int { return machine{m.level, 1}.width(bytes) }

func suffixOf(size int) string {
	if size == 8 {
		return "D"
	}
	return "S"
}
