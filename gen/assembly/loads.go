package assembly

import "github.com/backpropgen/backpropgen/gen/vec"

// Load reads n numbers, with 0 in the lanes above. What the block itself has stored there is not read back.
func (b *Block) Load(at vec.Place, n int) *vec.Value {
	if v := b.stored[place{at, n, b.m.Size}]; v != nil && HomeOf(v).Bits >= b.Bits {
		return b.clip(v, n)
	}
	var mask *vec.Value
	if b.masked(n) {
		mask = b.firstLanes(n)
	}
	return b.loadWhere(at, n, mask)
}

// loose is load with anything in the lanes above, for what computes in every lane by itself and doesn't look at those.
func (b *Block) loose(at vec.Place, n int) *vec.Value {
	if v := b.stored[place{at, n, b.m.Size}]; v != nil && HomeOf(v).Bits >= b.Bits && !b.f.Strict() {
		return v
	}
	return b.Load(at, n)
}

// masked says whether n numbers are moved with a mask: where no few plain moves would do. Moves in pieces, the same for
// loads as for stores, let a load take what a store has not yet brought to the cache; one that spans several stores, or
// follows a masked one, waits.
func (b *Block) masked(n int) bool {
	bytes := n * b.m.Size
	return bytes > 32 && bytes != 64
}

// spread reads one number into every lane. Of a short vector that was just stored it is taken from the register.
func (b *Block) spread(at vec.Place) *vec.Value {
	if at.Base == b.f.ArgumentBase {
		key := [2]int{at.Disp, b.Bits}
		if b.arguments[key] == nil {
			b.arguments[key] = b.tiled(at, 1)
		}
		return b.arguments[key]
	}
	for p, v := range b.stored {
		i := (at.Disp - p.at.Disp) / b.m.Size
		if p.at.Base == at.Base && p.at.Index == at.Index && p.size == b.m.Size &&
			at.Disp >= p.at.Disp && i < p.n && p.n*p.size <= 32 {
			return b.lane(v, i)
		}
	}
	return b.tiled(at, 1)
}

// lane is lane i of a vector in every lane, i among those of the first 256 bits.
func (b *Block) lane(v *vec.Value, i int) *vec.Value {
	if h := HomeOf(v); h.Equal && h.Bits >= b.Bits && !b.f.Strict() {
		return v
	}
	if quad := 16 / b.m.Size; i >= quad {
		b.Within(256, func() { v = b.half(v) })
		i -= quad
	}
	if i > 0 || b.Bits == 128 {
		b.Within(128, func() { v = b.repeat(v, i) })
	}
	if b.Bits == 128 {
		return v
	}
	return b.apply(vec.Broadcast, v)
}

// Store writes the first n lanes, and nothing beside them.
func (b *Block) Store(v *vec.Value, at vec.Place, n int) {
	mask := b.storeMask(n)
	// What was known of this place or of its neighbours may have changed: only the same numbers in the same steps are
	// known.
	for p := range b.stored {
		if p.at.Base == at.Base &&
			(p.at.Index != at.Index || p.at.Disp < at.Disp+n*b.m.Size && at.Disp < p.at.Disp+p.n*p.size) {
			delete(b.stored, p)
		}
	}
	if !HomeOf(v).Cell {
		p := place{at, n, b.m.Size}
		b.stored[p] = v
		b.order = append(b.order, p)
	}
	if len(b.order) > b.m.Registers()/2 {
		delete(b.stored, b.order[0]) // more than that would be spilled, which is what reading back spares
		b.order = b.order[1:]
	}
	b.storeWhere(v, at, n, mask)
}

// Cell makes a variable that lives until it is released, in a register of its own.
func (f *Function) Cell() *vec.Value {
	f.Flush()
	for i := f.Machine.Registers() - 1; i >= 0; i-- {
		if !f.taken[i] {
			f.taken[i] = true
			return f.variable(i)
		}
	}
	f.Fail("no register is left for a variable")
	return f.variable(0)
}

// variable is a variable of a register.
func (f *Function) variable(register int) *vec.Value {
	return &vec.Value{
		Type: vec.Vector(f.Machine.Number(), f.Machine.Lanes()), Var: true, ID: f.NextValue(),
		Home: &Home{Bits: f.Machine.Widest(), Reg: register, Slot: -1, Cell: true},
	}
}

// NextValue is the number of the next value of the function's program.
func (f *Function) NextValue() int {
	f.values++
	return f.values
}

// release gives the registers of variables back.
func (f *Function) release(cells ...*vec.Value) {
	f.Flush()
	for _, c := range cells {
		f.taken[HomeOf(c).Reg] = false
	}
}

// Adopt makes plain values of variables: their registers are free again after what is written next has read them for
// the last time, which must be in one block.
func (f *Function) Adopt(cells ...*vec.Value) {
	f.Flush()
	for _, c := range cells {
		h := HomeOf(c)
		f.taken[h.Reg] = false
		h.Cell, h.Uses, h.next, h.Def = false, nil, 0, &Node{}
		f.Block.Adopted = append(f.Block.Adopted, h)
	}
}

// Set gives a variable a value.
func (b *Block) set(cell, v *vec.Value) {
	n := &Node{Kind: Assign, In: []*Home{HomeOf(v)}, value: cell, Out: HomeOf(cell), Imm: -1}
	n.Step = &vec.Set{Var: cell, To: n.view(b, v, cell.Type)}
	b.Add(n)
}
