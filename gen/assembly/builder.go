package assembly

import (
	"github.com/backpropgen/backpropgen/gen/vec"
)

// builder is a function as vector code is written into it, block after block.
type builder struct{ f *Function }

// BuilderOf is what vector code is written into a function with.
func BuilderOf(f *Function) builder { return builder{f} }

// Elem is the type of numbers.
func (b builder) Elem() vec.Elem { return b.f.Block.m.Number() }

// Bits is the width of vectors.
func (b builder) Bits() int { return b.f.Block.Bits }

// Widest is the width of a whole register.
func (b builder) Widest() int { return b.f.Machine.Widest() }

// Has says whether an operation is one instruction.
func (b builder) Has(op vec.Op, e vec.Elem) bool { return b.f.Machine.has(op, e) }

// Within writes code on numbers of a type in vectors of some width.
func (b builder) Within(e vec.Elem, bits int, write func()) {
	size := b.f.Block.m.Size
	b.f.Block.m.Size = e.Size()
	b.f.Block.Within(bits, write)
	b.f.Block.m.Size = size
}

// Block is the number of the block under way.
func (b builder) Block() int { return b.f.blocks }

// Interleave writes computations side by side.
func (b builder) Interleave(n int, body func(i int)) { b.f.Block.interleave(n, body) }

// SpreadAmong spreads steps evenly among others.
func (b builder) SpreadAmong(aside, others func()) { b.f.Block.spreadAmong(aside, others) }

// Fail notes a mistake.
func (b builder) Fail(message string) { b.f.Fail(message) }

// Number is a constant in every lane.
func (b builder) Number(v float64) *vec.Value { return b.f.Block.number(v) }

// Constant is one as bits.
func (b builder) Constant(lanes ...uint64) *vec.Value { return b.f.Block.lanesOf(lanes...) }

// Literal is a constant that a value is.
func (b builder) Literal(x *vec.Value) (number float64, bits uint64, ok bool) {
	n := HomeOf(x).Def
	if n == nil || n.Kind != Literal || n.N != 1 {
		return 0, 0, false
	}
	return n.number, n.pattern, true
}

// Defined is the operation that a value is the result of.
func (b builder) Defined(x *vec.Value) *vec.Apply {
	if n := HomeOf(x).Def; n != nil {
		if s, ok := n.Step.(*vec.Apply); ok {
			return s
		}
	}
	return nil
}

// Apply is an operation on lanes of a type.
func (b builder) Apply(op vec.Op, e vec.Elem, in ...*vec.Value) *vec.Value {
	return b.f.Block.Add(b.f.Block.Of(op, e, in...))
}

// ApplyBy is one with a constant.
func (b builder) ApplyBy(op vec.Op, e vec.Elem, by int, in ...*vec.Value) *vec.Value {
	return b.f.Block.Add(b.f.Block.Of(op, e, in...).By(b.f.Block, by))
}

// ApplyInto is one whose result a variable gets.
func (b builder) ApplyInto(variable *vec.Value, op vec.Op, e vec.Elem, in ...*vec.Value) {
	b.f.Block.Add(b.f.Block.Of(op, e, in...).into(b.f.Block, variable))
}

// Set gives a variable a value.
func (b builder) Set(variable, x *vec.Value) { b.f.Block.set(variable, x) }

// Shift moves bits.
func (b builder) Shift(op vec.Op, x *vec.Value, by int) *vec.Value { return b.f.Block.shift(op, x, by) }

// Compare is the mask of lanes where a comparison holds.
func (b builder) Compare(p vec.Predicate, x, y *vec.Value) *vec.Value {
	return b.f.Block.Compare(p, x, y)
}

// Test is the mask of lanes of which two integers have a bit in common.
func (b builder) Test(x, y *vec.Value) *vec.Value { return b.f.Block.Test(x, y) }

// MaskOf is a mask for lanes of another size.
func (b builder) MaskOf(mask *vec.Value, from, to int) *vec.Value {
	return b.f.Block.maskOf(mask, from, to)
}

// FirstLanes is the mask of the first lanes.
func (b builder) FirstLanes(n int) *vec.Value { return b.f.Block.firstLanes(n) }

