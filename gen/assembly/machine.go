package assembly

import (
	"math"

	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// Machine is what code is emitted for: a set of instructions, and the size of a number.
type Machine struct {
	Set  InstructionSet
	Size int // bytes of a number, 4 or 8
}

// Kernel is what those who write code must know of it.
func (m Machine) Kernel() kernel.Machine {
	return kernel.Machine{Size: m.Size, Bits: m.Widest(), Registers: m.Registers(), Stream: m.Set.Stream(),
		Cache: m.Set.FirstCache(), Chains: m.Set.Chains(), Beside: m.Set.Beside(),
		Separate: m.Set.Separate(), ByLane: m.Set.ByLane()}
}

// Widest is the number of bits of a whole register.
func (m Machine) Widest() int { return m.Set.Widest() }

// Registers is how many vector registers there are.
func (m Machine) Registers() int { return m.Set.Registers() }

// MaskClass says which registers hold masks.
func (m Machine) MaskClass() Class { return m.Set.MaskClass() }

// Lanes is how many numbers a whole register holds.
func (m Machine) Lanes() int { return m.Widest() / 8 / m.Size }

// Width is the number of bits of the narrowest register that holds n numbers.
func (m Machine) Width(n int) int { return WidthOf(n * m.Size) }

// WidthOf is the number of bits of the narrowest register of so many bytes.
func WidthOf(bytes int) int {
	bits := 128
	for bytes*8 > bits {
		bits *= 2
	}
	return bits
}

// Bits are those of a number.
func (m Machine) Bits(v float64) uint64 {
	if m.Size == 8 {
		return math.Float64bits(v)
	}
	return uint64(math.Float32bits(float32(v)))
}

// Lowering is the instruction of an operation, nil where there is none.
func (m Machine) lowering(op vec.Op, elem vec.Elem) Instruction { return m.Set.Lowering(op, elem) }

// has says whether an operation on lanes of a type is one instruction.
func (m Machine) has(op vec.Op, elem vec.Elem) bool { return m.lowering(op, elem) != nil }

// Number, signed and unsigned are the types of the machine's numbers and of integers of their size.
func (m Machine) Number() vec.Elem   { return vec.FloatOf(m.Size) }
func (m Machine) signed() vec.Elem   { return vec.SignedOf(m.Size) }
func (m Machine) unsigned() vec.Elem { return vec.UnsignedOf(m.Size) }
