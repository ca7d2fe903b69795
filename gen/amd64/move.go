package amd64

// load reads n numbers, with 0 in the lanes above. What the block itself has stored there is not read back.
func (b *block) load(at ref, n int) *value {
	if v := b.stored[place{at, n, b.m.size}]; v != nil && v.bits >= b.bits {
		return b.clip(v, n)
	}
	var mask *value
	if b.masked(n) {
		mask = b.firstLanes(n)
	}
	return b.add(&node{kind: load, mem: at, n: n, out: b.fresh(), mask: mask})
}

// masked says whether n numbers are not what some plain move reads.
func (b *block) masked(n int) bool {
	switch bytes := n * b.m.size; bytes {
	case 4, 8, 16, 32, 64:
		return false
	}
	return true
}

// spread reads one number into every lane.
func (b *block) spread(at ref) *value {
	return b.add(&node{kind: splat, mem: at, n: 1, out: b.fresh()})
}

// store writes the first n lanes, and nothing beside them.
func (b *block) store(v *value, at ref, n int) {
	var mask *value
	if b.m.level == AVX512 && b.masked(n) {
		mask = b.firstLanes(n)
	}
	// What was known of this place or of its neighbours may have changed: only the same numbers in the same steps are known.
	for p := range b.stored {
		if p.at.base == at.base && p.at.symbol == at.symbol && (p.at.index != at.index || p.at.disp < at.disp+n*b.m.size && at.disp < p.at.disp+p.n*p.size) {
			delete(b.stored, p)
		}
	}
	if len(b.stored) >= b.m.registers()/4 {
		clear(b.stored) // more than that would be spilled, which is what reading back spares
	}
	if !v.cell {
		b.stored[place{at, n, b.m.size}] = v
	}
	b.stores++
	b.add(&node{kind: store, mem: at, n: n, in: []*value{v}, mask: mask})
}

// half is the upper half of a vector, of width bits/2.
func (b *block) half(x *value) *value {
	out := b.fresh()
	out.bits = b.bits / 2
	op := "VEXTRACTF128"
	if b.m.level == AVX512 {
		op = map[int]string{256: "VEXTRACTF32X4", 512: "VEXTRACTF64X4"}[b.bits]
	}
	return b.add(&node{op: op, in: []*value{x}, out: out, imm: 1, wide: b.bits / 2, narrow: b.bits})
}

// join is a vector of two halves; b.bits is its width.
func (b *block) join(low, high *value) *value {
	op := "VINSERTF128"
	if b.m.level == AVX512 {
		op = map[int]string{256: "VINSERTF32X4", 512: "VINSERTF64X4"}[b.bits]
	}
	// Go's order is high, low, destination.
	return b.add(&node{op: op, in: []*value{low, high}, out: b.fresh(), imm: 1, narrow: b.bits / 2})
}

// cell makes a variable that lives until it is released, in a register of its own.
func (f *function) cell() *value {
	f.flush()
	for i := f.m.registers() - 1; i >= 0; i-- {
		if !f.taken[i] {
			f.taken[i] = true
			return &value{bits: f.m.widest(), reg: i, slot: -1, cell: true}
		}
	}
	f.fail("no register is left for a variable")
	return &value{bits: f.m.widest(), reg: 0, slot: -1, cell: true}
}

// release gives the registers of variables back.
func (f *function) release(cells ...*value) {
	f.flush()
	for _, c := range cells {
		f.taken[c.reg] = false
	}
}

// set gives a variable a value.
func (b *block) set(cell, v *value) {
	b.add(&node{kind: assign, in: []*value{v}, out: cell, imm: -1})
}

// accumulate adds x·y to a variable.
func (b *block) accumulate(cell, x, y *value) {
	b.add(&node{kind: fused, op: "VFMADD", end: b.m.suffix(), in: []*value{x, y, cell}, out: cell, imm: -1})
}
