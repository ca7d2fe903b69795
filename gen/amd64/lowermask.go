package amd64

import (
	"math"

	"github.com/backpropgen/backpropgen/gen/vec"
)

// Masks: registers of their own at AVX-512, where instructions take them beside their operands; at AVX2 vectors that
// have all bits of a lane set or none, which are made by comparisons and read by blends.

// predicates are the immediate operands of comparisons of numbers, of the kinds that report no NaN.
var predicates = [vec.Predicates]int{
	vec.Equal: 0, vec.NotEqual: 4, vec.Less: 17, vec.LessEqual: 18, vec.Greater: 30, vec.GreaterEqual: 29,
	vec.NotLess: 21, vec.NotLessEqual: 22, vec.NotGreaterEqual: 25, vec.Ordered: 7, vec.Unordered: 3,
}

// compare is the mask of lanes where the comparison of x with y holds.
func (b *block) compare(p vec.Predicate, x, y *vec.Value) *vec.Value {
	n := b.of(vec.Compare, b.m.number(), x, y).asks(p)
	n.imm, n.out.class = predicates[p], b.m.maskClass()
	return b.add(n)
}

// test is the mask of lanes of which two integers have a bit in common, where masks are registers.
func (b *block) test(x, y *vec.Value) *vec.Value {
	n := b.of(vec.Test, b.m.unsigned(), x, y)
	n.out.class = b.m.maskClass()
	return b.add(n)
}

// choose is yes in the lanes of a mask, no in the others.
func (b *block) choose(mask, yes, no *vec.Value) *vec.Value {
	return b.add(b.of(vec.Select, b.m.number(), no, yes).where(b, mask))
}

// keep is x in the lanes of a mask, 0 in the others.
func (b *block) keep(mask, x *vec.Value) *vec.Value {
	if !b.m.has(vec.Keep, b.m.number()) {
		return b.and(mask, x)
	}
	n := b.of(vec.Keep, b.m.number(), x).where(b, mask)
	n.zero = true
	return b.add(n)
}

// firstLanes is the mask of the first n lanes.
func (b *block) firstLanes(n int) *vec.Value {
	if b.m.maskClass() != maskClass {
		return b.lanePattern(n, b.m.lanes())
	}
	key := [2]int{n, b.m.size}
	if v := b.tails[key]; v != nil {
		return v
	}
	s := &vec.First{Out: b.fresh(vec.Mask(b.bits / 8 / b.m.size)), N: n}
	homeOf(s.Out).class = maskClass
	b.tails[key] = b.add(&node{step: s, value: s.Out, kind: tail, n: n, out: homeOf(s.Out)})
	return s.Out
}

// lanePattern has all bits set in the first n lanes of so many.
func (b *block) lanePattern(n, lanes int) *vec.Value {
	bits := make([]uint64, lanes)
	for i := range n {
		bits[i] = math.MaxUint64 >> (64 - 8*b.m.size)
	}
	return b.lanesOf(bits...)
}

// clip is x with 0 in every lane from n on.
func (b *block) clip(x *vec.Value, n int) *vec.Value {
	if n*b.m.size*8 == b.bits {
		return x
	}
	if b.m.maskClass() == maskClass && !b.f.many && b.tails[[2]int{n, b.m.size}] == nil {
		return b.and(x, b.lanePattern(n, b.bits/8/b.m.size)) // shorter than making a mask for this alone
	}
	return b.keep(b.firstLanes(n), x)
}

// loadFirst reads n numbers where more may be read, with 0 in the lanes above.
func (b *block) loadFirst(at vec.Place, n int) *vec.Value {
	if b.m.maskClass() == maskClass {
		return b.loadWhere(at, n, b.firstLanes(n))
	}
	return b.clip(b.load(at, b.bits/8/b.m.size), n)
}

// storeMask is the mask that n numbers are stored with, nil where they are stored in pieces: at AVX2, whose masked
// stores are slow, and where pieces are few.
func (b *block) storeMask(n int) *vec.Value {
	if b.m.maskClass() != maskClass || !b.masked(n) {
		return nil
	}
	return b.firstLanes(n)
}

// maskOf is the mask of a comparison of lanes of some size for as many lanes of another.
func (b *block) maskOf(mask *vec.Value, from, to int) *vec.Value {
	switch {
	case b.m.maskClass() == maskClass:
		return mask
	case from > to:
		b.f.fail("a comparison of 64 bits decides on 32")
	}
	return b.widened(mask, vec.I32)
}

// where is y op z in the lanes of a mask, x in the others.
func (b *block) where(mask *vec.Value, op vec.Op, x, y, z *vec.Value) *vec.Value {
	if b.m.maskClass() != maskClass {
		return b.choose(mask, b.apply(op, y, z), x)
	}
	n := b.of(op, b.m.number(), y, z).where(b, mask)
	n.kind, n.fold, n.swap = replace, false, false
	n.in = append([]*home{homeOf(x)}, n.in...)
	s := n.step.(*vec.Apply)
	s.Else = n.view(b, x, s.Out.Type)
	return b.add(n)
}

// scaledWhere is x·2^n, n rounded down, in the lanes of a mask, 0 in the others.
func (b *block) scaledWhere(mask, x, n *vec.Value) *vec.Value {
	s := b.of(vec.Scale, b.m.number(), x, n).where(b, mask)
	s.zero = true
	return b.add(s)
}
