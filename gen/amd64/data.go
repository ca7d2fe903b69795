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

// placeConstants gives the constants of a file's codes their places, those first that are to begin at multiples of the
// most bytes: none lies across words, and nothing between them is left over.
func (a *Assembly) placeConstants(f *assembly.File, forms []form) {
	files := make([]*assembly.File, 0, len(forms))
	for _, of := range forms {
		files = append(files, a.code[of].file)
	}
	for _, s := range a.swept {
		for _, c := range s.Code {
			files = append(files, c.file)
		}
	}
	for bytes := kernel.LineBytes; bytes > 0; bytes /= 2 {
		for _, file := range files {
			for _, one := range file.All {
				if len(one.Raw)%bytes == 0 {
					f.Share(one)
				}
			}
		}
	}
}

// link puts the constants of a function that was written by itself among those of a file, and returns its code with the
// places that they have there.
func link(s *assembly.File, c *compiled) (parts []*ir.Function) {
	from, symbol := c.file.Constants, operand.NewStaticSymbol(c.file.Symbol)
	moved := make([]int, len(from.All))
	for i, one := range from.All {
		moved[i] = s.Put(one)
	}
	for _, fn := range c.parts {
		linked := *fn
		linked.Nodes = slices.Clone(fn.Nodes)
		for k, n := range fn.Nodes {
			i, ok := n.(*ir.Instruction)
			if !ok {
				continue
			}
			at := slices.IndexFunc(i.Operands, func(o operand.Op) bool {
				m, ok := o.(operand.Mem)
				return ok && m.Symbol == symbol
			})
			if at < 0 {
				continue
			}
			m := i.Operands[at].(operand.Mem)
			one := sort.Search(len(from.All), func(i int) bool { return from.All[i].At > m.Disp }) - 1
			m.Disp += moved[one] - from.All[one].At
			instruction := *i
			instruction.Operands = slices.Clone(i.Operands)
			instruction.Operands[at] = m
			linked.Nodes[k] = &instruction
		}
		parts = append(parts, &linked)
	}
	return parts
}
