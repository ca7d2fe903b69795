package amd64

import (
	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/backpropgen/backpropgen/gen/amd64/cores"
	"github.com/backpropgen/backpropgen/gen/amd64/isa"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// facts are what a level has: the bits of its registers, how many of them there are, which registers hold masks, and
// whether instructions can read one number from memory into every lane.
var facts = [isa.AVX512 + 1]struct {
	widest, registers int
	masks             assembly.Class
	spreads           bool
}{
	isa.AVX2:   {256, 16, assembly.VectorClass, false},
	isa.AVX512: {512, 32, assembly.MaskClass, true},
}

// set are the instructions of a level, and the core whose cycles are estimated.
type set struct {
	level isa.Level
	core  *cores.Core
}

func (s set) String() string            { return s.level.String() }
func (s set) Widest() int               { return facts[s.level].widest }
func (s set) Registers() int            { return facts[s.level].registers }
func (s set) MaskClass() assembly.Class { return facts[s.level].masks }
func (s set) SpreadsMemory() bool       { return facts[s.level].spreads }
func (s set) FirstCache() int           { return s.core.FirstCache }

// Chains and Beside are 0: a vector has as many lanes as sums are formed at once, and no instruction loads two of them.
func (s set) Chains() int { return 0 }
func (s set) Beside() int { return 0 }

// Separate follows from the core that the code of the level is chosen for.
func (s set) Separate() bool { return s.level == isa.AVX2 && cores.Zen3.StoresInTheWay() }

// ByLane is false: a number that is to be in every lane is read from memory or spread.
func (s set) ByLane() bool { return false }

// Stream is how many bytes stores to large arrays have: those of 32 cross a line of the cache half as often and cost no
// more where a processor takes 64 bytes in two halves.
func (s set) Stream() int { return 32 }

// LineCycles is how long a line takes to come, at worst: points where functions pause are placed by it.
func (s set) LineCycles(bytes int) int { return s.core.SlowestLine(bytes) }

// Lowering is the instruction of an operation, nil where there is none.
func (s set) Lowering(op vec.Op, elem vec.Elem) assembly.Instruction {
	if low := lowered[s.level][op][elem]; low != nil {
		return low
	}
	return nil
}

// loweringOf is the instruction of a node.
func loweringOf(n *assembly.Node) *lowering { return n.Low.(*lowering) }

// General are the general registers. AX is for masks; R14 belongs to the runtime, R15 to dynamic linking, BP to the
// caller.
func (s set) General() *assembly.General { return generalRegisters }

var generalRegisters = &assembly.General{
	Free: []assembly.Register{reg.R8, reg.R9, reg.R10, reg.R11, reg.R12, reg.R13},
	Arguments: map[string]assembly.Register{
		"p": reg.RDI, "ws": reg.RSI, "x": reg.RDX, "y": reg.RCX, "grad": reg.RBX,
		"b": reg.RSI, "xs": reg.RDX, "ys": reg.RCX, "out": reg.RCX, "gxs": reg.RBX,
		"dx": reg.RCX, "dy": reg.RBX, "j": reg.RCX, "v": reg.RBX, "hv": reg.R13,
	},
	Area: reg.RSI,
	Swept: []assembly.Register{
		reg.R13, reg.R12, reg.R11, reg.R10, reg.R9, reg.R8, reg.RBX, reg.RCX, reg.RDX, reg.RSI, reg.RDI,
	},
	Scratch: reg.RAX, Second: reg.R8,
	Frame: reg.FramePointer, Stack: reg.StackPointer, Static: reg.StaticBase,
	Number: func(r assembly.Register) int { return int(r.(reg.GPPhysical).PhysicalIndex()) },
}

// writer writes a function in instructions of x86-64.
type writer struct {
	*assembly.Function
	set
	// asked is the work of the block under way.
	asked cores.Work
}

// Target writes a function.
func (s set) Target(f *assembly.Function) assembly.Target { return &writer{Function: f, set: s} }

// vector is a vector register seen with a width.
func vector(index, bits int) operand.Op { return vectors[index][bits/256] }

// vectors are the vector registers by number and by width: 128, 256 and 512 bits.
var vectors = func() (all [32][3]operand.Op) {
	for i := range all {
		for k, spec := range []reg.Spec{reg.S128, reg.S256, reg.S512} {
			all[i][k] = reg.Vector.Lookup(reg.Index(i), spec)
		}
	}
	return all
}()

// opmask is a mask register.
func opmask(index int) operand.Op { return reg.Opmask.Lookup(reg.Index(index), reg.S64) }

// avoIn is the register that a variable is in, as avo has it.
func avoIn(i *vec.Int) reg.Register { return i.Home.(reg.Register) }

// memory is a place as avo writes it.
func (f *writer) memory(p vec.Place) operand.Mem {
	m := operand.Mem{Base: avoIn(p.Base), Disp: p.Disp}
	switch p.Base {
	case f.ArgumentBase:
		m.Symbol = operand.Symbol{Name: f.Names[p.Disp]}
	case f.ConstantBase:
		m.Symbol = operand.NewStaticSymbol(f.File.Symbol)
	}
	if p.Index != nil {
		m.Index, m.Scale = avoIn(p.Index), uint8(max(p.Scale, 1))
	}
	return m
}
