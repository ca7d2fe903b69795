package amd64

import (
	"slices"

	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// register is a register whatever its width.
type register int

// registerOf is the register that an operand is, or is a part of.
func registerOf(r reg.Register) register {
	if p, ok := r.(reg.Physical); ok {
		return register(int(r.Kind())<<8 | int(p.PhysicalIndex()))
	}
	return register(int(r.Kind()) << 8)
}

// modelled is an instruction as the simulation needs it.
type modelled struct {
	opcode      string
	op          operation
	turns       int
	in, out     []register
	load, store *operand.Mem
	bytes       int  // of the memory operand
	free        bool // takes no unit but for memory
	vector      bool
	operands    []operand.Op
	target      int // of a jump, -1 for none
}

// prepare translates the instructions of a function.
func prepare(fn *ir.Function) []modelled {
	var code []modelled
	begin := map[string]int{}
	for _, n := range fn.Nodes {
		switch n := n.(type) {
		case ir.Label:
			begin[string(n)] = len(code)
		case *ir.Instruction:
			m := model(n)
			if l := n.TargetLabel(); l != nil {
				m.target = begin[string(*l)] // all jumps go back
			}
			code = append(code, m)
		}
	}
	return code
}

// model translates one.
func model(n *ir.Instruction) modelled {
	i := modelled{opcode: n.Opcode, op: operationOf(n.Opcode), turns: 1, operands: n.Operands, vector: n.Opcode[0] == 'V' || n.Opcode[0] == 'K', target: -1}
	bits := 0
	for k, o := range n.Operands {
		bits = max(bits, bitsOf(o.Asm()))
		if m, ok := o.(operand.Mem); ok && n.Opcode != "LEAQ" {
			if k == len(n.Operands)-1 {
				i.store = &m
			} else {
				i.load = &m
			}
		}
	}
	if bits == 512 {
		i.turns = 2
	}
	switch i.bytes = max(bits/8, 8); n.Opcode {
	case "VMOVSS", "VBROADCASTSS", "VINSERTPS", "VEXTRACTPS":
		i.bytes = 4
	case "VMOVSD", "VBROADCASTSD", "VMOVDDUP":
		i.bytes = 8
	}
	if slices.Contains(n.Suffixes, "BCST") {
		i.bytes = 4
	}
	for _, r := range n.InputRegisters() {
		i.in = append(i.in, registerOf(r))
	}
	for _, r := range n.OutputRegisters() {
		i.out = append(i.out, registerOf(r))
	}
	memory := i.load != nil || i.store != nil
	i.free = moves[n.Opcode] && (memory || n.Opcode[:4] == "VMOV") || n.Opcode == "VZEROUPPER"
	return i
}

// address is where a memory operand is.
func (s *simulation) address(m *operand.Mem) int {
	a := s.values[registerOf(m.Base)] + m.Disp
	if m.Symbol.Name != "" && !m.Symbol.Static { // an argument
		a += 1 << 20
	}
	if m.Index != nil {
		a += s.values[registerOf(m.Index)] * int(m.Scale)
	}
	return a
}

// slotOf is where the simulation keeps what is on the stack at a place: beyond the registers.
func slotOf(m operand.Mem) register { return register(registers/2 + m.Disp/8%(registers/2)) }

// compute does what an instruction does to general registers.
func (s *simulation) compute(i *modelled) {
	if i.vector || len(i.operands) != 2 {
		return
	}
	to, ok := i.operands[1].(reg.Register)
	source := 0
	switch o := i.operands[0].(type) {
	case operand.U32:
		source = int(o)
	case operand.U8:
		source = int(o)
	case reg.Register:
		source = s.values[registerOf(o)]
	case operand.Mem:
		if i.opcode == "LEAQ" {
			source = s.address(&o)
		} else if v, ok := s.arguments[o.Symbol.Name]; ok {
			source = v
		} else if o.Base == reg.StackPointer {
			source = s.values[slotOf(o)]
		} else {
			return // pointers, which are set at the beginning
		}
	}
	if m, ok := i.operands[1].(operand.Mem); ok && m.Base == reg.StackPointer && i.opcode == "MOVQ" {
		s.values[slotOf(m)] = source
		return
	}
	switch {
	case i.opcode == "CMPQ":
		if from, ok := i.operands[0].(reg.Register); ok {
			if end, ok := i.operands[1].(operand.U32); ok {
				s.compared, s.end = registerOf(from), int(end)
				s.equal = s.values[s.compared] == s.end
			}
		}
		return
	case !ok:
		return
	}
	r := registerOf(to)
	switch i.opcode {
	case "MOVL", "MOVQ", "LEAQ":
		s.values[r] = source
	case "XORL":
		s.values[r] = 0
	case "ADDQ":
		s.values[r] += source
	case "SUBQ":
		s.values[r] -= source
	case "SUBL":
		s.values[r] -= source
		s.compared, s.end = r, 0
		s.equal = s.values[r] == 0
	}
}
