package assembly

import "github.com/backpropgen/backpropgen/gen/vec"

// What goes between registers and memory.

// loadWhere reads n numbers, of a mask those of its lanes, with 0 in the others.
func (b *Block) loadWhere(at vec.Place, n int, mask *vec.Value) *vec.Value {
	t := vec.Vector(b.m.Number(), max(b.Bits, b.m.Width(n))/8/b.m.Size)
	s := &vec.Load{Out: b.fresh(t), At: at, N: n}
	one := &Node{Step: s, Kind: Load, Mem: at, N: n, value: s.Out, Out: HomeOf(s.Out), Mask: HomeOf(mask)}
	if mask != nil {
		s.Mask = one.view(b, mask, vec.Mask(t.Lanes))
	}
	return b.Add(one)
}

// tiled reads n numbers, a power of two that is at most half a register, and repeats them all over it.
func (b *Block) tiled(at vec.Place, n int) *vec.Value {
	s := &vec.Spread{Out: b.fresh(b.vector(b.m.Number())), At: at, N: n}
	return b.Add(&Node{Step: s, Kind: Splat, Mem: at, N: n, value: s.Out, Out: HomeOf(s.Out)})
}

// tiledInto is tiled for a variable and one number.
func (b *Block) tiledInto(cell *vec.Value, at vec.Place) {
	s := &vec.Spread{Out: b.fresh(b.vector(b.m.Number())), At: at, N: 1}
	b.Add((&Node{Step: s, Kind: Splat, Mem: at, N: 1, value: s.Out}).into(b, cell))
}

// storeWhere writes the first n lanes, of a mask its lanes.
func (b *Block) storeWhere(v *vec.Value, at vec.Place, n int, mask *vec.Value) {
	b.stores++
	t := vec.Vector(b.m.Number(), max(b.Bits, b.m.Width(n))/8/b.m.Size)
	one := &Node{Kind: Store, Mem: at, N: n, In: []*Home{HomeOf(v)}, Mask: HomeOf(mask)}
	s := &vec.Store{Value: one.view(b, v, t), At: at, N: n}
	if one.Step = s; mask != nil {
		s.Mask = one.view(b, mask, vec.Mask(t.Lanes))
	}
	b.Add(one)
}

// Gather reads 8 bytes into every lane of a table of bytes in the data section: those that begin at byte first + the
// lane's index. No index may lead out of the table, whatever the argument. The mask that the instruction wants it
// overwrites.
func (b *Block) gather(table vec.Place, first int, index *vec.Value) *vec.Value {
	at := table.Plus(first)
	n := &Node{Kind: Gather, Mem: at, In: []*Home{HomeOf(index)}, Mask: HomeOf(b.firstLanes(b.Bits / 64))}
	s := &vec.Gather{Out: b.fresh(b.vector(vec.F64)), At: at, Index: n.view(b, index, b.vector(vec.U64))}
	n.Step, n.value, n.Out = s, s.Out, HomeOf(s.Out)
	return b.Add(n)
}
