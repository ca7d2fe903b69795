package assembly

import (
	"fmt"

	"github.com/backpropgen/backpropgen/gen/vec"
)

// How an operation of the vector program becomes a node: the types of what it takes and makes, the widths that its
// instruction sees them with, and its immediate operand.

// Of is an operation on lanes of a type, as the instruction that it is at the level.
func (b *Block) Of(op vec.Op, elem vec.Elem, in ...*vec.Value) *Node {
	low := b.m.lowering(op, elem)
	if low == nil || low.Name(b.Bits) == "" {
		b.f.Fail(fmt.Sprintf("%v of %v in %d bits is no instruction at %v", op, elem, b.Bits, b.m.Set))
		low = b.m.lowering(vec.Add, vec.F32)
	}
	one := &struct {
		node Node
		step vec.Apply
		in   [4]*Home // three, and one more for those that read one twice
	}{node: Node{Low: low}}
	n, s := &one.node, &one.step
	n.Step, n.In = s, one.in[:0]
	takes, makes := b.types(op, elem)
	s.Op, s.Args = op, in
	for i, v := range in {
		n.In = append(n.In, HomeOf(v))
		in[i] = n.view(b, v, takes[i])
	}
	s.Out = b.fresh(makes)
	n.value, n.Out = s.Out, HomeOf(s.Out)
	b.f.Target.Lower(n, b.Bits)
	return n
}

// Comparisons of integers where there are but these two, which say by themselves what they ask.
const (
	SignedGreater vec.Op = vec.Ops + iota
	BitsEqual
	// LoweredOps is how many operations there are with them.
	LoweredOps = vec.Ops + iota
)

// types are those of the operands and of the result of an operation in registers of the block's width.
func (b *Block) types(op vec.Op, elem vec.Elem) (takes [3]vec.Type, makes vec.Type) {
	all := b.vector(elem)
	block := vec.Vector(elem, 16/elem.Size())
	takes, makes = [3]vec.Type{all, all, all}, all
	switch op {
	case vec.Compare, vec.Test, SignedGreater, BitsEqual:
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

// By gives an operation its constant.
func (n *Node) By(b *Block, constant int) *Node {
	n.Step.(*vec.Apply).Imm = constant
	b.f.Target.Immediate(n)
	return n
}

// where makes an operation one in the lanes of a mask alone.
func (n *Node) where(b *Block, mask *vec.Value) *Node {
	s := n.Step.(*vec.Apply)
	n.Mask, s.Mask = HomeOf(mask), n.view(b, mask, vec.Mask(s.Out.Type.Lanes))
	return n
}

// asks makes a comparison one of a predicate.
func (n *Node) asks(p vec.Predicate) *Node {
	s := n.Step.(*vec.Apply)
	s.Op, s.Predicate = vec.Compare, p
	return n
}

// into gives the result of an operation to a variable.
func (n *Node) into(b *Block, cell *vec.Value) *Node {
	n.after = append(n.after, &vec.Set{Var: cell, To: n.look(b, n.value, cell.Type, &n.after)})
	n.value, n.Out = cell, HomeOf(cell)
	return n
}

// view is a value that a node reads, as one of another type where its own is another. It takes no instruction: it is
// the same register.
func (n *Node) view(b *Block, v *vec.Value, t vec.Type) *vec.Value { return n.look(b, v, t, &n.views) }

// look is that, its steps being added to some.
func (n *Node) look(b *Block, v *vec.Value, t vec.Type, steps *[]vec.Step) *vec.Value {
	if v.Type == t {
		return v
	}
	as := func(op vec.Op, t vec.Type) {
		out := &vec.Value{Type: t, ID: b.f.NextValue(), Home: v.Home}
		*steps = append(*steps, &vec.Apply{Op: op, Out: out, Args: []*vec.Value{v}})
		v = out
	}
	switch {
	case v.Type.Mask && !t.Mask: // all bits of a lane are set or none
		as(vec.Ones, vec.Vector(t.Elem, v.Type.Lanes))
	case !v.Type.Mask && t.Mask:
		if all := b.vector(b.m.Number()); v.Type.Lanes != t.Lanes {
			as(vec.As, vec.Vector(all.Elem, t.Lanes))
		}
		as(vec.Signs, t)
	}
	if v.Type != t {
		as(vec.As, t)
	}
	return v
}
