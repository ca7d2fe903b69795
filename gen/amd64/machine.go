package amd64

import (
	"math"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/backpropgen/backpropgen/gen/amd64/isa"
	"github.com/backpropgen/backpropgen/gen/kernel"
)

// facts are what a level has: the bits of its registers, how many of them there are, which registers hold masks, and
// whether instructions can read one number from memory into every lane.
var facts = [isa.AVX512 + 1]struct {
	widest, registers int
	masks             class
	spreads           bool
}{
	isa.AVX2:   {256, 16, vectorClass, false},
	isa.AVX512: {512, 32, maskClass, true},
}

// machine is what code is emitted for: a level, and the size of a number. All that depends on either is decided by its
// methods and in the files whose names begin with lower or emit; the rest of the package is one code.
type machine struct {
	level isa.Level
	size  int // bytes of a number, 4 or 8
}

// kernel is what those who write code must know of it. Stores to large arrays have 32 bytes: they cross a line of the
// cache half as often and cost no more where a processor takes 64 bytes in two halves.
func (m machine) kernel() kernel.Machine {
	return kernel.Machine{Size: m.size, Bits: m.widest(), Registers: m.registers(), Stream: 32}
}

// widest is the number of bits of a whole register.
func (m machine) widest() int { return facts[m.level].widest }

// registers is how many vector registers there are.
func (m machine) registers() int { return facts[m.level].registers }

// maskClass says which registers hold masks.
func (m machine) maskClass() class { return facts[m.level].masks }

// spreadsMemory says whether an instruction can read one number from memory into every lane.
func (m machine) spreadsMemory() bool { return facts[m.level].spreads }

// lanes is how many numbers a whole register holds.
func (m machine) lanes() int { return m.widest() / 8 / m.size }

// width is the number of bits of the narrowest register that holds n numbers.
func (m machine) width(n int) int {
	bits := 128
	for n*m.size*8 > bits {
		bits *= 2
	}
	return bits
}

// bits are those of a number.
func (m machine) bits(v float64) uint64 {
	if m.size == 8 {
		return math.Float64bits(v)
	}
	return uint64(math.Float32bits(float32(v)))
}

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
