package amd64

import (
	"github.com/backpropgen/backpropgen/gen/vec"
	"github.com/backpropgen/backpropgen/gen/vec/functions"
)

// builder is a block as elementary functions are written in it.
type builder struct{ *block }

// functions are the elementary functions, written in the block.
func (b *block) functions() *functions.Code {
	return &functions.Code{Builder: builder{b}, Many: b.f.many, Updating: b.f.updating, Live: b.f.live}
}

// Elem is the type of numbers.
func (b builder) Elem() vec.Elem { return b.m.number() }

// Bits is the width of vectors.
func (b builder) Bits() int { return b.bits }

// Widest is the width of a whole register.
func (b builder) Widest() int { return b.m.widest() }

// Has says whether an operation is one instruction.
func (b builder) Has(op vec.Op, e vec.Elem) bool { return b.m.has(op, e) }

// Number is a constant in every lane.
func (b builder) Number(v float64) *vec.Value { return b.number(v) }

// Constant is one as bits.
func (b builder) Constant(lanes ...uint64) *vec.Value { return b.lanesOf(lanes...) }

// Apply is an operation on lanes of a type.
func (b builder) Apply(op vec.Op, e vec.Elem, in ...*vec.Value) *vec.Value {
	return b.add(b.of(op, e, in...))
}

// Shift moves bits.
func (b builder) Shift(op vec.Op, x *vec.Value, by int) *vec.Value { return b.shift(op, x, by) }

// Compare is the mask of lanes where a comparison holds.
func (b builder) Compare(p vec.Predicate, x, y *vec.Value) *vec.Value { return b.compare(p, x, y) }

// Select is yes in the lanes of a mask, no in the others.
func (b builder) Select(mask, yes, no *vec.Value) *vec.Value { return b.choose(mask, yes, no) }

// Keep is x in the lanes of a mask, 0 in the others.
func (b builder) Keep(mask, x *vec.Value) *vec.Value { return b.keep(mask, x) }

// Where is y op z in the lanes of a mask, x in the others.
func (b builder) Where(mask *vec.Value, op vec.Op, x, y, z *vec.Value) *vec.Value {
	return b.where(mask, op, x, y, z)
}

// ScaleWhere is x·2^n in the lanes of a mask, 0 in the others.
func (b builder) ScaleWhere(mask, x, n *vec.Value) *vec.Value { return b.scaledWhere(mask, x, n) }

// Widen makes float64 of float32.
func (b builder) Widen(x *vec.Value) *vec.Value { return b.widened(x, vec.F32) }

// Narrow makes float32 of float64.
func (b builder) Narrow(x *vec.Value) *vec.Value { return b.narrowed(x) }

// Gather reads from a table.
func (b builder) Gather(name string, table []byte, first int, index *vec.Value) *vec.Value {
	return b.gather(b.f.constant(b.f.file.table(name, table)), first, index)
}

// Within writes code on numbers of a type in vectors of some width.
func (b builder) Within(e vec.Elem, bits int, write func()) {
	m := b.m
	b.m.size = e.Size()
	b.within(bits, write)
	b.m = m
}
