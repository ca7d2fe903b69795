package amd64

import (
	"slices"

	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/backpropgen/backpropgen/gen/amd64/cores"
	"github.com/backpropgen/backpropgen/gen/amd64/isa"
)

// Intel's cores take an operation on vectors apart that reads memory at the sum of two registers: then it goes through
// the front of the core as two, and no more than one goes in a cycle, about. Loads and stores by themselves stay whole.
// So the sum is computed once where several operations read at it, into a register that the function has no other use
// for. Other cores take as long either way.

// fewestSummed is how many operations have to read at a sum for that.
const fewestSummed = 2

// spareRegisters are those that an address may be computed into where they are free: not those that Go keeps for
// itself, nor the one that points to frames.
var spareRegisters = []reg.Register{
	reg.R8, reg.R9, reg.R10, reg.R11, reg.R12, reg.R13, reg.RAX, reg.RBX, reg.RCX, reg.RDX, reg.RSI, reg.RDI,
}

// sum is an address that is the sum of two registers.
type sum struct{ base, index reg.Register }

// sumAddresses computes such sums of a finished function.
func sumAddresses(fn *ir.Function) {
	if !slices.ContainsFunc(fn.Nodes, readsAtSum) {
		return
	}
	live := liveAfter(fn.Nodes)
	var nodes []ir.Node
	for from := 0; from < len(fn.Nodes); {
		to := from
		for to < len(fn.Nodes) && !endsBlock(fn.Nodes[to]) {
			to++
		}
		block := fn.Nodes[from:to]
		if spares := sparesIn(block, live[from:to]); len(spares) > 0 {
			block = sumBlock(block, spares)
		}
		nodes = append(nodes, block...)
		if to < len(fn.Nodes) {
			nodes = append(nodes, fn.Nodes[to])
		}
		from = to + 1
	}
	fn.Nodes = nodes
}

// readsAtSum says whether a node is an operation that reads at a sum.
func readsAtSum(n ir.Node) bool {
	i, ok := n.(*ir.Instruction)
	if !ok {
		return false
	}
	_, place := sumOf(i)
	return place >= 0
}

// sparesIn are the registers that a block does not use and that hold nothing there which is used later. live are the
// registers that are read after each of its nodes.
func sparesIn(block []ir.Node, live []general) (spares []reg.Register) {
	if !slices.ContainsFunc(block, readsAtSum) {
		return nil
	}
	taken := live[len(live)-1]
	for _, n := range block {
		if i, ok := n.(*ir.Instruction); ok {
			taken |= generalOf(i.InputRegisters()) | generalOf(i.OutputRegisters())
		}
	}
	for _, r := range spareRegisters {
		if taken&generalOf([]reg.Register{r}) == 0 {
			spares = append(spares, r)
		}
	}
	return spares
}

// endsBlock says whether instructions after a node may run without those before it, or the other way round.
func endsBlock(n ir.Node) bool {
	i, ok := n.(*ir.Instruction)
	return !ok && !isComment(n) || ok && (i.IsBranch || i.IsTerminal)
}

// isComment says whether a node is one.
func isComment(n ir.Node) bool {
	_, ok := n.(*ir.Comment)
	return ok
}

// sumBlock computes the sums of a block that runs from its first node to its last. A register that is done with holds
// the next one.
func sumBlock(block []ir.Node, spares []reg.Register) (out []ir.Node) {
	held := make([]sum, len(spares)) // what each of them holds
	for at, n := range block {
		i, ok := n.(*ir.Instruction)
		if !ok {
			out = append(out, n)
			continue
		}
		if s, place := sumOf(i); place >= 0 {
			k := slices.Index(held, s)
			if k < 0 && readers(block[at:], s) >= fewestSummed {
				k = slices.IndexFunc(held, func(h sum) bool { return readers(block[at:], h) == 0 })
				if k >= 0 {
					out, held[k] = append(out, addressOf(s, spares[k])), s
				}
			}
			if k >= 0 {
				i = atSum(i, place, spares[k])
			}
		}
		out = append(out, i)
		for k, h := range held {
			if writes(i, h) {
				held[k] = sum{}
			}
		}
	}
	return out
}

// addressOf computes a sum into a register.
func addressOf(s sum, to reg.Register) *ir.Instruction {
	i, err := isa.Build("LEAQ", operand.Mem{Base: s.base, Index: s.index, Scale: 1}, to)
	if err != nil {
		panic(err) // there is such an instruction for all registers
	}
	return i
}

// sumOf is the sum that an operation on vectors reads at, and which of its operands that is, -1 where it reads at none.
func sumOf(i *ir.Instruction) (s sum, place int) {
	if !cores.Computes(i) {
		return s, -1
	}
	for k, o := range i.Operands {
		if m, ok := o.(operand.Mem); ok && m.Index != nil && m.Scale == 1 && m.Symbol.Name == "" {
			return sum{m.Base, m.Index}, k
		}
	}
	return s, -1
}

// readers is how many operations of the rest of a block read at a sum before one of its registers is written.
func readers(rest []ir.Node, s sum) (count int) {
	for _, n := range rest {
		i, ok := n.(*ir.Instruction)
		if !ok {
			continue
		}
		if of, place := sumOf(i); place >= 0 && of == s {
			count++
		}
		if writes(i, s) {
			break
		}
	}
	return count
}

// writes says whether an instruction writes one of the registers of a sum.
func writes(i *ir.Instruction, s sum) bool {
	return s.base != nil && slices.ContainsFunc(i.OutputRegisters(), func(r reg.Register) bool {
		return r.ID() == s.base.ID() || r.ID() == s.index.ID()
	})
}

// atSum is an instruction that reads at a register which holds the sum.
func atSum(i *ir.Instruction, place int, at reg.Register) *ir.Instruction {
	m := i.Operands[place].(operand.Mem)
	changed := *i
	changed.Operands = slices.Clone(i.Operands)
	changed.Operands[place] = operand.Mem{Base: at, Disp: m.Disp}
	if k := slices.Index(i.Inputs, i.Operands[place]); k >= 0 {
		changed.Inputs = slices.Clone(i.Inputs)
		changed.Inputs[k] = changed.Operands[place]
	}
	return &changed
}
