package amd64

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/backpropgen/backpropgen/gen/amd64/isa"
	"github.com/backpropgen/backpropgen/gen/assembly"
)

// emitter turns the nodes of a block into instructions.
type emitter struct {
	*assembly.Allocator
	f *writer
}

// WriteNode emits one node.
func (f *writer) WriteNode(a *assembly.Allocator, b *assembly.Block, n *assembly.Node) {
	emitter{a, f}.write(b, n)
}

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
func (e emitter) write(b *assembly.Block, n *assembly.Node) {
	switch n.Kind {
	case assembly.Load, assembly.Splat:
		// A mask that can't be made again is there no longer than it is used.
		if (n.Mask == nil || n.Mask.Rematerialises()) && len(n.Out.Uses) == 1 &&
			b.Nodes[n.Out.Uses[0]].Version == n.Version && foldsIn(b.Nodes[n.Out.Uses[0]], n) {
			n.Deferred = true
			return
		}
		e.load(n)
	case assembly.Store:
		e.store(n)
	case assembly.Assign:
		e.Need(n.In[0])
		if n.In[0].Reg != n.Out.Reg {
			e.f.do("VMOVAPS", vector(n.In[0].Reg, n.Bits), vector(n.Out.Reg, n.Bits))
		}
	case assembly.Fused:
		e.fused(b, n)
	case assembly.Replace:
		e.replace(b, n)
	case assembly.Gather:
		e.gather(n)
	default:
		e.compute(b, n)
	}
}

// do emits an instruction.
func (f *writer) do(op string, operands ...operand.Op) {
	for _, o := range operands {
		if o == nil {
			f.Fail(op + " has an operand without a register")
			return
		}
	}
	i, err := isa.Build(op, operands...)
	if err != nil {
		var text []any
		for _, o := range operands {
			text = append(text, o.Asm())
		}
		f.Fail(fmt.Sprintf("%s %v: %v", op, text, err))
		return
	}
	f.Nodes = append(f.Nodes, i)
	f.asked = f.asked.Plus(f.core.Work(i, func(base reg.Register) int { return f.LineOf(base) }))
}
