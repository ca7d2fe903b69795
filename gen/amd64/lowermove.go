package amd64

import "github.com/backpropgen/backpropgen/gen/vec"

// Lanes that change places or types.

// pairs is an operation that moves lanes, on lanes of 8 bytes whatever the machine's numbers are.
func (b *block) pairs(op vec.Op, x, y *value) *value { return b.add(b.of(op, vec.F64, x, y)) }

// within4 has in every block of four lanes those of x that the pattern names.
func (b *block) within4(pattern [4]int, x *value) *value {
	n := b.of(vec.Within, vec.F32, x, x)
	n.imm = 0
	for i, lane := range pattern {
		n.imm |= lane << (2 * i)
	}
	return b.add(n)
}

// repeat has lane i of each block in every lane of the block.
func (b *block) repeat(x *value, i int) *value {
	n := b.of(vec.Repeat, b.m.number(), x, x)
	n.imm = i * 0b01_01_01_01
	if b.m.size == 8 {
		n.imm = i * 0b11
	}
	return b.add(n)
}

// blend is y in the lanes that are picked, x in the others.
func (b *block) blend(x, y *value, picked func(lane int) bool) *value {
	n := b.of(vec.Blend, b.m.number(), x, y)
	n.imm = 0
	for lane := range b.bits / 8 / b.m.size {
		if picked(lane) {
			n.imm |= 1 << lane
		}
	}
	return b.add(n)
}

// permute is the vector whose lane i is lane from[i] of x.
func (b *block) permute(x *value, from []int) *value {
	bits := make([]uint64, len(from))
	inOrder := true
	for i, lane := range from {
		inOrder = inOrder && i == lane
		bits[i] = uint64(lane)
		if b.m.size == 8 { // each is two lanes of half the size
			bits[i] = uint64(2*lane+1)<<32 | uint64(2*lane)
		}
	}
	if inOrder {
		return x
	}
	if b.bits == 128 && b.m.size == 4 {
		return b.within4([4]int(from), x)
	}
	n := b.of(vec.Permute, vec.F32, b.lanesOf(bits...), x)
	n.fold = false
	return b.add(n)
}

// half is the upper half of a vector, of width bits/2.
func (b *block) half(x *value) *value {
	n := b.of(vec.UpperHalf, b.m.number(), x)
	n.out.bits, n.wide, n.narrow = b.bits/2, b.bits/2, b.bits
	return b.add(n)
}

// join is a vector of two halves; b.bits is its width.
func (b *block) join(low, high *value) *value {
	n := b.of(vec.Join, b.m.number(), low, high)
	n.narrow = b.bits / 2
	return b.add(n)
}

// insert puts 128 bits into a vector, as its quarter or half q.
func (b *block) insert(x, part *value, q int) *value {
	n := b.of(vec.Insert, b.m.number(), x, part)
	n.imm, n.narrow = q, 128
	return b.add(n)
}

// extract is 128 bits of a vector: its quarter or half q.
func (b *block) extract(x *value, q int) *value {
	if q == 0 {
		return x
	}
	n := b.of(vec.Block, b.m.number(), x)
	n.imm, n.out.bits, n.wide, n.narrow = q, 128, 128, b.bits
	return b.add(n)
}

// widened are the lanes of a vector of half the width, or the first two of one of the same, as lanes of twice the size.
func (b *block) widened(x *value, from vec.Elem) *value {
	n := b.of(vec.Widen, from, x)
	n.narrow = max(b.bits/2, 128)
	return b.add(n)
}

// widenedFromMemory is widened for a float32 that is read for nothing else.
func (b *block) widenedFromMemory(x *value) *value {
	n := b.of(vec.Widen, vec.F32, x)
	n.narrow, n.fold = b.bits/2, true
	return b.add(n)
}

// narrowed is a vector of float64 as one of float32, of half the width; of 128 bits two lanes are left.
func (b *block) narrowed(x *value) *value {
	n := b.of(vec.Narrow, vec.F64, x)
	half := max(b.bits/2, 128)
	n.out.bits, n.wide, n.narrow = half, half, b.bits
	return b.add(n)
}
