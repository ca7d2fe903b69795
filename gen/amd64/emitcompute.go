package amd64

import (
	"math"

	"github.com/mmcloughlin/avo/operand"

	"github.com/backpropgen/backpropgen/gen/amd64/isa"
	"github.com/backpropgen/backpropgen/gen/assembly"
)

// Instructions that compute, with one operand from memory where it may be.

// folded returns the memory operand that stands for a value not in a register, and the suffix of the opcode: a
// constant, or a load that has only this use and that no store separates from it.
func (e emitter) folded(b *assembly.Block, n *assembly.Node, v *assembly.Home) (op operand.Op, suffix string, ok bool) {
	if v.Cell || v.Reg >= 0 || v.Slot >= 0 || v.Def == nil {
		return nil, "", false
	}
	d := v.Def
	switch d.Kind {
	case assembly.Literal:
		if d.IsZero {
			return nil, "", false
		}
		if e.f.level == isa.AVX2 || d.N > 1 {
			return e.f.memory(d.Mem), "", true
		}
		// Reading it again costs no instruction; where much is computed side by side, loads are what there is too much
		// of.
		if d.Size == n.Size && (!e.f.Many || len(v.Uses) == 1 || e.NextUse(v) == math.MaxInt) {
			return e.f.memory(d.Mem), "_BCST", true
		}
	case assembly.Load:
		bits := n.Bits
		if n.Narrow != 0 {
			bits = n.Narrow
		}
		if d.Mask == nil && d.N*d.Size*8 == bits && e.later(d, v) {
			return e.f.memory(d.Mem), "", true
		}
	case assembly.Splat:
		if d.N > 1 {
			return nil, "", false
		}
		// go vet knows an argument's size only where it is moved.
		if e.f.level == isa.AVX512 && d.Mem.Base != e.f.ArgumentBase && d.Size == n.Size && e.later(d, v) {
			return e.f.memory(d.Mem), "_BCST", true
		}
	}
	return nil, "", false
}

// later says whether a load is left to its only use.
func (e emitter) later(d *assembly.Node, v *assembly.Home) bool {
	return d.Deferred && len(v.Uses) == 1
}

// foldsIn says whether a node can read the result of d straight from memory.
func foldsIn(n, d *assembly.Node) bool {
	if d.Kind == assembly.Splat && (d.N > 1 || n.Out != nil && n.Size != d.Size) {
		return false
	}
	switch n.Kind {
	case assembly.Compute:
		last := n.In[len(n.In)-1]
		return n.Fold && (last == d.Out || n.Swap && n.In[0] == d.Out)
	case assembly.Fused:
		return n.In[0] == d.Out || n.In[1] == d.Out
	}
	return false
}

// compute emits out = op(in…): Go's order of operands is immediate, last source first, mask, destination.
func (e emitter) compute(b *assembly.Block, n *assembly.Node) {
	ins := n.In
	if n.Swap {
		if _, _, ok := e.folded(b, n, ins[0]); ok {
			if _, _, last := e.folded(b, n, ins[1]); !last {
				ins = []*assembly.Home{ins[1], ins[0]}
			}
		}
	}
	if n.Mask != nil {
		e.Ensure(n.Mask)
	}
	var ops []operand.Op
	op := loweringOf(n).Name(n.Bits)
	for i := range ins {
		if i == len(ins)-1 && n.Fold {
			if mem, suffix, ok := e.folded(b, n, ins[i]); ok {
				ops, op = append([]operand.Op{mem}, ops...), op+suffix
				continue
			}
		}
		e.Ensure(ins[i])
		bits := n.Bits
		if n.Narrow != 0 && (len(ins) == 1 || i == 1) {
			bits = n.Narrow
		}
		ops = append([]operand.Op{e.operand(ins[i], bits)}, ops...)
	}
	if n.Imm >= 0 {
		ops = append([]operand.Op{operand.U8(n.Imm)}, ops...)
	}
	if n.Mask != nil {
		if n.Mask.Class == assembly.MaskClass {
			ops = append(ops, e.operand(n.Mask, n.Bits))
			if n.Zero {
				op += "_Z"
			}
		} else {
			ops = append([]operand.Op{e.operand(n.Mask, n.Bits)}, ops...)
		}
	}
	e.f.do(op, append(ops, e.place(n))...)
}

