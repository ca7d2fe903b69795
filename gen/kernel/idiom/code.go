package idiom

import (
	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/vec"
	"github.com/backpropgen/backpropgen/gen/vec/functions"
)

// Code is where vector code is written: a builder, what is known of all that is written, and the idioms of this
// package.
type Code struct {
	Builder
	// Strict says that every operation is rounded by itself, and that sums have the plan's order.
	Strict bool
	// Sources has the elementary functions of strict code.
	Sources *Sources
	// Many says that much is computed side by side, so that few operations count for more than short chains of them,
	// and Updating that parameters are written.
	Many, Updating bool
	// Dividing says that products with the reciprocal of a number are quotients: one operation less to wait for.
	Dividing bool
	// Live is how many lanes of what is computed are looked at, 0 for all of them.
	Live int
	// Maxima are the variables that are the maximum of a variable over a window, and that one.
	Maxima map[expr.Var]expr.Var
	// Positive is a variable that is a positive number or NaN, and neither subnormal nor infinite.
	Positive expr.Var
}

// Lift is the factor of functions.LiftedExp.
const Lift = functions.Lift

// Functions are the elementary functions, written here.
func (b *Code) Functions() *functions.Code {
	return &functions.Code{Builder: b.Builder, Many: b.Many, Updating: b.Updating, Live: b.Live}
}

// size is that of a number in bytes.
func (b *Code) size() int { return b.Elem().Size() }

// lanes is how many numbers a vector has.
func (b *Code) lanes() int { return b.Bits() / 8 / b.size() }

// width is the number of bits of the narrowest vector that holds n numbers.
func (b *Code) width(n int) int { return Width(n * b.size()) }

// Width is the number of bits of the narrowest vector of so many bytes.
func Width(bytes int) int {
	bits := 128
	for 8*bytes > bits {
		bits *= 2
	}
	return bits
}

// Wide writes code in vectors of another width.
func (b *Code) Wide(bits int, write func()) { b.Within(b.Elem(), bits, write) }

// Op writes an operation on numbers.
func (b *Code) Op(op vec.Op, in ...*vec.Value) *vec.Value { return b.Apply(op, b.Elem(), in...) }

// Sum is x + y.
func (b *Code) Sum(x, y *vec.Value) *vec.Value { return b.Op(vec.Add, x, y) }

// Less is x - y.
func (b *Code) Less(x, y *vec.Value) *vec.Value { return b.Op(vec.Sub, x, y) }

// Product is x·y.
func (b *Code) Product(x, y *vec.Value) *vec.Value { return b.Op(vec.Mul, x, y) }

// Quotient is x/y.
func (b *Code) Quotient(x, y *vec.Value) *vec.Value { return b.Op(vec.Div, x, y) }

// And, Or and Xor are those of bits.
func (b *Code) And(x, y *vec.Value) *vec.Value { return b.Op(vec.And, x, y) }
func (b *Code) Or(x, y *vec.Value) *vec.Value  { return b.Op(vec.Or, x, y) }
func (b *Code) Xor(x, y *vec.Value) *vec.Value { return b.Op(vec.Xor, x, y) }

// Root is √x.
func (b *Code) Root(x *vec.Value) *vec.Value { return b.Op(vec.Sqrt, x) }

// Larger is the larger of x and y, and y where either is NaN or both are zero.
func (b *Code) Larger(x, y *vec.Value) *vec.Value { return b.Op(vec.Max, x, y) }

// Smaller is the smaller of x and y, and y where either is NaN or both are zero.
func (b *Code) Smaller(x, y *vec.Value) *vec.Value { return b.Op(vec.Min, x, y) }

// Madd is x·y + z, rounded once, or under rounding: strict twice.
func (b *Code) Madd(x, y, z *vec.Value) *vec.Value {
	if b.Strict {
		return b.Sum(z, b.Product(x, y))
	}
	return b.Op(vec.MulAdd, x, y, z)
}

// Nmadd is z - x·y, rounded likewise.
func (b *Code) Nmadd(x, y, z *vec.Value) *vec.Value {
	if b.Strict {
		return b.Less(z, b.Product(x, y))
	}
	return b.Op(vec.NegMulAdd, x, y, z)
}

// Msub is x·y - z, rounded likewise.
func (b *Code) Msub(x, y, z *vec.Value) *vec.Value {
	if b.Strict {
		return b.Less(b.Product(x, y), z)
	}
	return b.Op(vec.MulSub, x, y, z)
}

// Accumulate adds x·y to a variable.
func (b *Code) Accumulate(variable, x, y *vec.Value) {
	if b.Strict {
		b.ApplyInto(variable, vec.Add, b.Elem(), variable, b.Product(x, y))
		return
	}
	b.ApplyInto(variable, vec.MulAdd, b.Elem(), x, y, variable)
}

// Integer is an operation on lanes as integers of the same size.
func (b *Code) Integer(op vec.Op, x, y *vec.Value) *vec.Value {
	return b.Apply(op, vec.UnsignedOf(b.size()), x, y)
}

// Zeros is 0 in every lane.
func (b *Code) Zeros() *vec.Value { return b.Number(0) }

// Fill is x with another value in every lane from n on.
func (b *Code) Fill(x *vec.Value, n int, other *vec.Value) *vec.Value {
	if n == b.lanes() {
		return x
	}
	return b.Select(b.FirstLanes(n), x, other)
}

// Pairs is an operation that moves lanes, on lanes of 8 bytes whatever the numbers are.
func (b *Code) Pairs(op vec.Op, x, y *vec.Value) *vec.Value { return b.Apply(op, vec.F64, x, y) }

// within4 has in every block of four lanes those of x that the pattern names.
func (b *Code) within4(pattern [4]int, x *vec.Value) *vec.Value {
	places := 0
	for i, lane := range pattern {
		places |= lane << (2 * i)
	}
	return b.ApplyBy(vec.Within, vec.F32, places, x, x)
}

// blend is y in the lanes that are picked, x in the others.
func (b *Code) blend(x, y *vec.Value, picked func(lane int) bool) *vec.Value {
	lanes := 0
	for lane := range b.lanes() {
		if picked(lane) {
			lanes |= 1 << lane
		}
	}
	return b.ApplyBy(vec.Blend, b.Elem(), lanes, x, y)
}

// Half is the upper half of a vector, which has half its width.
func (b *Code) Half(x *vec.Value) *vec.Value { return b.Op(vec.UpperHalf, x) }

// Join is a vector of two halves.
func (b *Code) Join(low, high *vec.Value) *vec.Value { return b.Op(vec.Join, low, high) }

// Insert puts 128 bits into a vector, as its quarter or half q.
func (b *Code) Insert(x, part *vec.Value, q int) *vec.Value {
	return b.ApplyBy(vec.Insert, b.Elem(), q, x, part)
}

// Extract is 128 bits of a vector: its quarter or half q.
func (b *Code) Extract(x *vec.Value, q int) *vec.Value {
	if q == 0 {
		return x
	}
	return b.ApplyBy(vec.Block, b.Elem(), q, x)
}

// widened are the lanes of a vector of half the width, or the first two of one of the same, as lanes of twice the size.
func (b *Code) widened(x *vec.Value, from vec.Elem) *vec.Value { return b.Apply(vec.Widen, from, x) }

// constant is the number a value is in every lane, if it is a constant.
func (b *Code) constant(x *vec.Value) (float64, bool) {
	number, _, ok := b.Literal(x)
	return number, ok
}
