package amd64

import (
	"math"
	"slices"

	"github.com/mmcloughlin/avo/operand"
)

// tableLength is how many numbers of 4 bytes two registers of AVX-512 hold. A look-up in them takes an instruction, as
// fast as a multiplication, and reads no memory at a place that depends on data.
const tableLength = 32

// looksUp says whether functions of float32 numbers may look up numbers in tables: where registers hold enough of them.
func (b *block) looksUp() bool { return b.m.level == AVX512 && b.m.size == 4 }

// lookup is, in every lane, the number of a table that the low bits of the lane's index say. Whole registers are looked
// up in, whatever the width of what it is for.
func (b *block) lookup(table *[tableLength]float64, index *value) (v *value) {
	bits := make([]uint32, tableLength)
	for i, number := range table {
		bits[i] = math.Float32bits(float32(number))
	}
	return b.permuted(bits, index)
}

// permuted is, in every lane, the bits that the low bits of the lane's index say, of tableLength or of half as many,
// which takes half of the time that a core is busy with it, but as long until they can be read.
func (b *block) permuted(table []uint32, index *value) (v *value) {
	b.within(b.m.widest(), func() {
		in := []*value{index}
		for half := range slices.Chunk(table, tableLength/2) {
			lanes := make([]uint64, len(half))
			for i, bits := range half {
				lanes[i] = uint64(bits)
			}
			in = append(in, b.lanesOf(lanes...))
		}
		if len(in) == 2 {
			v = b.add(&node{op: "VPERMPS", in: in, out: b.fresh(), imm: -1, fold: true})
			return
		}
		v = b.add(&node{kind: replace, op: "VPERMI2PS", in: in, out: b.fresh(), imm: -1})
	})
	return v
}

// where is y op z in the lanes of a mask, x in the others, at AVX-512.
func (b *block) where(mask *value, op string, x, y, z *value) *value {
	return b.add(&node{kind: replace, op: op + b.m.suffix(), in: []*value{x, y, z}, out: b.fresh(), imm: -1, mask: mask})
}

// signOf is v where x is positive and -v where it is negative, at AVX-512.
func (b *block) signOf(v, x *value) *value {
	const differs = 0x78 // the first, inverted where both the second and the third are set
	return b.add(&node{kind: replace, op: "VPTERNLOG" + b.integerSuffix(), in: []*value{v, x, b.signBit()}, out: b.fresh(), imm: differs})
}

// replace emits an instruction that overwrites its first source: a copy of it where it is read again. The last source
// may be in memory.
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