// fused emits ±x·y + z, overwriting z, x or y: the one that is not read again, and a copy of z where all are. One of
// the others may be in memory.
func (e emitter) fused(b *assembly.Block, n *assembly.Node) {
	x, y, z := n.In[0], n.In[1], n.In[2]
	if _, _, ok := e.folded(b, n, x); ok {
		x, y = y, x // y is the one in memory
	}
	if d := x.Def; d != nil && d.Kind == assembly.Load && d.Deferred && d.Mask != nil {
		x, y = y, x
	}
	// A product of masked numbers is added where the mask is set.
	if d := y.Def; n.Mask == nil && e.f.level == isa.AVX512 && d != nil && d.Kind == assembly.Load && d.Deferred &&
		d.Mask != nil && (e.Dies(z) || n.Out == z) && y.Reg < 0 {
		e.Ensure(x)
		e.Ensure(z)
		e.Ensure(d.Mask)
		d.Deferred = false
		dst := e.overwrite(n, z)
		e.f.do(loweringOf(n).forms[form231], e.f.memory(d.Mem), e.operand(x, n.Bits), e.operand(d.Mask, n.Bits), dst)
		return
	}
	mem, suffix, ok := e.folded(b, n, y)
	e.Ensure(x)
	if !ok {
		e.Ensure(y)
		mem = e.operand(y, n.Bits)
	}
	_, _, constant := e.folded(b, n, z)
	switch {
	case constant && !ok && n.Out != z && x != y && e.Dies(x):
		e.accumulator(b, n, x, y, z)
	case constant && !ok && n.Out != z && x != y && e.Dies(y):
		e.accumulator(b, n, y, x, z)
	case n.Out == z || e.Dies(z):
		e.Ensure(z)
		e.f.do(loweringOf(n).forms[form231]+suffix, mem, e.operand(x, n.Bits), e.overwrite(n, z))
	case e.Dies(x) && x != y:
		if ok {
			e.Ensure(z)
			e.f.do(loweringOf(n).forms[form132]+suffix, mem, e.operand(z, n.Bits), e.overwrite(n, x))
			return
		}
		e.accumulator(b, n, x, y, z)
	case !ok && e.Dies(y) && x != y:
		e.accumulator(b, n, y, x, z)
	default:
		e.Ensure(z)
		old := e.operand(z, n.Bits)
		// The copy must not take the register of a factor.
		dst := e.placeApart(n)
		e.f.do("VMOVAPS", old, dst)
		e.f.do(loweringOf(n).forms[form231]+suffix, mem, e.operand(x, n.Bits), dst)
	}
}

// accumulator emits x = ±x·y + z in the form that reads z from memory where it may.
func (e emitter) accumulator(b *assembly.Block, n *assembly.Node, x, y, z *assembly.Home) {
	if mem, suffix, ok := e.folded(b, n, z); ok {
		e.f.do(loweringOf(n).forms[form213]+suffix, mem, e.operand(y, n.Bits), e.overwrite(n, x))
		return
	}
	e.Ensure(z)
	e.f.do(loweringOf(n).forms[form213], e.operand(z, n.Bits), e.operand(y, n.Bits), e.overwrite(n, x))
}

// replace emits an instruction that overwrites its first source: a copy of it where it is read again. The last source
// may be in memory.
func (e emitter) replace(b *assembly.Block, n *assembly.Node) {
	last, suffix, inMemory := e.folded(b, n, n.In[2])
	e.Ensure(n.In[0])
	e.Ensure(n.In[1])
	if n.Mask != nil {
		e.Ensure(n.Mask)
	}
	if suffix != "" || !inMemory {
		e.Ensure(n.In[2])
		last = e.operand(n.In[2], n.Bits)
	}
	second := e.operand(n.In[1], n.Bits)
	var dst operand.Op
	if first := n.In[0]; e.Dies(first) {
		dst = e.overwrite(n, first)
	} else {
		old := e.operand(first, n.Bits)
		dst = e.placeApart(n)
		e.f.do("VMOVAPS", old, dst)
	}
	ops := []operand.Op{last, second, dst}
	if n.Mask != nil {
		ops = []operand.Op{last, second, e.operand(n.Mask, n.Bits), dst}
	}
	if n.Imm >= 0 {
		ops = append([]operand.Op{operand.U8(n.Imm)}, ops...)
	}
	e.f.do(loweringOf(n).Name(n.Bits), ops...)
}
