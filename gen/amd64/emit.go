package amd64

import (
	"fmt"
	"slices"

	"github.com/mmcloughlin/avo/operand"

	"github.com/backpropgen/backpropgen/gen/amd64/isa"
)

// emitter turns the nodes of a block into instructions, giving registers to values as they are computed and taking them
// back after the last use. When none is free, the value whose next use is furthest away goes to the stack: the rule of
// Belady, which is optimal for straight-line code when all values cost the same.
type emitter struct {
	f *function
	// holds are the values in vector registers and in mask registers, by number.
	holds [2][]*home
	at    int // index of the node being emitted
	node  *node
	busy  map[*home]bool
	// slots are free places on the stack, each of 64 bytes.
	slots []int
}

// emit writes out a block.
func (f *function) emit(b *block) {
	e := &emitter{f: f, busy: map[*home]bool{}}
	e.holds = [2][]*home{make([]*home, f.m.registers()), make([]*home, 8)}
	for _, v := range b.adopted {
		e.holds[v.class][v.reg] = v
	}
	for i, n := range b.nodes {
		for _, v := range n.sources() {
			v.uses = append(v.uses, i)
		}
	}
	if f.file.layered {
		e.slots = slices.Clone(f.slots)
	}
	f.asked = b.waits()
	for i, n := range b.nodes {
		e.f.keepNode(n)
		if n.out != nil && !n.out.cell && len(n.out.uses) == 0 {
			continue // nothing reads it
		}
		e.at, e.node = i, n
		e.write(b, n)
		clear(e.busy)
		e.sweep(n)
	}
	f.add(f.asked.Cycles())
}

// sources are the values a node reads.
func (n *node) sources() []*home {
	if n.mask != nil {
		return append([]*home{n.mask}, n.in...)
	}
	return n.in
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
func (e *emitter) write(b *block, n *node) {
	switch n.kind {
	case note:
		e.f.fn.AddComment(n.text)
	case literal, tail:
		// When it is needed.
	case load, splat:
		// A mask that can't be made again is there no longer than it is used.
		if (n.mask == nil || n.mask.rematerialises()) && len(n.out.uses) == 1 &&
			b.nodes[n.out.uses[0]].version == n.version && b.nodes[n.out.uses[0]].folds(n) {
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

// do emits an instruction.
func (f *function) do(op string, operands ...operand.Op) {
	for _, o := range operands {
		if o == nil {
			f.fail(op + " has an operand without a register")
			return
		}
	}
	i, err := isa.Build(op, operands...)
	if err != nil {
		var text []any
		for _, o := range operands {
			text = append(text, o.Asm())
		}
		f.fail(fmt.Sprintf("%s %v: %v", op, text, err))
		return
	}
	f.fn.AddInstruction(i)
	if f.file != nil { // else it is no function of a network
		f.asked = f.asked.Plus(f.file.core.Work(i, f.lineOf))
	}
}
