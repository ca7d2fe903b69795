package amd64

import (
	"math"

	"github.com/mmcloughlin/avo/operand"

	"github.com/backpropgen/backpropgen/gen/amd64/isa"
)

// Instructions that compute, with one operand from memory where it may be.

// folded returns the memory operand that stands for a value not in a register, and the suffix of the opcode: a
// constant, or a load that has only this use and that no store separates from it.
func (e *emitter) folded(b *block, n *node, v *home) (op operand.Op, suffix string, ok bool) {
	if v.cell || v.reg >= 0 || v.slot >= 0 || v.def == nil {
		return nil, "", false
	}
	d := v.def
	switch d.kind {
	case literal:
		if d.isZero {
			return nil, "", false
		}
		if e.f.m.level == isa.AVX2 || d.n > 1 {
			return e.f.memory(d.mem), "", true
		}
		// Reading it again costs no instruction; where much is computed side by side, loads are what there is too much
		// of.
		if d.size == n.size && (!e.f.many || len(v.uses) == 1 || e.nextUse(v) == math.MaxInt) {
			return e.f.memory(d.mem), "_BCST", true
		}
	case load:
		bits := n.bits
		if n.narrow != 0 {
			bits = n.narrow
		}
		if d.mask == nil && d.n*d.size*8 == bits && e.later(d, v) {
			return e.f.memory(d.mem), "", true
		}
	case splat:
		if d.n > 1 {
			return nil, "", false
		}
		// go vet knows an argument's size only where it is moved.
		if e.f.m.level == isa.AVX512 && d.mem.Base != e.f.argumentBase && d.size == n.size && e.later(d, v) {
			return e.f.memory(d.mem), "_BCST", true
		}
	}
	return nil, "", false
}

// later says whether a load is left to its only use.
func (e *emitter) later(d *node, v *home) bool { return d.deferred && len(v.uses) == 1 }

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

// compute emits out = op(in…): Go's order of operands is immediate, last source first, mask, destination.
func (e *emitter) compute(b *block, n *node) {
	ins := n.in
	if n.swap {
		if _, _, ok := e.folded(b, n, ins[0]); ok {
			if _, _, last := e.folded(b, n, ins[1]); !last {
				ins = []*home{ins[1], ins[0]}
			}
		}
	}
	if n.mask != nil {
		e.ensure(n.mask)
	}
	var ops []operand.Op
	op := n.low.name(n.bits)
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

// fused emits ±x·y + z, overwriting z, x or y: the one that is not read again, and a copy of z where all are. One of
// the others may be in memory.
func (e *emitter) fused(b *block, n *node) {
	x, y, z := n.in[0], n.in[1], n.in[2]
	if _, _, ok := e.folded(b, n, x); ok {
		x, y = y, x // y is the one in memory
	}
	if d := x.def; d != nil && d.kind == load && d.deferred && d.mask != nil {
		x, y = y, x
	}
	// A product of masked numbers is added where the mask is set.
	if d := y.def; n.mask == nil && e.f.m.level == isa.AVX512 && d != nil && d.kind == load && d.deferred &&
		d.mask != nil && (e.dies(z) || n.out == z) && y.reg < 0 {
		e.ensure(x)
		e.ensure(z)
		e.ensure(d.mask)
		d.deferred = false
		dst := e.overwrite(n, z)
		e.f.do(n.low.forms[form231], e.f.memory(d.mem), e.operand(x, n.bits), e.operand(d.mask, n.bits), dst)
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
		e.f.do(n.low.forms[form231]+suffix, mem, e.operand(x, n.bits), e.overwrite(n, z))
	case e.dies(x) && x != y:
		if ok {
			e.ensure(z)
			e.f.do(n.low.forms[form132]+suffix, mem, e.operand(z, n.bits), e.overwrite(n, x))
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
		e.f.do(n.low.forms[form231]+suffix, mem, e.operand(x, n.bits), dst)
	}
}

// accumulator emits x = ±x·y + z in the form that reads z from memory where it may.
func (e *emitter) accumulator(b *block, n *node, x, y, z *home) {
	if mem, suffix, ok := e.folded(b, n, z); ok {
		e.f.do(n.low.forms[form213]+suffix, mem, e.operand(y, n.bits), e.overwrite(n, x))
		return
	}
	e.ensure(z)
	e.f.do(n.low.forms[form213], e.operand(z, n.bits), e.operand(y, n.bits), e.overwrite(n, x))
}

// replace emits an instruction that overwrites its first source: a copy of it where it is read again. The last source
// may be in memory.
func (e *emitter) replace(b *block, n *node) {
	last, suffix, inMemory := e.folded(b, n, n.in[2])
	e.ensure(n.in[0])
	e.ensure(n.in[1])
	if n.mask != nil {
		e.ensure(n.mask)
	}
	if suffix != "" || !inMemory {
		e.ensure(n.in[2])
		last = e.operand(n.in[2], n.bits)
	}
	second := e.operand(n.in[1], n.bits)
	var dst operand.Op
	if first := n.in[0]; e.dies(first) {
		dst = e.overwrite(n, first)
	} else {
		old := e.operand(first, n.bits)
		dst = e.placeApart(n)
		e.f.do("VMOVAPS", old, dst)
	}
	ops := []operand.Op{last, second, dst}
	if n.mask != nil {
		ops = []operand.Op{last, second, e.operand(n.mask, n.bits), dst}
	}
	if n.imm >= 0 {
		ops = append([]operand.Op{operand.U8(n.imm)}, ops...)
	}
	e.f.do(n.low.name(n.bits), ops...)
}
