package amd64

import (
	"fmt"

	"github.com/backpropgen/backpropgen/gen/vec"
)

// How an operation of the vector program becomes a node: the types of what it takes and makes, the widths that its
// instruction sees them with, and its immediate operand.

// of is an operation on lanes of a type, as the instruction that it is at the level.
func (b *block) of(op vec.Op, elem vec.Elem, in ...*vec.Value) *node {
	low := b.m.lowering(op, elem)
	if low == nil || low.name(b.bits) == "" {
		b.f.fail(fmt.Sprintf("%v of %v in %d bits is no instruction at %v", op, elem, b.bits, b.m.level))
		low = b.m.lowering(vec.Add, vec.F32)
	}
	one := &struct {
		node node
		step vec.Apply
	}{node: node{kind: low.form, low: low, imm: low.imm[b.bits/256], fold: low.fold, swap: low.swap}}
	n, s := &one.node, &one.step
	n.step = s
	takes, makes := b.types(op, elem)
	s.Op, s.Args = op, in
	for i, v := range in {
		n.in = append(n.in, homeOf(v))
		in[i] = n.view(b, v, takes[i])
	}
	if low.twice {
		n.in = append(n.in, n.in[0])
	}
	s.Out = b.fresh(makes)
	n.value, n.out = s.Out, homeOf(s.Out)
	n.widths(op, b.bits)
	return n
}

// types are those of the operands and of the result of an operation in registers of the block's width.
func (b *block) types(op vec.Op, elem vec.Elem) (takes [3]vec.Type, makes vec.Type) {
	all := b.vector(elem)
	block := vec.Vector(elem, 16/elem.Size())
	takes, makes = [3]vec.Type{all, all, all}, all
	switch op {
	case vec.Compare, vec.Test, signedGreater, bitsEqual:
		makes = vec.Mask(all.Lanes)
	case vec.Widen:
		makes = b.vector(elem.Wide())
		takes[0] = vec.Vector(elem, makes.Lanes)
	case vec.Narrow:
		makes = vec.Vector(vec.F32, all.Lanes)
	case vec.Float:
		makes = b.vector(vec.F64)
	case vec.Broadcast:
		takes[0] = block
	case vec.UpperHalf:
		makes.Lanes /= 2
	case vec.Join:
		takes[0].Lanes /= 2
		takes[1] = takes[0]
	case vec.Block:
		makes = block
	case vec.Insert:
		takes[1] = block
	case vec.Permute, vec.Permute2:
		takes[0].Elem = vec.UnsignedOf(elem.Size())
	}
	return takes, makes
}

// widths notes where an instruction sees a register with another width than the block's.
func (n *node) widths(op vec.Op, bits int) {
	switch op {
	case vec.Broadcast, vec.Insert:
		n.narrow = 128
	case vec.Join:
		n.narrow = bits / 2
	case vec.Widen:
		n.narrow = max(bits/2, 128)
	case vec.Narrow:
		n.wide, n.narrow = max(bits/2, 128), bits
	case vec.UpperHalf:
		n.wide, n.narrow = bits/2, bits
	case vec.Block:
		n.wide, n.narrow = 128, bits
	}
	if n.wide != 0 {
		n.out.bits = n.wide
	}
}

// by gives an operation its constant, and the instruction what says it.
func (n *node) by(constant int) *node {
	s := n.step.(*vec.Apply)
	s.Imm, n.imm = constant, constant
	if s.Op == vec.Repeat { // the same for every lane, of four in two bits each, or of all in one
		n.imm = constant * 0b01_01_01_01
		if s.Out.Type.Elem.Size() == 8 {
			n.imm = constant * (1<<s.Out.Type.Lanes - 1)
		}
	}
	return n
}

// where makes an operation one in the lanes of a mask alone.
func (n *node) where(b *block, mask *vec.Value) *node {
	s := n.step.(*vec.Apply)
	n.mask, s.Mask = homeOf(mask), n.view(b, mask, vec.Mask(s.Out.Type.Lanes))
	return n
}

// asks makes a comparison one of a predicate.
func (n *node) asks(p vec.Predicate) *node {
	s := n.step.(*vec.Apply)
	s.Op, s.Predicate = vec.Compare, p
	return n
}

// into gives the result of an operation to a variable.
func (n *node) into(b *block, cell *vec.Value) *node {
	n.after = append(n.after, &vec.Set{Var: cell, To: n.look(b, n.value, cell.Type, &n.after)})
	n.value, n.out = cell, homeOf(cell)
	return n
}

// view is a value that a node reads, as one of another type where its own is another. It takes no instruction: it is
// the same register.
func (n *node) view(b *block, v *vec.Value, t vec.Type) *vec.Value { return n.look(b, v, t, &n.views) }

// look is that, its steps being added to some.
func (n *node) look(b *block, v *vec.Value, t vec.Type, steps *[]vec.Step) *vec.Value {
	if v.Type == t {
		return v
	}
	as := func(op vec.Op, t vec.Type) {
		out := &vec.Value{Type: t, ID: b.f.number(), Home: v.Home}
		*steps = append(*steps, &vec.Apply{Op: op, Out: out, Args: []*vec.Value{v}})
		v = out
	}
	switch {
	case v.Type.Mask && !t.Mask: // all bits of a lane are set or none
		as(vec.Ones, vec.Vector(t.Elem, v.Type.Lanes))
	case !v.Type.Mask && t.Mask:
		if all := b.vector(b.m.number()); v.Type.Lanes != t.Lanes {
			as(vec.As, vec.Vector(all.Elem, t.Lanes))
		}
		as(vec.Signs, t)
	}
	if v.Type != t {
		as(vec.As, t)
	}
	return v
}
