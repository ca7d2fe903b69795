package idiom

import "github.com/backpropgen/backpropgen/gen/vec"

// Reduce adds the lanes of each of some vectors: lane i of the result is the sum of all lanes of vectors[i]. b.Bits()
// is their width; the result has the width of as many numbers. It is a transposition that adds as it goes, first within
// every 128 bits, then across them.
func (b *Code) Reduce(vectors []*vec.Value) *vec.Value {
	group := 16 / b.size()
	var quads []*vec.Value
	for i := 0; i < len(vectors); i += group {
		quads = append(quads, b.reduceWithin(vectors[i:min(i+group, len(vectors))]))
	}
	return b.reduceAcross(quads)
}

// ReduceHalves is Reduce of vectors whose halves are different sums. In turns of so many vectors as 128 bits have
// lanes, the lower halves are for the next sums, and the upper halves for those after them.
func (b *Code) ReduceHalves(vectors []*vec.Value) *vec.Value {
	group := 16 / b.size()
	var quads []*vec.Value
	for i := 0; i < len(vectors); i += group {
		quads = append(quads, b.reduceWithin(vectors[i:min(i+group, len(vectors))]))
	}
	if b.Bits() == 256 {
		return quads[0]
	}
	x, y := quads[0], quads[len(quads)-1]
	return b.Sum(b.Op(vec.EvenBlocks, x, y), b.Op(vec.OddBlocks, x, y))
}

// ReduceOnto adds a vector to the sums, before the last addition where another operation is waited for there.
func (b *Code) ReduceOnto(bias *vec.Value, vectors []*vec.Value) (z *vec.Value) {
	if b.Bits() != 256 || len(vectors) > 16/b.size() {
		z = b.Reduce(vectors)
		b.Wide(b.width(len(vectors)), func() { z = b.Sum(z, bias) })
		return z
	}
	low := b.reduceWithin(vectors)
	high := b.Half(low)
	b.Wide(128, func() { z = b.Sum(b.Sum(low, bias), high) })
	return z
}

// reduceWithin adds within every 128 bits: lane i of each 128 bits of the result is the sum over those of vectors[i].
// With fewer vectors than lanes, the lanes above hold nothing of use.
func (b *Code) reduceWithin(vectors []*vec.Value) *vec.Value {
	if b.Bits() == 128 && b.Has(vec.AddPairs, b.Elem()) {
		return b.reducePairs(vectors)
	}
	pair := func(vs []*vec.Value) *vec.Value {
		x, y := vs[0], vs[len(vs)-1]
		return b.Sum(b.Op(vec.InterleaveLow, x, y), b.Op(vec.InterleaveHigh, x, y))
	}
	if b.size() == 8 {
		if len(vectors) == 1 {
			return b.Sum(vectors[0], b.Pairs(vec.InterleaveHigh, vectors[0], vectors[0]))
		}
		return pair(vectors)
	}
	if len(vectors) == 1 {
		half := b.Sum(vectors[0], b.Pairs(vec.InterleaveHigh, vectors[0], vectors[0]))
		return b.Sum(half, b.within4([4]int{1, 0, 0, 0}, half))
	}
	low := pair(vectors[:2])
	if len(vectors) == 2 {
		return b.Sum(low, b.Pairs(vec.InterleaveHigh, low, low))
	}
	high := pair(vectors[2:])
	return b.Sum(b.Pairs(vec.InterleaveLow, low, high), b.Pairs(vec.InterleaveHigh, low, high))
}

// reducePairs is reduceWithin of 128 bits where neighbours are added by one instruction.
func (b *Code) reducePairs(vectors []*vec.Value) *vec.Value {
	for lanes := 16 / b.size(); lanes > 1; lanes /= 2 {
		var half []*vec.Value
		for i := 0; i < len(vectors); i += 2 {
			half = append(half, b.Pairwise(vectors[i], vectors[min(i+1, len(vectors)-1)]))
		}
		vectors = half
	}
	return vectors[0]
}

// Pairwise has in every 128 bits the sums of neighbours in x, then those in y.
func (b *Code) Pairwise(x, y *vec.Value) *vec.Value {
	if b.Has(vec.AddPairs, b.Elem()) {
		return b.Op(vec.AddPairs, x, y)
	}
	return b.Sum(b.Op(vec.Evens, x, y), b.Op(vec.Odds, x, y))
}

// reduceAcross adds the 128 bits of each vector and puts the sums side by side.
func (b *Code) reduceAcross(quads []*vec.Value) *vec.Value {
	switch {
	case b.Bits() == 128:
		return b.concat(quads)
	case len(quads) <= 2 && b.Bits() == 512 || len(quads) == 1:
		// The upper half is added to the lower one first.
		halves := make([]*vec.Value, len(quads))
		for i, q := range quads {
			h := b.Half(q)
			b.Wide(b.Bits()/2, func() { halves[i] = b.Sum(q, h) })
		}
		var out *vec.Value
		b.Wide(b.Bits()/2, func() { out = b.reduceAcross(halves) })
		return out
	case b.Bits() == 256:
		var pairs []*vec.Value
		for i := 0; i < len(quads); i += 2 {
			if i+1 == len(quads) {
				pairs = append(pairs, b.reduceAcross(quads[i:]))
				break
			}
			pairs = append(pairs,
				b.Sum(b.Op(vec.LowHalves, quads[i], quads[i+1]), b.Op(vec.HighHalves, quads[i], quads[i+1])))
		}
		if len(pairs) == 1 {
			return pairs[0]
		}
		var out *vec.Value
		b.Wide(512, func() { out = b.Join(pairs[0], pairs[1]) })
		return out
	}
	sum := func(x, y *vec.Value) *vec.Value {
		return b.Sum(b.Op(vec.LowHalves, x, y), b.Op(vec.HighHalves, x, y))
	}
	x, y := sum(quads[0], quads[1]), sum(quads[2], quads[len(quads)-1])
	return b.Sum(b.Op(vec.EvenBlocks, x, y), b.Op(vec.OddBlocks, x, y))
}

// concat puts up to four vectors of 128 bits side by side.
func (b *Code) concat(quads []*vec.Value) *vec.Value {
	if len(quads) == 1 {
		return quads[0]
	}
	var low, high *vec.Value
	b.Wide(256, func() {
		low = b.Join(quads[0], quads[1])
		switch len(quads) {
		case 3:
			high = quads[2]
		case 4:
			high = b.Join(quads[2], quads[3])
		}
	})
	if high == nil {
		return low
	}
	var out *vec.Value
	b.Wide(512, func() { out = b.Join(low, high) })
	return out
}

// Everywhere folds the lanes of a vector with an operation and puts the result into all of them.
func (b *Code) Everywhere(x *vec.Value, op func(b *Code, x, y *vec.Value) *vec.Value) *vec.Value {
	fold := func(x, y *vec.Value) *vec.Value { return op(b, x, y) }
	if b.Bits() > 128 {
		x = fold(x, b.Op(vec.SwapHalves, x))
	}
	if b.Bits() > 256 {
		x = fold(x, b.Op(vec.SwapBlocks, x))
	}
	if b.size() == 4 {
		x = fold(x, b.Op(vec.SwapPairs, x))
	}
	return fold(x, b.Op(vec.SwapNeighbours, x))
}
