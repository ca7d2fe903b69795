package cores

import (
	"slices"
	"strings"

	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// register is a register whatever its width, or a place on the stack that counters are kept in.
type register int16

// registers is how many registers there are; places on the stack are numbered from there on.
const registers = 4 << registerBits

// registerBits is how many bits tell the registers of a kind apart.
const registerBits = 5

// registerOf is the register that an operand is, or is a part of.
func registerOf(r reg.Register) register {
	id := r.ID()
	if id.Kind() == reg.KindPseudo { // avo has one number for all of them
		return register(slices.Index(pseudo, r))
	}
	return register(id.Kind())<<registerBits | register(id.Index())
}

// pseudo are the registers that stand for places: of arguments, the stack and constants.
var pseudo = []reg.Register{reg.FramePointer, reg.StackPointer, reg.StaticBase}

// Program is a function as the simulation reads it, the same for every core.
type Program struct {
	code []step
	from []*ir.Instruction // that each was translated from
	// registers is how many there are, with those on the stack, and kinds are those of its instructions.
	registers int
	kinds     []kind
	loops     int16 // how many it has
}

// kind is what an instruction has in common with others that take the same on every core: its opcode, the width of its
// vectors in bits, and how many bytes it loads or stores.
type kind struct {
	opcode      string
	bits, bytes int
}

// figures is what a kind of instruction takes on a core.
type figures struct {
	op    operation
	turns int
	fused bool  // takes both of the units that one of 512 bits is made of
	three bool  // reads three vectors, and stores get in its way
	also  units // that it takes besides, for a cycle
	// loaders are the units that load for it, and loads and stores how many turns that takes and what it stores.
	loaders       units
	loads, stores int
}

// step is an instruction as the simulation needs it. It has the size of a line of the cache: loops run through many.
type step struct {
	kind      int32 // among those of its program
	target    int32 // of a jump, -1 for one that is never taken, and for none
	registers []register
	reads     uint8   // so many of the registers; the others it writes
	bytes     uint8   // that it loads or stores
	loop      int16   // that it ends, -1 for none
	when      when    // it jumps
	at        address // of these
	// free says that it takes no unit but for memory, point that a function may pause there.
	load, store, free, vector, point, returns bool
	effect                                    *effect // nil for none
}

// writes says whether it computes a vector.
func (i *step) writes() bool { return i.vector && int(i.reads) < len(i.registers) }

// address is a memory operand, each of the registers -1 where it has none.
type address struct {
	base, index register
	scale, disp int32
}

// modelled is an instruction while it is translated.
type modelled struct {
	step
	opcode   string
	operands []operand.Op
	slot     register // on the stack, of a counter that is kept there
}

// Read translates the instructions of a function. Jumps other than those of loops are taken in sweeps only, which are
// told by loops that end below a number: elsewhere they lead to pauses, or around what is not always done.
func Read(fn *ir.Function) *Program {
	p := &Program{code: make([]step, 0, len(fn.Nodes)), from: make([]*ir.Instruction, 0, len(fn.Nodes))}
	begin, slots, kinds := map[string]int32{}, map[int]register{}, map[kind]int32{}
	ahead, below := map[int]string{}, false // jumps that are no loops, and whether a loop ends below a number
	for _, n := range fn.Nodes {
		switch n := n.(type) {
		case ir.Label:
			begin[string(n)] = int32(len(p.code))
		case *ir.Instruction:
			m, k := modelOf(n)
			m.registers, m.reads = registersOf(n)
			known := false
			if m.kind, known = kinds[k]; !known {
				m.kind = int32(len(p.kinds))
				kinds[k] = m.kind
				p.kinds = append(p.kinds, k)
			}
			if l := n.TargetLabel(); l != nil {
				m.when = jumps[n.Opcode]
				at, back := begin[string(*l)]
				if back && (m.when == unequal || m.when == notLess) {
					m.target, m.loop = at, p.loops
					p.loops++
					below = below || m.when == notLess
				} else {
					ahead[len(p.code)] = string(*l)
				}
			}
			if disp, ok := m.counter(); ok {
				if _, known := slots[disp]; !known {
					slots[disp] = register(registers + len(slots))
				}
				m.slot = slots[disp]
			}
			if e := m.computes(); e.does != nothing {
				m.effect = new(effect)
				*m.effect = e
			}
			m.point, m.returns = m.opcode == "JLE", m.opcode == "RET"
			p.code, p.from = append(p.code, m.step), append(p.from, n)
		}
	}
	p.registers = registers + len(slots)
	if below {
		for at, label := range ahead {
			p.code[at].target = begin[label]
		}
	}
	return p
}

// Reads says whether the function reads an argument that is an integer. Others make no difference to what it executes.
func (p *Program) Reads(argument string) bool {
	return slices.ContainsFunc(p.code, func(i step) bool {
		return i.effect != nil && i.effect.takes == anArgument && i.effect.argument == argument
	})
}

// takes is what each kind of a program's instructions takes.
func (c *Core) takes(p *Program) []figures {
	all := make([]figures, len(p.kinds))
	// Where two units make one of 512 bits, the second takes no vectors as long as the first has such to take.
	closed := c.fused && slices.ContainsFunc(p.kinds, func(k kind) bool { return k.bits == 512 })
	for i, k := range p.kinds {
		f := c.figures(k)
		if others := f.op.on &^ (1 << secondUnit); closed && others != 0 {
			f.op.on, f.fused = others, false
		}
		all[i] = f
	}
	return all
}

// figures is what a kind of instruction takes.
func (c *Core) figures(k kind) figures {
	f := figures{op: c.operation(k.opcode, k.bits == 512), turns: 1, stores: c.storing(k.bytes)}
	f.loaders, f.loads = c.loading(k.bytes)
	if k.bits == 512 {
		f.turns, f.fused = c.turns, c.fused
	}
	if k.bits == 128 && strings.HasPrefix(k.opcode, "VCVTP") {
		f.op.latency = c.convertLatency
	}
	if k.bits == 256 && strings.HasPrefix(k.opcode, "VCVTP") {
		f.also = c.betweenHalves
	}
	f.three = c.inTheWay && readsThree(k.opcode)
	return f
}

// readsThree says whether an operation reads three vectors.
func readsThree(opcode string) bool {
	return strings.HasPrefix(opcode, "VFM") || strings.HasPrefix(opcode, "VFNM") || strings.HasPrefix(opcode, "VBLENDV")
}

// counter finds the place on the stack of a counter that is moved there or from there.
func (i *modelled) counter() (disp int, ok bool) {
	if i.opcode != "MOVQ" {
		return 0, false
	}
	for _, o := range i.operands {
		if m, memory := o.(operand.Mem); memory && m.Base == reg.StackPointer {
			return m.Disp, true
		}
	}
	return 0, false
}

// Fetch is the opcode of an instruction that has a line come and reads nothing.
const Fetch = "PREFETCHT0"

// memory finds an instruction's memory operand, which is written where it is the last one.
func memoryOf(n *ir.Instruction) (m operand.Mem, load, store bool) {
	if n.Opcode == Fetch {
		return n.Operands[0].(operand.Mem), true, false
	}
	for k, o := range n.Operands {
		if mem, ok := o.(operand.Mem); ok && n.Opcode != "LEAQ" {
			return mem, k < len(n.Operands)-1, k == len(n.Operands)-1
		}
	}
	return operand.Mem{}, false, false
}

// Computes says whether an instruction computes with a vector that it reads from memory.
func Computes(n *ir.Instruction) bool {
	m, _ := modelOf(n)
	return m.vector && m.load && !m.free
}

// modelOf translates one, but for its registers, and tells its kind.
func modelOf(n *ir.Instruction) (modelled, kind) {
	i := modelled{opcode: n.Opcode, operands: n.Operands}
	i.vector, i.target, i.loop = n.Opcode[0] == 'V' || n.Opcode[0] == 'K', -1, -1
	bits := 0
	for _, o := range n.Operands {
		bits = max(bits, bitsOf(o))
	}
	var m operand.Mem
	if m, i.load, i.store = memoryOf(n); i.load || i.store {
		i.at = addressOf(m)
	}
	bytes := memoryBytes(n, bits)
	i.bytes = uint8(bytes)
	i.free = n.Opcode == Fetch || moves[n.Opcode] && (i.load || i.store || n.Opcode[:4] == "VMOV") || n.Opcode == "VZEROUPPER"
	return i, kind{n.Opcode, bits, bytes}
}

// registersOf are the registers that an instruction reads, so many, and after them those that it writes.
func registersOf(n *ir.Instruction) (all []register, reads uint8) {
	read, written := n.InputRegisters(), n.OutputRegisters()
	all = make([]register, 0, len(read)+len(written))
	for _, r := range read {
		all = append(all, registerOf(r))
	}
	for _, r := range written {
		all = append(all, registerOf(r))
	}
	return all, uint8(len(read))
}

// memoryBytes is the size of what an instruction loads or stores whose widest register has so many bits.
func memoryBytes(n *ir.Instruction, bits int) int {
	switch n.Opcode {
	case "VMOVSS", "VBROADCASTSS", "VINSERTPS", "VEXTRACTPS":
		return 4
	case "VMOVSD", "VBROADCASTSD", "VMOVDDUP":
		return 8
	case Fetch:
		return 1
	}
	if slices.Contains(n.Suffixes, "BCST") {
		return 4
	}
	return max(bits/8, 8)
}

// addressOf is where a memory operand is.
func addressOf(m operand.Mem) address {
	a := address{base: registerOf(m.Base), index: -1, disp: int32(m.Disp)}
	if m.Symbol.Name != "" && !m.Symbol.Static { // an argument
		a.disp += 1 << 20
	}
	if m.Index != nil {
		a.index, a.scale = registerOf(m.Index), int32(m.Scale)
	}
	return a
}
