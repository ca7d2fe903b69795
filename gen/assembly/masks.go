package assembly

import (
	"math"

	"github.com/backpropgen/backpropgen/gen/vec"
)

// Masks: registers of their own at AVX-512, where instructions take them beside their operands; at AVX2 vectors that
// have all bits of a lane set or none, which are made by comparisons and read by blends.

// Compare is the mask of lanes where the comparison of x with y holds.
func (b *Block) Compare(p vec.Predicate, x, y *vec.Value) *vec.Value {
	n := b.Of(vec.Compare, b.m.Number(), x, y).asks(p)
	b.f.Target.Immediate(n)
	n.Out.Class = b.m.MaskClass()
	return b.Add(n)
}

// Test is the mask of lanes of which two integers have a bit in common, where masks are registers.
func (b *Block) Test(x, y *vec.Value) *vec.Value {
	n := b.Of(vec.Test, b.m.unsigned(), x, y)
	n.Out.Class = b.m.MaskClass()
	return b.Add(n)
}

// Choose is yes in the lanes of a mask, no in the others.
func (b *Block) Choose(mask, yes, no *vec.Value) *vec.Value {
	return b.Add(b.Of(vec.Select, b.m.Number(), no, yes).where(b, mask))
}

// Keep is x in the lanes of a mask, 0 in the others.
func (b *Block) Keep(mask, x *vec.Value) *vec.Value {
	if !b.m.has(vec.Keep, b.m.Number()) {
		return b.and(mask, x)
	}
	n := b.Of(vec.Keep, b.m.Number(), x).where(b, mask)
	n.Zero = true
	return b.Add(n)
}

// firstLanes is the mask of the first n lanes.
func (b *Block) firstLanes(n int) *vec.Value {
	if b.m.MaskClass() != MaskClass {
		return b.lanePattern(n, b.m.Lanes())
	}
	key := [2]int{n, b.m.Size}
	if v := b.tails[key]; v != nil {
		return v
	}
	s := &vec.First{Out: b.fresh(vec.Mask(b.Bits / 8 / b.m.Size)), N: n}
	HomeOf(s.Out).Class = MaskClass
	b.tails[key] = b.Add(&Node{Step: s, value: s.Out, Kind: tail, N: n, Out: HomeOf(s.Out)})
	return s.Out
}

// lanePattern has all bits set in the first n lanes of so many.
func (b *Block) lanePattern(n, lanes int) *vec.Value {
	bits := make([]uint64, lanes)
	for i := range n {
		bits[i] = math.MaxUint64 >> (64 - 8*b.m.Size)
	}
	return b.lanesOf(bits...)
}

// clip is x with 0 in every lane from n on.
func (b *Block) clip(x *vec.Value, n int) *vec.Value {
	if n*b.m.Size*8 == b.Bits {
		return x
	}
	if b.m.MaskClass() == MaskClass && !b.f.Many && b.tails[[2]int{n, b.m.Size}] == nil {
		return b.and(x, b.lanePattern(n, b.Bits/8/b.m.Size)) // shorter than making a mask for this alone
	}
	return b.Keep(b.firstLanes(n), x)
}

// loadFirst reads n numbers where more may be read, with 0 in the lanes above.
func (b *Block) loadFirst(at vec.Place, n int) *vec.Value {
	if b.m.MaskClass() == MaskClass {
		return b.loadWhere(at, n, b.firstLanes(n))
	}
	return b.clip(b.Load(at, b.Bits/8/b.m.Size), n)
}

// storeMask is the mask that n numbers are stored with, nil where they are stored in pieces: at AVX2, whose masked
// stores are slow, and where pieces are few.
func (b *Block) storeMask(n int) *vec.Value {
	if b.m.MaskClass() != MaskClass || !b.masked(n) {
		return nil
	}
	return b.firstLanes(n)
}

// maskOf is the mask of a comparison of lanes of some size for as many lanes of another.
func (b *Block) maskOf(mask *vec.Value, from, to int) *vec.Value {
	switch {
	case b.m.MaskClass() == MaskClass:
		return mask
	case from > to:
		b.f.Fail("a comparison of 64 bits decides on 32")
	}
	return b.widened(mask, vec.I32)
}

// where is y op z in the lanes of a mask, x in the others.
func (b *Block) where(mask *vec.Value, op vec.Op, x, y, z *vec.Value) *vec.Value {
	if b.m.MaskClass() != MaskClass {
		return b.Choose(mask, b.apply(op, y, z), x)
	}
	n := b.Of(op, b.m.Number(), y, z).where(b, mask)
	n.Kind, n.Fold, n.Swap = Replace, false, false
	n.In = append([]*Home{HomeOf(x)}, n.In...)
	s := n.Step.(*vec.Apply)
	s.Else = n.view(b, x, s.Out.Type)
	return b.Add(n)
}

// scaledWhere is x·2^n, n rounded down, in the lanes of a mask, 0 in the others.
func (b *Block) scaledWhere(mask, x, n *vec.Value) *vec.Value {
	s := b.Of(vec.Scale, b.m.Number(), x, n).where(b, mask)
	s.Zero = true
	return b.Add(s)
}
