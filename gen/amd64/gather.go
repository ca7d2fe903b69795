package amd64

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// gather reads 8 bytes into every lane of a table of bytes in the data section: those that begin at byte first + the
// lane's index. No index may lead out of the table, whatever the argument. The mask that the instruction wants it
// overwrites.
func (b *block) gather(table ref, first int, index *value) *value {
	return b.add(&node{kind: gather, mem: table.plus(first), in: []*value{index}, mask: b.firstLanes(b.bits / 64), out: b.fresh()})
}

// gather emits a gather: it takes its address from a register, and leaves a mask of zeros behind.
func (e *emitter) gather(n *node) {
	index, mask := n.in[0], n.mask
	e.ensure(index)
	e.need(mask)
	out := e.placeApart(n) // not the register of the index
	e.f.do("LEAQ", n.mem.mem(), reg.RAX)
	e.f.do("VXORPS", vector(n.out.reg, 128), vector(n.out.reg, 128), vector(n.out.reg, 128)) // it need not wait for what was there
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
