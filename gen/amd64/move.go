package amd64

import "github.com/backpropgen/backpropgen/gen/vec"

// load reads n numbers, with 0 in the lanes above. What the block itself has stored there is not read back.
func (b *block) load(at vec.Place, n int) *vec.Value {
	if v := b.stored[place{at, n, b.m.size}]; v != nil && homeOf(v).bits >= b.bits {
		return b.clip(v, n)
	}
	var mask *vec.Value
	if b.masked(n) {
		mask = b.firstLanes(n)
	}
	return b.loadWhere(at, n, mask)
}

// loose is load with anything in the lanes above, for what computes in every lane by itself and doesn't look at those.
func (b *block) loose(at vec.Place, n int) *vec.Value {
	if v := b.stored[place{at, n, b.m.size}]; v != nil && homeOf(v).bits >= b.bits && !b.f.strict() {
		return v
	}
	return b.load(at, n)
}

// masked says whether n numbers are moved with a mask: where no few plain moves would do. Moves in pieces, the same for
// loads as for stores, let a load take what a store has not yet brought to the cache; one that spans several stores, or
// follows a masked one, waits.
func (b *block) masked(n int) bool {
	bytes := n * b.m.size
	return bytes > 32 && bytes != 64
}

// spread reads one number into every lane. Of a short vector that was just stored it is taken from the register.
func (b *block) spread(at vec.Place) *vec.Value {
	if at.Base == b.f.argumentBase {
		key := [2]int{at.Disp, b.bits}
		if b.arguments[key] == nil {
			b.arguments[key] = b.tiled(at, 1)
		}
		return b.arguments[key]
	}
	for p, v := range b.stored {
		i := (at.Disp - p.at.Disp) / b.m.size
		if p.at.Base == at.Base && p.at.Index == at.Index && p.size == b.m.size &&
			at.Disp >= p.at.Disp && i < p.n && p.n*p.size <= 32 {
			return b.lane(v, i)
		}
	}
	return b.tiled(at, 1)
}

// lane is lane i of a vector in every lane, i among those of the first 256 bits.
func (b *block) lane(v *vec.Value, i int) *vec.Value {
	if h := homeOf(v); h.equal && h.bits >= b.bits && !b.f.strict() {
		return v
	}
	if quad := 16 / b.m.size; i >= quad {
		b.within(256, func() { v = b.half(v) })
		i -= quad
	}
	if i > 0 || b.bits == 128 {
		b.within(128, func() { v = b.repeat(v, i) })
	}
	if b.bits == 128 {
		return v
	}
	return b.apply(vec.Broadcast, v)
}

// store writes the first n lanes, and nothing beside them.
func (b *block) store(v *vec.Value, at vec.Place, n int) {
	mask := b.storeMask(n)
	// What was known of this place or of its neighbours may have changed: only the same numbers in the same steps are
	// known.
	for p := range b.stored {
		if p.at.Base == at.Base &&
			(p.at.Index != at.Index || p.at.Disp < at.Disp+n*b.m.size && at.Disp < p.at.Disp+p.n*p.size) {
			delete(b.stored, p)
		}
	}
	if !homeOf(v).cell {
		p := place{at, n, b.m.size}
		b.stored[p] = v
		b.order = append(b.order, p)
	}
	if len(b.order) > b.m.registers()/2 {
		delete(b.stored, b.order[0]) // more than that would be spilled, which is what reading back spares
		b.order = b.order[1:]
	}
	b.storeWhere(v, at, n, mask)
}

// cell makes a variable that lives until it is released, in a register of its own.
func (f *function) cell() *vec.Value {
	f.flush()
	for i := f.m.registers() - 1; i >= 0; i-- {
		if !f.taken[i] {
			f.taken[i] = true
			return f.variable(i)
		}
	}
	f.fail("no register is left for a variable")
	return f.variable(0)
}

// variable is a variable of a register.
func (f *function) variable(register int) *vec.Value {
	return &vec.Value{
		Type: vec.Vector(f.m.number(), f.m.lanes()), Var: true, ID: f.number(),
		Home: &home{bits: f.m.widest(), reg: register, slot: -1, cell: true},
	}
}

// number is that of the next value of the function's program.
func (f *function) number() int {
	f.values++
	return f.values
}

// release gives the registers of variables back.
func (f *function) release(cells ...*vec.Value) {
	f.flush()
	for _, c := range cells {
		f.taken[homeOf(c).reg] = false
	}
}

// adopt makes plain values of variables: their registers are free again after what is written next has read them for
// the last time, which must be in one block.
func (f *function) adopt(cells ...*vec.Value) {
	f.flush()
	for _, c := range cells {
		h := homeOf(c)
		f.taken[h.reg] = false
		h.cell, h.uses, h.next, h.def = false, nil, 0, &node{}
		f.block.adopted = append(f.block.adopted, h)
	}
}

// set gives a variable a value.
func (b *block) set(cell, v *vec.Value) {
	n := &node{kind: assign, in: []*home{homeOf(v)}, value: cell, out: homeOf(cell), imm: -1}
	n.step = &vec.Set{Var: cell, To: n.view(b, v, cell.Type)}
	b.add(n)
}
