package assembly

import "github.com/backpropgen/backpropgen/gen/vec"

// Lanes that change places or types.

// within4 has in every block of four lanes those of x that the pattern names.
func (b *Block) within4(pattern [4]int, x *vec.Value) *vec.Value {
	places := 0
	for i, lane := range pattern {
		places |= lane << (2 * i)
	}
	return b.Add(b.Of(vec.Within, vec.F32, x, x).By(b, places))
}

// Repeat has lane i of each block in every lane of the block.
func (b *Block) repeat(x *vec.Value, i int) *vec.Value {
	return b.Add(b.Of(vec.Repeat, b.m.Number(), x).By(b, i))
}

// permute is the vector whose lane i is lane from[i] of x.
func (b *Block) permute(x *vec.Value, from []int) *vec.Value {
	bits := make([]uint64, len(from))
	inOrder := true
	for i, lane := range from {
		inOrder = inOrder && i == lane
		bits[i] = uint64(lane)
		if b.m.Size == 8 { // each is two lanes of half the size
			bits[i] = uint64(2*lane+1)<<32 | uint64(2*lane)
		}
	}
	if inOrder {
		return x
	}
	if b.Bits == 128 && b.m.Size == 4 {
		return b.within4([4]int(from), x)
	}
	n := b.Of(vec.Permute, vec.F32, b.lanesOf(bits...), x)
	n.Fold = false
	return b.Add(n)
}

// half is the upper half of a vector, of width bits/2.
func (b *Block) half(x *vec.Value) *vec.Value { return b.apply(vec.UpperHalf, x) }

// widened are the lanes of a vector of half the width, or the first two of one of the same, as lanes of twice the size.
func (b *Block) widened(x *vec.Value, from vec.Elem) *vec.Value {
	return b.Add(b.Of(vec.Widen, from, x))
}

// widenedFromMemory is widened for a float32 that is read for nothing else.
func (b *Block) widenedFromMemory(x *vec.Value) *vec.Value {
	n := b.Of(vec.Widen, vec.F32, x)
	n.Fold = true
	return b.Add(n)
}

// narrowed is a vector of float64 as one of float32, of half the width; of 128 bits two lanes are left.
func (b *Block) narrowed(x *vec.Value) *vec.Value { return b.Add(b.Of(vec.Narrow, vec.F64, x)) }
