package kernel

import (
	"github.com/backpropgen/backpropgen/gen/kernel/idiom"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// Machine is what those who write code must know of the registers that it is written for.
type Machine struct {
	// Size is that of a number in bytes, Bits the width of the widest vector, and Registers how many vectors there is
	// room for.
	Size, Bits, Registers int
	// Stream is how many bytes at once are written to large arrays where they are not written in whole registers, and
	// Cache how many the first cache holds.
	Stream, Cache int
	// Chains is how many sums are formed at once where that takes more than the lanes of a vector to keep the core
	// busy, and Beside how many registers of a row are read one after the other, where neighbours are loaded together;
	// 0 where neither gains anything.
	Chains, Beside int
	// Separate says that stores get in the way of operations on three vectors, so that what is stored may better be
	// made of others.
	Separate bool
	// ByLane says that products take a factor from any lane of a register.
	ByLane bool
}

// Number is the type of numbers.
func (m Machine) Number() vec.Elem { return vec.FloatOf(m.Size) }

// Lanes is how many numbers the widest vector has.
func (m Machine) Lanes() int { return m.Bits / 8 / m.Size }

// Width is the number of bits of the narrowest vector that holds n numbers.
func (m Machine) Width(n int) int { return idiom.Width(n * m.Size) }

// Lines is how many elementary functions there are registers for side by side.
func (m Machine) Lines() int { return m.Registers / 5 }

// Parts is how many vectors the lanes of an ordered sum of n terms take: those of 64 bytes, as far as there are terms.
func (m Machine) Parts(n int) int {
	return max(1, min((n+m.Lanes()-1)/m.Lanes(), 8*LineBytes/m.Bits))
}
