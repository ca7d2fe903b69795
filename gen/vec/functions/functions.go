// Package functions has the elementary functions as vector code, written once for all processors, over a builder that a
// backend implements. They compute all lanes at once and never branch. They use an operation that makes a function
// shorter where the processor has it. So the code is not the same everywhere, and results may differ in their last
// bits.
//
// Float32 lanes are computed in float64 and rounded once, or in float32 alone with tables in registers, where the
// processor can look numbers up.
package functions

import (
	"math"

	"github.com/backpropgen/backpropgen/gen/vec"
)

// Builder writes vector code.
type Builder interface {
	// Elem is the type of the numbers that are computed, Bits the width of the vectors, and Widest that of the widest
	// which the processor has.
	Elem() vec.Elem
	Bits() int
	Widest() int
	// Has says whether an operation on lanes of a type is one that the processor has.
	Has(op vec.Op, e vec.Elem) bool
	// Number is a constant in every lane, and Constant one as the bits of every lane, or of one for all.
	Number(v float64) *vec.Value
	Constant(lanes ...uint64) *vec.Value
	// Apply is an operation on lanes of a type, and Shift one with a constant.
	Apply(op vec.Op, e vec.Elem, in ...*vec.Value) *vec.Value
	Shift(op vec.Op, x *vec.Value, by int) *vec.Value
	// Compare is the mask of the lanes where a comparison of numbers holds.
	Compare(p vec.Predicate, x, y *vec.Value) *vec.Value
	// Select is yes in the lanes of a mask and no in the others, and Keep is x or 0.
	Select(mask, yes, no *vec.Value) *vec.Value
	Keep(mask, x *vec.Value) *vec.Value
	// Where is y op z in the lanes of a mask and x in the others, and ScaleWhere x·2^n, n rounded down, or 0.
	Where(mask *vec.Value, op vec.Op, x, y, z *vec.Value) *vec.Value
	ScaleWhere(mask, x, n *vec.Value) *vec.Value
	// Widen makes float64 of float32 lanes, and Narrow float32 of float64 ones.
	Widen(x *vec.Value) *vec.Value
	Narrow(x *vec.Value) *vec.Value
	// Gather reads in every lane 8 bytes of a table that has a name: those that begin at byte first + the lane's index.
	Gather(name string, table []byte, first int, index *vec.Value) *vec.Value
	// Within writes code on numbers of a type in vectors of some width.
	Within(e vec.Elem, bits int, write func())
}

// Code is where functions are written.
type Code struct {
	Builder
	// Many says that much is computed side by side, so that few operations count for more than short chains of them,
	// and Updating that what comes next waits for the result.
	Many, Updating bool
	// Live is how many lanes are looked at, 0 for all of them.
	Live int
}

// single says whether numbers are float32.
func (b *Code) single() bool { return b.Elem() == vec.F32 }

// has says whether the processor has an operation on numbers.
func (b *Code) has(op vec.Op) bool { return b.Has(op, b.Elem()) }

func (b *Code) apply(op vec.Op, in ...*vec.Value) *vec.Value { return b.Apply(op, b.Elem(), in...) }

// integer is an operation on lanes as integers of the same size.
func (b *Code) integer(op vec.Op, x, y *vec.Value) *vec.Value {
	return b.Apply(op, vec.UnsignedOf(b.Elem().Size()), x, y)
}

func (b *Code) sum(x, y *vec.Value) *vec.Value      { return b.apply(vec.Add, x, y) }
func (b *Code) less(x, y *vec.Value) *vec.Value     { return b.apply(vec.Sub, x, y) }
func (b *Code) product(x, y *vec.Value) *vec.Value  { return b.apply(vec.Mul, x, y) }
func (b *Code) quotient(x, y *vec.Value) *vec.Value { return b.apply(vec.Div, x, y) }
func (b *Code) and(x, y *vec.Value) *vec.Value      { return b.apply(vec.And, x, y) }
func (b *Code) or(x, y *vec.Value) *vec.Value       { return b.apply(vec.Or, x, y) }
func (b *Code) xor(x, y *vec.Value) *vec.Value      { return b.apply(vec.Xor, x, y) }
func (b *Code) larger(x, y *vec.Value) *vec.Value   { return b.apply(vec.Max, x, y) }
func (b *Code) smaller(x, y *vec.Value) *vec.Value  { return b.apply(vec.Min, x, y) }
func (b *Code) rounded(x *vec.Value) *vec.Value     { return b.apply(vec.Round, x) }

// madd is x·y + z, nmadd z - x·y and msub x·y - z, each rounded once.
func (b *Code) madd(x, y, z *vec.Value) *vec.Value  { return b.apply(vec.MulAdd, x, y, z) }
func (b *Code) nmadd(x, y, z *vec.Value) *vec.Value { return b.apply(vec.NegMulAdd, x, y, z) }
func (b *Code) msub(x, y, z *vec.Value) *vec.Value  { return b.apply(vec.MulSub, x, y, z) }

// zeros is 0 in every lane.
func (b *Code) zeros() *vec.Value { return b.Number(0) }

// signBit is the bit of the sign in every lane.
func (b *Code) signBit() *vec.Value { return b.Constant(1 << (8*b.Elem().Size() - 1)) }

// Sqrt is the square root.
func (b *Code) Sqrt(x *vec.Value) *vec.Value { return b.apply(vec.Sqrt, x) }

// Negate is -x.
func (b *Code) Negate(x *vec.Value) *vec.Value { return b.xor(x, b.signBit()) }

// Magnitude is |x|.
func (b *Code) Magnitude(x *vec.Value) *vec.Value {
	return b.and(x, b.Constant(math.MaxUint64>>(65-8*b.Elem().Size())))
}
