package amd64

import "github.com/mmcloughlin/avo/operand"

// tableLength is how many numbers of 4 bytes two registers of AVX-512 hold. A look-up in them takes an instruction, as fast as a
// multiplication, and reads no memory at a place that depends on data.
const tableLength = 32

// looksUp says whether functions of float32 numbers may look up numbers in tables: where registers hold enough of them, and where much
// is computed side by side, which keeps the tables in registers.
func (b *block) looksUp() bool {
	return b.f.many && b.m.level == AVX512 && b.m.size == 4 && b.bits == b.m.widest()
}

// lookup is, in every lane, the number of a table that the low bits of the lane's index say.
func (b *block) lookup(table *[tableLength]float64, index *value) *value {
	var halves [2]*value
	for i := range halves {
		lanes := make([]uint64, tableLength/2)
		for k := range lanes {
			lanes[k] = b.m.bits(table[i*len(lanes)+k])
		}
		halves[i] = b.lanesOf(lanes...)
	}
	return b.add(&node{kind: replace, op: "VPERMI2PS", in: []*value{index, halves[0], halves[1]}, out: b.fresh(), imm: -1})
}

// permuted is, in every lane, the bits that the low bits of the lane's index say, of as many as a register has lanes. It takes half as
// long as lookup.
func (b *block) permuted(table []uint32, index *value) *value {
	lanes := make([]uint64, len(table))
	for i, v := range table {
		lanes[i] = uint64(v)
	}
	return b.add(&node{op: "VPERMPS", in: []*value{index, b.lanesOf(lanes...)}, out: b.fresh(), imm: -1, fold: true})
}

// lessWhere is x - y in the lanes of a mask, y in the others, at AVX-512.
func (b *block) lessWhere(mask, x, y *value) *value {
	return b.add(&node{kind: replace, op: "VSUB" + b.m.suffix(), in: []*value{y, x, y}, out: b.fresh(), imm: -1, mask: mask})
}

// withSign is v, which is not negative, with the sign of x, at AVX-512.
func (b *block) withSign(v, x *value) *value {
	const either = 0xf8 // the first, or both the second and the third
	return b.add(&node{kind: replace, op: "VPTERNLOG" + b.integerSuffix(), in: []*value{v, x, b.signBit()}, out: b.fresh(), imm: either})
}

// replace emits an instruction that overwrites its first source: a copy of it where it is read again. The last source may be in memory.
func (e *emitter) replace(b *block, n *node) {
	last, suffix, inMemory := e.folded(b, n, n.in[2])
	e.ensure(n.in[0])
	e.ensure(n.in[1])
	if n.mask != nil {
		e.ensure(n.mask)
	}
	if suffix != "" || !inMemory {
		e.ensure(n.in[2])
		last = e.operand(n.in[2], n.bits)
	}
	second := e.operand(n.in[1], n.bits)
	var dst operand.Op
	if first := n.in[0]; e.dies(first) {
		dst = e.overwrite(n, first)
	} else {
		old := e.operand(first, n.bits)
		dst = e.placeApart(n)
		e.f.do("VMOVAPS", old, dst)
	}
	ops := []operand.Op{last, second, dst}
	if n.mask != nil {
		ops = []operand.Op{last, second, e.operand(n.mask, n.bits), dst}
	}
	if n.imm >= 0 {
		ops = append([]operand.Op{operand.U8(n.imm)}, ops...)
	}
	e.f.do(n.op, ops...)
}
