package amd64

import (
	"math"
	"slices"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/backpropgen/backpropgen/gen/amd64/isa"
)

// Which register a value has, and when it goes to the stack or is read anew.

// nextUse is the first use of a value after the current node.
func (e *emitter) nextUse(v *home) int {
	for v.next < len(v.uses) && v.uses[v.next] <= e.at {
		v.next++
	}
	if v.next == len(v.uses) {
		return math.MaxInt
	}
	return v.uses[v.next]
}

func (e *emitter) dies(v *home) bool { return !v.cell && e.nextUse(v) == math.MaxInt }

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
func (e *emitter) take(v *home) {
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
		if held.rematerialises() && use < math.MaxInt { // what is not used again is as good
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
func (v *home) rematerialises() bool {
	return v.def != nil && (v.def.kind == literal || v.def.kind == tail)
}

// spill takes the register of a value away.
func (e *emitter) spill(v *home) {
	if !v.rematerialises() && v.slot < 0 {
		if n := len(e.slots); n > 0 {
			v.slot, e.slots = e.slots[n-1], e.slots[:n-1]
		} else {
			v.slot = e.f.frame
			e.f.frame += e.f.m.widest() / 8
			// taken from the end, so that other blocks use them in the same order
			e.f.slots = slices.Insert(e.f.slots, 0, v.slot)
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
func (e *emitter) stack(v *home) operand.Op { return operand.NewStackAddr(v.slot) }

// need makes sure that a value is in a register.
func (e *emitter) need(v *home) {
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
func (e *emitter) literal(v *home) {
	n := v.def
	switch {
	case n.isZero:
		e.f.do("VXORPS", vector(v.reg, 128), vector(v.reg, 128), vector(v.reg, 128))
	case n.n > 1 || e.f.m.level == isa.AVX2:
		e.f.do("VMOVUPS", e.f.memory(n.mem), vector(v.reg, v.bits))
	default:
		e.f.do(broadcast(n.size, v.bits), e.f.memory(n.mem), vector(v.reg, v.bits))
	}
}

// tail loads a mask.
func (e *emitter) tail(v *home) {
	e.f.do("MOVL", operand.U32(1<<v.def.n-1), reg.EAX)
	e.f.do("KMOVW", reg.EAX, opmask(v.reg))
}

// operand is a value's register as an instruction of some width sees it.
func (e *emitter) operand(v *home, bits int) operand.Op {
	if v.class == maskClass {
		return opmask(v.reg)
	}
	return vector(v.reg, bits)
}

// ensure brings into a register a load whose folding did not come about.
func (e *emitter) ensure(v *home) {
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
		// The registers of sources that end here may be taken; not those of a load that was left to another node, which
		// may need them too.
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

// overwrite gives the register of a value to the result.
func (e *emitter) overwrite(n *node, v *home) operand.Op {
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
