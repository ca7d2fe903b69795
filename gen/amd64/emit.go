package amd64

import (
	"fmt"
	"math"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// emitter turns the nodes of a block into instructions, giving registers to values as they are computed and taking them
// back after the last use. When none is free, the value whose next use is furthest away goes to the stack: the rule of
// Belady, which is optimal for straight-line code when all values cost the same.
type emitter struct {
	f *function
	// holds are the values in vector registers and in mask registers, by number.
	holds [2][]*value
	at    int // index of the node being emitted
	node  *node
	busy  map[*value]bool
	// slots are free places on the stack, each of 64 bytes.
	slots []int
}

// emit writes out a block.
func (f *function) emit(b *block) {
	e := &emitter{f: f, busy: map[*value]bool{}}
	e.holds = [2][]*value{make([]*value, f.m.registers()), make([]*value, 8)}
	for _, v := range b.adopted {
		e.holds[v.class][v.reg] = v
	}
	for i, n := range b.nodes {
		for _, v := range n.sources() {
			v.uses = append(v.uses, i)
		}
	}
	for i, n := range b.nodes {
		if n.out != nil && !n.out.cell && len(n.out.uses) == 0 {
			continue // nothing reads it
		}
		e.at, e.node = i, n
		e.write(b, n)
		clear(e.busy)
		e.sweep(n)
	}
}

// sources are the values a node reads.
func (n *node) sources() []*value {
	if n.mask != nil {
		return append([]*value{n.mask}, n.in...)
	}
	return n.in
}

// nextUse is the first use of a value after the current node.
func (e *emitter) nextUse(v *value) int {
	for v.next < len(v.uses) && v.uses[v.next] <= e.at {
		v.next++
	}
	if v.next == len(v.uses) {
		return math.MaxInt
	}
	return v.uses[v.next]
}

func (e *emitter) dies(v *value) bool { return !v.cell && e.nextUse(v) == math.MaxInt }

// sweep frees the registers of values that are not read again.
func (e *emitter) sweep(n *node) {
	for _, v := range append(n.sources(), n.out) {
		if v == nil || v.cell || !e.dies(v) {
			continue
		}
		if v.reg >= 0 && e.holds[v.class][v.reg] == v {
			e.holds[v.class][v.reg] = nil
			v.reg = -1
		}
		if v.slot >= 0 {
			e.slots = append(e.slots, v.slot)
			v.slot = -1
		}
	}
}

// take finds a register for a value, sending another one to the stack if it must.
func (e *emitter) take(v *value) {
	holds := e.holds[v.class]
	victim, furthest := -1, -1
	first := 0
	if v.class == maskClass {
		first = 1 // k0 means no mask
	}
	for i := first; i < len(holds); i++ {
		if v.class == vectorClass && e.f.taken[i] {
			continue
		}
		held := holds[i]
		if held == nil {
			victim = i
			break
		}
		if e.busy[held] {
			continue
		}
		use := e.nextUse(held)
		if held.rematerialises() {
			use += 1 << 20 // it costs no store
		}
		if use > furthest {
			victim, furthest = i, use
		}
	}
	if victim < 0 {
		e.f.fail("an instruction needs more registers than there are")
		return
	}
	if held := holds[victim]; held != nil {
		e.spill(held)
	}
	holds[victim] = v
	v.reg = victim
	e.busy[v] = true
}

// rematerialises says whether a value is as well read anew from constants.
func (v *value) rematerialises() bool {
	return v.def != nil && (v.def.kind == literal || v.def.kind == tail)
}

// spill takes the register of a value away.
func (e *emitter) spill(v *value) {
	if !v.rematerialises() && v.slot < 0 {
		if n := len(e.slots); n > 0 {
			v.slot, e.slots = e.slots[n-1], e.slots[:n-1]
		} else {
			v.slot = e.f.frame
			e.f.frame += e.f.m.widest() / 8
		}
		if v.class == maskClass {
			e.f.do("KMOVW", opmask(v.reg), e.stack(v))
		} else {
			e.f.do("VMOVUPS", vector(v.reg, v.bits), e.stack(v))
		}
	}
	e.holds[v.class][v.reg] = nil
	v.reg = -1
}

// stack is where a value was spilled to.
func (e *emitter) stack(v *value) operand.Op { return operand.NewStackAddr(v.slot) }

// need makes sure that a value is in a register.
func (e *emitter) need(v *value) {
	if v.cell || v.reg >= 0 {
		e.busy[v] = true
		return
	}
	slot := v.slot
	e.take(v)
	switch {
	case v.def.kind == literal:
		e.literal(v)
	case v.def.kind == tail:
		e.tail(v)
	case slot < 0:
		e.f.fail("a value is read before it is computed")
	case v.class == maskClass:
		e.f.do("KMOVW", e.stack(v), opmask(v.reg))
	default:
		e.f.do("VMOVUPS", e.stack(v), vector(v.reg, v.bits))
	}
}

// literal loads a constant into the register of its value.
func (e *emitter) literal(v *value) {
	n := v.def
	switch {
	case n.isZero:
		e.f.do("VXORPS", vector(v.reg, 128), vector(v.reg, 128), vector(v.reg, 128))
	case n.n > 1 || e.f.m.level == AVX2:
		e.f.do("VMOVUPS", n.mem.mem(), vector(v.reg, v.bits))
	default:
		e.f.do(broadcast(n.size, v.bits), n.mem.mem(), vector(v.reg, v.bits))
	}
}

// tail loads a mask.
func (e *emitter) tail(v *value) {
	e.f.do("MOVL", operand.U32(1<<v.def.n-1), reg.EAX)
	e.f.do("KMOVW", reg.EAX, opmask(v.reg))
}

// operand is a value's register as an instruction of some width sees it.
func (e *emitter) operand(v *value, bits int) operand.Op {
	if v.class == maskClass {
		return opmask(v.reg)
	}
	return vector(v.reg, bits)
}

// folded returns the memory operand that stands for a value not in a register, and the suffix of the opcode: a constant, or a
// load that has only this use and that no store separates from it.
func (e *emitter) folded(b *block, n *node, v *value) (op operand.Op, suffix string, ok bool) {
	if v.cell || v.reg >= 0 || v.slot >= 0 || v.def == nil {
		return nil, "", false
	}
	d := v.def
	switch d.kind {
	case literal:
		if d.isZero {
			return nil, "", false
		}
		if e.f.m.level == AVX2 || d.n > 1 {
			return d.mem.mem(), "", true
		}
		// Reading it again costs no instruction; where much is computed side by side, loads are what there is too much of.
		if d.size == n.size && (!e.f.many || len(v.uses) == 1 || e.nextUse(v) == math.MaxInt) {
			return d.mem.mem(), "_BCST", true
		}
	case load:
		bits := n.bits
		if n.narrow != 0 {
			bits = n.narrow
		}
		if d.mask == nil && d.n*d.size*8 == bits && e.later(d, v) {
			return d.mem.mem(), "", true
		}
	case splat:
		if d.n > 1 {
			return nil, "", false
		}
		// go vet knows an argument's size only where it is moved.
		if e.f.m.level == AVX512 && d.mem.base != reg.FramePointer && d.size == n.size && e.later(d, v) {
			return d.mem.mem(), "_BCST", true
		}
	}
	return nil, "", false
}

// later says whether a load is left to its only use.
func (e *emitter) later(d *node, v *value) bool { return d.deferred && len(v.uses) == 1 }

// broadcast is the opcode that fills a register with one number.
func broadcast(size, bits int) string {
	switch {
	case size == 4:
		return "VBROADCASTSS"
	case bits == 128:
		return "VMOVDDUP"
	}
	return "VBROADCASTSD"
}

// write emits one node.
func (e *emitter) write(b *block, n *node) {
	switch n.kind {
	case note:
		e.f.fn.AddComment(n.op)
	case literal, tail:
		// When it is needed.
	case load, splat:
		if len(n.out.uses) == 1 && b.nodes[n.out.uses[0]].version == n.version && b.nodes[n.out.uses[0]].folds(n) {
			n.deferred = true
			return
		}
		e.load(n)
	case store:
		e.store(n)
	case assign:
		e.need(n.in[0])
		if n.in[0].reg != n.out.reg {
			e.f.do("VMOVAPS", vector(n.in[0].reg, n.bits), vector(n.out.reg, n.bits))
		}
	case fused:
		e.fused(b, n)
	case replace:
		e.replace(b, n)
	case gather:
		e.gather(n)
	default:
		e.compute(b, n)
	}
}

// folds says whether a node can read the result of d straight from memory.
func (n *node) folds(d *node) bool {
	if d.kind == splat && (d.n > 1 || n.out != nil && n.size != d.size) {
		return false
	}
	switch n.kind {
	case compute:
		last := n.in[len(n.in)-1]
		return n.fold && (last == d.out || n.swap && n.in[0] == d.out)
	case fused:
		return n.in[0] == d.out || n.in[1] == d.out
	}
	return false
}

// ensure brings into a register a load whose folding did not come about.
func (e *emitter) ensure(v *value) {
	if v.reg < 0 && !v.cell && v.def != nil && v.def.deferred {
		v.def.deferred = false
		e.load(v.def)
	}
	e.need(v)
}

// place gives the result of a node a register.
func (e *emitter) place(n *node) operand.Op {
	bits := n.bits
	if n.wide != 0 {
		bits = n.wide
	}
	if !n.out.cell {
		// The registers of sources that end here may be taken; not those of a load that was left to another node, which may
		// need them too.
		for _, v := range n.sources() {
			if n == e.node && e.dies(v) && v.reg >= 0 && v.class == n.out.class && e.holds[v.class][v.reg] == v {
				e.holds[v.class][v.reg] = nil
				v.reg = -1
			}
		}
		e.take(n.out)
	}
	return e.operand(n.out, bits)
}

// compute emits out = op(in…): Go's order of operands is immediate, last source first, mask, destination.
func (e *emitter) compute(b *block, n *node) {
	ins := n.in
	if n.swap {
		if _, _, ok := e.folded(b, n, ins[0]); ok {
			if _, _, last := e.folded(b, n, ins[1]); !last {
				ins = []*value{ins[1], ins[0]}
			}
		}
	}
	if n.mask != nil {
		e.ensure(n.mask)
	}
	var ops []operand.Op
	op := n.op
	for i := range ins {
		if i == len(ins)-1 && n.fold {
			if mem, suffix, ok := e.folded(b, n, ins[i]); ok {
				ops, op = append([]operand.Op{mem}, ops...), op+suffix
				continue
			}
		}
		e.ensure(ins[i])
		bits := n.bits
		if n.narrow != 0 && (len(ins) == 1 || i == 1) {
			bits = n.narrow
		}
		ops = append([]operand.Op{e.operand(ins[i], bits)}, ops...)
	}
	if n.imm >= 0 {
		ops = append([]operand.Op{operand.U8(n.imm)}, ops...)
	}
	if n.mask != nil {
		if n.mask.class == maskClass {
			ops = append(ops, e.operand(n.mask, n.bits))
			if n.zero {
				op += "_Z"
			}
		} else {
			ops = append([]operand.Op{e.operand(n.mask, n.bits)}, ops...)
		}
	}
	e.f.do(op, append(ops, e.place(n))...)
}

// fused emits ±x·y + z, overwriting z, x or y: the one that is not read again, and a copy of z where all are. One of the
// others may be in memory.
func (e *emitter) fused(b *block, n *node) {
	x, y, z := n.in[0], n.in[1], n.in[2]
	if _, _, ok := e.folded(b, n, x); ok {
		x, y = y, x // y is the one in memory
	}
	if d := x.def; d != nil && d.kind == load && d.deferred && d.mask != nil {
		x, y = y, x
	}
	// A product of masked numbers is added where the mask is set.
	if d := y.def; n.mask == nil && e.f.m.level == AVX512 && d != nil && d.kind == load && d.deferred && d.mask != nil && (e.dies(z) || n.out == z) && y.reg < 0 {
		e.ensure(x)
		e.ensure(z)
		e.ensure(d.mask)
		d.deferred = false
		dst := e.overwrite(n, z)
		e.f.do(n.op+"231"+n.end, d.mem.mem(), e.operand(x, n.bits), e.operand(d.mask, n.bits), dst)
		return
	}
	mem, suffix, ok := e.folded(b, n, y)
	e.ensure(x)
	if !ok {
		e.ensure(y)
		mem = e.operand(y, n.bits)
	}
	_, _, constant := e.folded(b, n, z)
	switch {
	case constant && !ok && n.out != z && x != y && e.dies(x):
		e.accumulator(b, n, x, y, z)
	case constant && !ok && n.out != z && x != y && e.dies(y):
		e.accumulator(b, n, y, x, z)
	case n.out == z || e.dies(z):
		e.ensure(z)
		e.f.do(n.op+"231"+n.end+suffix, mem, e.operand(x, n.bits), e.overwrite(n, z))
	case e.dies(x) && x != y:
		if ok {
			e.ensure(z)
			e.f.do(n.op+"132"+n.end+suffix, mem, e.operand(z, n.bits), e.overwrite(n, x))
			return
		}
		e.accumulator(b, n, x, y, z)
	case !ok && e.dies(y) && x != y:
		e.accumulator(b, n, y, x, z)
	default:
		e.ensure(z)
		old := e.operand(z, n.bits)
		// The copy must not take the register of a factor.
		dst := e.placeApart(n)
		e.f.do("VMOVAPS", old, dst)
		e.f.do(n.op+"231"+n.end+suffix, mem, e.operand(x, n.bits), dst)
	}
}

// accumulator emits x = ±x·y + z in the form that reads z from memory where it may.
func (e *emitter) accumulator(b *block, n *node, x, y, z *value) {
	if mem, suffix, ok := e.folded(b, n, z); ok {
		e.f.do(n.op+"213"+n.end+suffix, mem, e.operand(y, n.bits), e.overwrite(n, x))
		return
	}
	e.ensure(z)
	e.f.do(n.op+"213"+n.end, e.operand(z, n.bits), e.operand(y, n.bits), e.overwrite(n, x))
}

// overwrite gives the register of a value to the result.
func (e *emitter) overwrite(n *node, v *value) operand.Op {
	if v.cell || n.out.cell {
		if v.reg != n.out.reg {
			e.f.do("VMOVAPS", e.operand(v, n.bits), e.operand(n.out, n.bits))
		}
		return e.operand(n.out, n.bits)
	}
	e.holds[v.class][v.reg] = n.out
	n.out.reg = v.reg
	v.reg = -1
	e.busy[n.out] = true
	return e.operand(n.out, n.bits)
}

// placeApart gives the result a register that none of the sources has.
func (e *emitter) placeApart(n *node) operand.Op {
	if !n.out.cell {
		e.take(n.out)
	}
	return e.operand(n.out, n.bits)
}

// do emits an instruction.
func (f *function) do(op string, operands ...operand.Op) {
	build, ok := instructions[op]
	if !ok {
		f.fail(fmt.Sprintf("the table of instructions has no %s", op))
		return
	}
	for _, o := range operands {
		if o == nil {
			f.fail(op + " has an operand without a register")
			return
		}
	}
	i, err := build(operands...)
	if err != nil {
		var text []any
		for _, o := range operands {
			text = append(text, o.Asm())
		}
		f.fail(fmt.Sprintf("%s %v: %v", op, text, err))
		return
	}
	f.fn.AddInstruction(i)
}
