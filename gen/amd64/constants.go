package amd64

import (
	"encoding/binary"
	"fmt"
	"slices"
	"sort"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"

	"github.com/backpropgen/backpropgen/gen/kernel"
)

// constants are the numbers and tables that functions read: a data section, in which none is twice.
type constants struct {
	data  *ir.Global
	known map[string]int // the number of each
	all   []datum        // in the order of their places
}

// datum is one of them.
type datum struct {
	key     string
	raw     []byte
	unit    int  // bytes of the numbers that it is written as
	aligned bool // begins at a multiple of its size
	at      int
}

func newConstants(symbol operand.Symbol) constants {
	return constants{data: &ir.Global{Symbol: symbol, Attributes: attr.RODATA | attr.NOPTR}, known: map[string]int{}}
}

// put finds a place for a constant, so many bytes from the first one.
func (s *constants) put(c datum) (at int) {
	i, ok := s.known[c.key]
	if !ok {
		for c.aligned && s.data.Size%len(c.raw) > 0 {
			s.data.Append(operand.U32(0))
		}
		i, c.at = len(s.all), s.data.Size
		for k := 0; k < len(c.raw); k += c.unit {
			if c.unit == 8 {
				s.data.Append(operand.U64(binary.LittleEndian.Uint64(c.raw[k:])))
			} else {
				s.data.Append(operand.U32(binary.LittleEndian.Uint32(c.raw[k:])))
			}
		}
		s.known[c.key] = i
		s.all = append(s.all, c)
	}
	return s.all[i].at
}

// lanes finds a place for a constant: one number, or one for each lane. A single number is repeated where instructions
// can't read it into every lane.
func (s *constants) lanes(m machine, lanes []uint64) (at int, key string) {
	n := len(lanes)
	if n == 1 && !m.spreadsMemory() {
		n = 32 / m.size
	}
	var raw []byte
	for i := range n {
		if m.size == 8 {
			raw = binary.LittleEndian.AppendUint64(raw, lanes[i%len(lanes)])
		} else {
			raw = binary.LittleEndian.AppendUint32(raw, uint32(lanes[i%len(lanes)]))
		}
	}
	key = fmt.Sprint(m.size, " ", n, " ", string(raw))
	// A register full is read faster where it lies within a line of the cache.
	return s.put(datum{key: key, raw: raw, unit: m.size, aligned: len(raw) == kernel.LineBytes}), key
}

// table finds a place for a table of bytes.
func (s *constants) table(name string, table []byte) (at int) {
	raw := append(slices.Clone(table), make([]byte, -len(table)&7)...)
	return s.put(datum{key: "table " + name, raw: raw, unit: 8})
}

// link puts the constants of a function that was written by itself among those of a file, and returns its code with the
// places that they have there.
func (s *constants) link(c *compiled) (parts []*ir.Function) {
	from := c.file.constants
	moved := make([]int, len(from.all))
	for i, one := range from.all {
		moved[i] = s.put(one)
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
				return ok && m.Symbol == from.data.Symbol
			})
			if at < 0 {
				continue
			}
			m := i.Operands[at].(operand.Mem)
			one := sort.Search(len(from.all), func(i int) bool { return from.all[i].at > m.Disp }) - 1
			m.Disp += moved[one] - from.all[one].at
			instruction := *i
			instruction.Operands = slices.Clone(i.Operands)
			instruction.Operands[at] = m
			linked.Nodes[k] = &instruction
		}
		parts = append(parts, &linked)
	}
	return parts
}