// Clip is x with 0 above some lanes.
func (b builder) Clip(x *vec.Value, n int) *vec.Value { return b.f.Block.clip(x, n) }

// Select is yes in the lanes of a mask, no in the others.
func (b builder) Select(mask, yes, no *vec.Value) *vec.Value { return b.f.Block.Choose(mask, yes, no) }

// Keep is x in the lanes of a mask, 0 in the others.
func (b builder) Keep(mask, x *vec.Value) *vec.Value { return b.f.Block.Keep(mask, x) }

// Where is y op z in the lanes of a mask, x in the others.
func (b builder) Where(mask *vec.Value, op vec.Op, x, y, z *vec.Value) *vec.Value {
	return b.f.Block.where(mask, op, x, y, z)
}

// ScaleWhere is x·2^n in the lanes of a mask, 0 in the others.
func (b builder) ScaleWhere(mask, x, n *vec.Value) *vec.Value {
	return b.f.Block.scaledWhere(mask, x, n)
}

// Widen makes float64 of float32, and WidenLoaded of what was read for it.
func (b builder) Widen(x *vec.Value) *vec.Value       { return b.f.Block.widened(x, vec.F32) }
func (b builder) WidenLoaded(x *vec.Value) *vec.Value { return b.f.Block.widenedFromMemory(x) }

// Narrow makes float32 of float64.
func (b builder) Narrow(x *vec.Value) *vec.Value { return b.f.Block.narrowed(x) }

// Permute puts lanes in another order.
func (b builder) Permute(x *vec.Value, from []int) *vec.Value { return b.f.Block.permute(x, from) }

// Lane is one lane in every lane.
func (b builder) Lane(x *vec.Value, i int) *vec.Value { return b.f.Block.lane(x, i) }

// Multiply is a product of integers of 64 bits.
func (b builder) Multiply(x, y *vec.Value) *vec.Value { return b.f.Block.multiply(x, y) }

// Float64 makes numbers of integers.
func (b builder) Float64(x *vec.Value) *vec.Value { return b.f.Block.number64(x) }

// ShiftSigned moves bits to the right, and the sign stays.
func (b builder) ShiftSigned(x *vec.Value, by int) *vec.Value { return b.f.Block.arithmetic(x, by) }

// CompareIntegers compares integers.
func (b builder) CompareIntegers(p vec.Predicate, e vec.Elem, x, y *vec.Value) (mask *vec.Value, not bool) {
	return b.f.Block.CompareIntegers(p, e, x, y)
}

// ExtremeInteger is the smaller or the larger of two integers.
func (b builder) ExtremeInteger(op vec.Op, e vec.Elem, x, y *vec.Value) *vec.Value {
	return b.f.Block.extremeInteger(op, e, x, y)
}

// Gather reads from a table.
func (b builder) Gather(name string, table []byte, first int, index *vec.Value) *vec.Value {
	return b.f.Block.gather(b.f.Constant(b.f.File.Table(name, table)), first, index)
}

// Load, LoadLoose, LoadFirst and LoadWhere read numbers.
func (b builder) Load(at vec.Place, n int) *vec.Value      { return b.f.Block.Load(at, n) }
func (b builder) LoadLoose(at vec.Place, n int) *vec.Value { return b.f.Block.loose(at, n) }
func (b builder) LoadFirst(at vec.Place, n int) *vec.Value { return b.f.Block.loadFirst(at, n) }
func (b builder) LoadWhere(at vec.Place, n int, mask *vec.Value) *vec.Value {
	return b.f.Block.loadWhere(at, n, mask)
}

// Spread, SpreadInto and Tiled repeat what they read.
func (b builder) Spread(at vec.Place) *vec.Value               { return b.f.Block.spread(at) }
func (b builder) SpreadInto(variable *vec.Value, at vec.Place) { b.f.Block.tiledInto(variable, at) }
func (b builder) Tiled(at vec.Place, n int) *vec.Value         { return b.f.Block.tiled(at, n) }

// Store and StoreWhere write numbers.
func (b builder) Store(x *vec.Value, at vec.Place, n int) { b.f.Block.Store(x, at, n) }
func (b builder) StoreWhere(x *vec.Value, at vec.Place, n int, mask *vec.Value) {
	b.f.Block.storeWhere(x, at, n, mask)
}
