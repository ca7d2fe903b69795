package assembly

import "slices"

// Allocator gives registers to the values of a block as they are computed and takes them back after the last use. When
// none is free, the value whose next use is furthest away goes to the stack: the rule of Belady, which is optimal for
// straight-line code when all values cost the same.
type Allocator struct {
	f *Function
	// holds are the values in vector registers and in mask registers, by number.
	holds [2][]*Home
	at    int // index of the node being written
	node  *Node
	busy  map[*Home]bool
	// slots are free places on the stack, each of a whole register.
	slots []int
}

// maskRegisters is how many registers there are for masks, where masks are no vectors; the first means no mask.
const maskRegisters = 8

// emit writes out a block.
func (f *Function) emit(b *Block) {
	a := &Allocator{f: f, busy: map[*Home]bool{}}
	a.holds = [2][]*Home{make([]*Home, f.Machine.Registers()), make([]*Home, maskRegisters)}
	for _, v := range b.Adopted {
		a.holds[v.Class][v.Reg] = v
	}
	f.Target.Arrange(b)
	for i, n := range b.Nodes {
		for _, v := range n.Sources() {
			v.Uses = append(v.Uses, i)
		}
	}
	if f.File.Layered {
		a.slots = slices.Clone(f.slots)
	}
	f.Target.BeginBlock(b.waits())
	for i, n := range b.Nodes {
		f.keepNode(n)
		if n.Out != nil && !n.Out.Cell && len(n.Out.Uses) == 0 {
			continue // nothing reads it
		}
		a.at, a.node = i, n
		a.write(b, n)
		clear(a.busy)
		a.sweep(n)
	}
	f.add(f.Target.EndBlock())
}

// Sources are the values a node reads.
func (n *Node) Sources() []*Home {
	if n.Mask != nil {
		return append([]*Home{n.Mask}, n.In...)
	}
	return n.In
}

// write writes one node.
func (a *Allocator) write(b *Block, n *Node) {
	switch n.Kind {
	case note:
		a.f.Target.WriteComment(n.text)
	case Literal, tail:
		// When it is needed.
	default:
		a.f.Target.WriteNode(a, b, n)
	}
}
