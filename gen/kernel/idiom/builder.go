// Package idiom has the idioms of vector code, over a builder that a target implements.
//
// Expressions are made of the elementary functions of vec/functions, so that no activation has code of its own. Under
// rounding: strict they are translated from the portable code instead, operation by operation, so that all targets give
// the same bits. Beside them stand sums, which transpose as they add, and shuffles.
package idiom

import (
	"github.com/backpropgen/backpropgen/gen/vec"
	"github.com/backpropgen/backpropgen/gen/vec/functions"
)

// Builder is what a target gives to those who write vector code for it. What is written between two places where code
// branches or is branched to is a block; vectors other than variables are known within their block only.
type Builder interface {
	functions.Builder
	Vectors
	Memory
	Variables

	// Block is the number of the block under way.
	Block() int
	// Interleave writes n computations that don't depend on one another side by side, step by step in turn.
	Interleave(n int, body func(i int))
	// SpreadAmong writes steps that nothing waits for, and others that do not depend on them, and spreads the first
	// evenly among the others.
	SpreadAmong(aside, others func())
	// Fail says that something can't be written. Writing goes on, and nothing comes of it.
	Fail(message string)
}

// Vectors are operations on vectors beside those that elementary functions need.
type Vectors interface {
	// ApplyBy is an operation with a constant on lanes of a type.
	ApplyBy(op vec.Op, e vec.Elem, by int, in ...*vec.Value) *vec.Value
	// Permute is the vector whose lane i is lane from[i] of x.
	Permute(x *vec.Value, from []int) *vec.Value
	// Lane is lane i of a vector in every lane, i among those of the first 256 bits.
	Lane(x *vec.Value, i int) *vec.Value
	// FirstLanes is the mask of the first n lanes, and Clip x with 0 in every lane from n on.
	FirstLanes(n int) *vec.Value
	Clip(x *vec.Value, n int) *vec.Value
	// Test is the mask of the lanes of which two integers have a bit in common, where there is such an operation.
	Test(x, y *vec.Value) *vec.Value
	// MaskOf is the mask of a comparison of lanes of so many bytes for as many lanes of another size.
	MaskOf(mask *vec.Value, from, to int) *vec.Value
	// WidenLoaded makes float64 of float32 lanes that were read for nothing else.
	WidenLoaded(x *vec.Value) *vec.Value

	// Multiply is the low half of a product of integers of 64 bits, Float64 makes numbers of signed ones, and
	// ShiftSigned moves bits to the right and fills up with the sign.
	Multiply(x, y *vec.Value) *vec.Value
	Float64(x *vec.Value) *vec.Value
	ShiftSigned(x *vec.Value, by int) *vec.Value
	// CompareIntegers compares integers of a type; not says that the mask is of the lanes where the comparison doesn't
	// hold. ExtremeInteger is the smaller or the larger of two.
	CompareIntegers(p vec.Predicate, e vec.Elem, x, y *vec.Value) (mask *vec.Value, not bool)
	ExtremeInteger(op vec.Op, e vec.Elem, x, y *vec.Value) *vec.Value

	// Literal is the number that a value of this block is in every lane, and its bits, if it is a constant; the number
	// is NaN where it was given as bits.
	Literal(x *vec.Value) (number float64, bits uint64, ok bool)
	// Defined is the operation of this block that a value is the result of, nil for other values.
	Defined(x *vec.Value) *vec.Apply
}

// Memory is what reads and writes. What a block has written it needn't read again.
type Memory interface {
	// Load reads n numbers, with 0 in the lanes above, and LoadLoose with anything there. LoadFirst does as Load where
	// memory goes on for a whole vector, and LoadWhere reads of n numbers those of a mask, unless it is nil.
	Load(at vec.Place, n int) *vec.Value
	LoadLoose(at vec.Place, n int) *vec.Value
	LoadFirst(at vec.Place, n int) *vec.Value
	LoadWhere(at vec.Place, n int, mask *vec.Value) *vec.Value
	// Spread reads one number into every lane, and Tiled n of them, a power of two, over and over.
	Spread(at vec.Place) *vec.Value
	Tiled(at vec.Place, n int) *vec.Value
	// Store writes the first n lanes, and nothing beside them; StoreWhere of these the ones of a mask, unless it is
	// nil.
	Store(x *vec.Value, at vec.Place, n int)
	StoreWhere(x *vec.Value, at vec.Place, n int, mask *vec.Value)
}

// Variables are vectors that live from block to block.
type Variables interface {
	// Set gives a variable a value, ApplyInto what an operation makes, and SpreadInto a number that is read.
	Set(variable, x *vec.Value)
	ApplyInto(variable *vec.Value, op vec.Op, e vec.Elem, in ...*vec.Value)
	SpreadInto(variable *vec.Value, at vec.Place)
}
