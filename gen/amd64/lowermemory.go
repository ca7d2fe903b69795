package amd64

import "github.com/backpropgen/backpropgen/gen/vec"

// What goes between registers and memory.

// loadWhere reads n numbers, of a mask those of its lanes, with 0 in the others.
func (b *block) loadWhere(at vec.Place, n int, mask *vec.Value) *vec.Value {
	t := vec.Vector(b.m.number(), max(b.bits, b.m.width(n))/8/b.m.size)
	s := &vec.Load{Out: b.fresh(t), At: at, N: n}
	one := &node{step: s, kind: load, mem: at, n: n, value: s.Out, out: homeOf(s.Out), mask: homeOf(mask)}
	if mask != nil {
		s.Mask = one.view(b, mask, vec.Mask(t.Lanes))
	}
	return b.add(one)
}

// tiled reads n numbers, a power of two that is at most half a register, and repeats them all over it.
func (b *block) tiled(at vec.Place, n int) *vec.Value {
	s := &vec.Spread{Out: b.fresh(b.vector(b.m.number())), At: at, N: n}
	return b.add(&node{step: s, kind: splat, mem: at, n: n, value: s.Out, out: homeOf(s.Out)})
}

// tiledInto is tiled for a variable and one number.
func (b *block) tiledInto(cell *vec.Value, at vec.Place) {
	s := &vec.Spread{Out: b.fresh(b.vector(b.m.number())), At: at, N: 1}
	b.add((&node{step: s, kind: splat, mem: at, n: 1, value: s.Out}).into(b, cell))
}

// storeWhere writes the first n lanes, of a mask its lanes.
func (b *block) storeWhere(v *vec.Value, at vec.Place, n int, mask *vec.Value) {
	b.stores++
	t := vec.Vector(b.m.number(), max(b.bits, b.m.width(n))/8/b.m.size)
	one := &node{kind: store, mem: at, n: n, in: []*home{homeOf(v)}, mask: homeOf(mask)}
	s := &vec.Store{Value: one.view(b, v, t), At: at, N: n}
	if one.step = s; mask != nil {
		s.Mask = one.view(b, mask, vec.Mask(t.Lanes))
	}
	b.add(one)
}

// gather reads 8 bytes into every lane of a table of bytes in the data section: those that begin at byte first + the
// lane's index. No index may lead out of the table, whatever the argument. The mask that the instruction wants it
// overwrites.
func (b *block) gather(table vec.Place, first int, index *vec.Value) *vec.Value {
	at := table.Plus(first)
	n := &node{kind: gather, mem: at, in: []*home{homeOf(index)}, mask: homeOf(b.firstLanes(b.bits / 64))}
	s := &vec.Gather{Out: b.fresh(b.vector(vec.F64)), At: at, Index: n.view(b, index, b.vector(vec.U64))}
	n.step, n.value, n.out = s, s.Out, homeOf(s.Out)
	return b.add(n)
}
