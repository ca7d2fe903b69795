package amd64

import "github.com/backpropgen/backpropgen/gen/vec"

// reduce adds the lanes of each of some vectors: lane i of the result is the sum of all lanes of vectors[i]. b.bits is
// their width; the result has the width of as many numbers. It is a transposition that adds as it goes, first within
// every 128 bits, then across them.
func (b *block) reduce(vectors []*vec.Value) *vec.Value {
	group := 16 / b.m.size
	var quads []*vec.Value
	for i := 0; i < len(vectors); i += group {
		quads = append(quads, b.reduceWithin(vectors[i:min(i+group, len(vectors))]))
	}
	return b.reduceAcross(quads)
}

// reduceOnto adds a vector to the sums, before the last addition where another operation is waited for there.
func (b *block) reduceOnto(bias *vec.Value, vectors []*vec.Value) (z *vec.Value) {
	if b.bits != 256 || len(vectors) > 16/b.m.size {
		z = b.reduce(vectors)
		b.within(b.m.width(len(vectors)), func() { z = b.sum(z, bias) })
		return z
	}
	low := b.reduceWithin(vectors)
	high := b.half(low)
	b.within(128, func() { z = b.sum(b.sum(low, bias), high) })
	return z
}

// reduceWithin adds within every 128 bits: lane i of each 128 bits of the result is the sum over those of vectors[i].
// With fewer vectors than lanes, the lanes above hold nothing of use.
func (b *block) reduceWithin(vectors []*vec.Value) *vec.Value {
	pair := func(vs []*vec.Value) *vec.Value {
		x, y := vs[0], vs[len(vs)-1]
		return b.sum(b.apply(vec.InterleaveLow, x, y), b.apply(vec.InterleaveHigh, x, y))
	}
	if b.m.size == 8 {
		if len(vectors) == 1 {
			return b.sum(vectors[0], b.pairs(vec.InterleaveHigh, vectors[0], vectors[0]))
		}
		return pair(vectors)
	}
	if len(vectors) == 1 {
		half := b.sum(vectors[0], b.pairs(vec.InterleaveHigh, vectors[0], vectors[0]))
		return b.sum(half, b.within4([4]int{1, 0, 0, 0}, half))
	}
	low := pair(vectors[:2])
	if len(vectors) == 2 {
		return b.sum(low, b.pairs(vec.InterleaveHigh, low, low))
	}
	high := pair(vectors[2:])
	return b.sum(b.pairs(vec.InterleaveLow, low, high), b.pairs(vec.InterleaveHigh, low, high))
}

// reduceAcross adds the 128 bits of each vector and puts the sums side by side.
func (b *block) reduceAcross(quads []*vec.Value) *vec.Value {
	switch {
	case b.bits == 128:
		return b.concat(quads)
	case len(quads) <= 2 && b.bits == 512 || len(quads) == 1:
		// The upper half is added to the lower one first.
		halves := make([]*vec.Value, len(quads))
		for i, q := range quads {
			h := b.half(q)
			b.within(b.bits/2, func() { halves[i] = b.sum(q, h) })
		}
		var out *vec.Value
		b.within(b.bits/2, func() { out = b.reduceAcross(halves) })
		return out
	case b.bits == 256:
		var pairs []*vec.Value
		for i := 0; i < len(quads); i += 2 {
			if i+1 == len(quads) {
				pairs = append(pairs, b.reduceAcross(quads[i:]))
				break
			}
			pairs = append(pairs,
				b.sum(b.apply(vec.LowHalves, quads[i], quads[i+1]), b.apply(vec.HighHalves, quads[i], quads[i+1])))
		}
		if len(pairs) == 1 {
			return pairs[0]
		}
		var out *vec.Value
		b.within(512, func() { out = b.join(pairs[0], pairs[1]) })
		return out
	}
	sum := func(x, y *vec.Value) *vec.Value {
		return b.sum(b.apply(vec.LowHalves, x, y), b.apply(vec.HighHalves, x, y))
	}
	x, y := sum(quads[0], quads[1]), sum(quads[2], quads[len(quads)-1])
	return b.sum(b.apply(vec.EvenBlocks, x, y), b.apply(vec.OddBlocks, x, y))
}

// concat puts up to four vectors of 128 bits side by side.
func (b *block) concat(quads []*vec.Value) *vec.Value {
	if len(quads) == 1 {
		return quads[0]
	}
	var low, high *vec.Value
	b.within(256, func() {
		low = b.join(quads[0], quads[1])
		switch len(quads) {
		case 3:
			high = quads[2]
		case 4:
			high = b.join(quads[2], quads[3])
		}
	})
	if high == nil {
		return low
	}
	var out *vec.Value
	b.within(512, func() { out = b.join(low, high) })
	return out
}

// everywhere folds the lanes of a vector with an operation and puts the result into all of them.
func (b *block) everywhere(x *vec.Value, op func(b *block, x, y *vec.Value) *vec.Value) *vec.Value {
	fold := func(x, y *vec.Value) *vec.Value { return op(b, x, y) }
	if b.bits > 128 {
		x = fold(x, b.apply(vec.SwapHalves, x))
	}
	if b.bits > 256 {
		x = fold(x, b.apply(vec.SwapBlocks, x))
	}
	if b.m.size == 4 {
		x = fold(x, b.apply(vec.SwapPairs, x))
	}
	return fold(x, b.apply(vec.SwapNeighbours, x))
}
