package amd64

import (
	"encoding/binary"
	"slices"
	"sort"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"

	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/kernel"
)

// dataOf is the data section of the constants of a file.
func dataOf(f *assembly.File) *ir.Global {
	data := &ir.Global{Symbol: operand.NewStaticSymbol(f.Symbol), Attributes: attr.RODATA | attr.NOPTR}
	for _, c := range f.All {
		for data.Size < c.At {
			data.Append(operand.U32(0))
		}
		for k := 0; k < len(c.Raw); k += c.Unit {
			if c.Unit == 8 {
				data.Append(operand.U64(binary.LittleEndian.Uint64(c.Raw[k:])))
			} else {
				data.Append(operand.U32(binary.LittleEndian.Uint32(c.Raw[k:])))
			}
		}
	}
	return data
}

// placeConstants gives the constants that a file's codes read their places, those first that are to begin at multiples
// of the most bytes: none lies across words, and nothing between them is left over.
func (a *Assembly) placeConstants(f *assembly.File, forms []form) {
	codes := make([]*compiled, 0, len(forms))
	for _, of := range forms {
		codes = append(codes, a.code[of])
	}
	for _, s := range a.swept {
		codes = append(codes, s.Code...)
	}
	reads := make([][]bool, len(codes))
	for i, c := range codes {
		reads[i] = c.reads()
	}
	for bytes := kernel.LineBytes; bytes > 0; bytes /= 2 {
		for i, c := range codes {
			for k, one := range c.file.All {
				if reads[i][k] && len(one.Raw)%bytes == 0 {
					f.Share(one)
				}
			}
		}
	}
}

// reads says which of its constants a code reads: what it did not need after all has left some behind.
func (c *compiled) reads() []bool {
	reads := make([]bool, len(c.file.All))
	for _, fn := range c.parts {
		for _, n := range fn.Nodes {
			if i, ok := n.(*ir.Instruction); ok {
				if _, one := c.constant(i); one >= 0 {
					reads[one] = true
				}
			}
		}
	}
	return reads
}

// constant is which operand of an instruction is a constant of its file, and which one that is; -1 if none is.
func (c *compiled) constant(i *ir.Instruction) (at, one int) {
	for at, o := range i.Operands {
		if m, ok := o.(operand.Mem); ok && m.Symbol.Static && m.Symbol.Name == c.file.Symbol {
			all := c.file.All
			return at, sort.Search(len(all), func(k int) bool { return all[k].At > m.Disp }) - 1
		}
	}
	return -1, -1
}

// link puts the constants that a function reads, which was written by itself, among those of a file, and returns its
// code with the places that they have there.
func link(s *assembly.File, c *compiled) (parts []*ir.Function) {
	for _, fn := range c.parts {
		linked := *fn
		linked.Nodes = slices.Clone(fn.Nodes)
		for k, n := range fn.Nodes {
			i, ok := n.(*ir.Instruction)
			if !ok {
				continue
			}
			at, one := c.constant(i)
			if at < 0 {
				continue
			}
			m := i.Operands[at].(operand.Mem)
			m.Disp += s.Put(c.file.All[one]) - c.file.All[one].At
			instruction := *i
			instruction.Operands = slices.Clone(i.Operands)
			instruction.Operands[at] = m
			linked.Nodes[k] = &instruction
		}
		parts = append(parts, &linked)
	}
	return parts
}
