package functions

import (
	"math"
	"slices"

	"github.com/backpropgen/backpropgen/gen/vec"
)

// tableLength is how many numbers of 4 bytes two of the widest registers hold. A look-up in them takes an instruction,
// as fast as a multiplication, and reads no memory at a place that depends on data.
const tableLength = 32

// looksUp says whether functions of float32 numbers may look up numbers in tables: where registers hold enough of them.
func (b *Code) looksUp() bool { return b.single() && b.Has(vec.Permute2, vec.F32) }

// lookup is, in every lane, the number of a table that the low bits of the lane's index say. Whole registers are looked
// up in, whatever the width of what it is for.
func (b *Code) lookup(table *[tableLength]float64, index *vec.Value) (v *vec.Value) {
	bits := make([]uint32, tableLength)
	for i, number := range table {
		bits[i] = math.Float32bits(float32(number))
	}
	return b.permuted(bits, index)
}

// permuted is, in every lane, the bits that the low bits of the lane's index say, of tableLength or of half as many,
// which takes half of the time that a core is busy with it, but as long until they can be read.
func (b *Code) permuted(table []uint32, index *vec.Value) (v *vec.Value) {
	b.Within(b.Elem(), b.Widest(), func() {
		in := []*vec.Value{index}
		for half := range slices.Chunk(table, tableLength/2) {
			lanes := make([]uint64, len(half))
			for i, bits := range half {
				lanes[i] = uint64(bits)
			}
			in = append(in, b.Constant(lanes...))
		}
		if len(in) == 2 {
			v = b.apply(vec.Permute, in...)
			return
		}
		v = b.apply(vec.Permute2, in...)
	})
	return v
}

// signOf is v where x is positive and -v where it is negative.
func (b *Code) signOf(v, x *vec.Value) *vec.Value {
	return b.apply(vec.XorAnd, v, x, b.signBit())
}
