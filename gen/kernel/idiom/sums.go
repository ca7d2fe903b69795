package idiom

import (
	"math"
	"slices"

	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// Sums of lanes, and of terms in an order.

// FewLanes says whether n numbers are folded one by one: what is in the lanes above needn't be known then, and the
// chain of operations is no longer.
func (b *Code) FewLanes(n int) bool { return !b.Strict && b.size() == 4 && (n == 2 || n == 3) }

// Folded folds the first n lanes of a vector with an operation and puts the result into all of them. If they are not
// few those above must leave the result as it is. pairs is the operation on neighbours: where it is one instruction,
// and the order is left open, it takes the place of two that move lanes first.
func (b *Code) Folded(
	x *vec.Value, n int, op func(b *Code, x, y *vec.Value) *vec.Value, pairs vec.Op,
) *vec.Value {
	switch {
	case !b.FewLanes(n) && !b.Strict && b.Bits() == 128 && b.Has(pairs, b.Elem()):
		for lanes := b.lanes(); lanes > 1; lanes /= 2 {
			x = b.Op(pairs, x, x)
		}
		return x
	case !b.FewLanes(n):
		return b.Everywhere(x, op)
	}
	y := op(b, b.Lane(x, 0), b.Lane(x, 1))
	if n == 3 {
		y = op(b, y, b.Lane(x, 2))
	}
	return y
}

// Total is the sum of some vectors, added in pairs.
func (b *Code) Total(vectors []*vec.Value) *vec.Value {
	n := len(vectors)
	if n == 1 {
		return vectors[0]
	}
	return b.Sum(b.Total(vectors[:n/2]), b.Total(vectors[n/2:]))
}

// NegativeZero is -0 in every lane.
func (b *Code) NegativeZero() *vec.Value { return b.Number(math.Copysign(0, -1)) }

// Padded is a vector of n numbers, and 0 in the lanes above, with -0 there: products with 0 are -0 then.
func (b *Code) Padded(x *vec.Value, n int) *vec.Value {
	lanes := b.Bits() / 8 / b.size()
	if n == lanes {
		return x
	}
	bits := make([]uint64, lanes)
	for i := n; i < lanes; i++ {
		bits[i] = b.Elem().Bits(math.Copysign(0, -1))
	}
	return b.Or(x, b.Constant(bits...))
}

// JoinParts adds the upper half of the parts of a sum to the lower one, until one is left. There are as many as are a
// power of two, those at the end that have no terms left out.
func (b *Code) JoinParts(parts []*vec.Value) *vec.Value {
	parts = slices.Clone(parts)
	half := 1
	for 2*half < len(parts) {
		half *= 2
	}
	for ; len(parts) > 1; half /= 2 {
		for i := half; i < len(parts); i++ {
			parts[i-half] = b.Sum(parts[i-half], parts[i])
		}
		parts = parts[:half]
	}
	return parts[0]
}

// OrderedSum adds up n terms in lanes, in straight code.
func (b *Code) OrderedSum(lanes, n int, term func(k int) *vec.Value) *vec.Value {
	partial := make([]*vec.Value, lanes)
	plan.Order{Lanes: lanes}.Tree(n, 1, func(of []int, at int) {
		for i, lane := range of {
			sum := term(lane)
			for k := lane + lanes; k < n; k += lanes {
				sum = b.Sum(sum, term(k))
			}
			partial[at+i] = sum
		}
	}, func(into, from int) { partial[into] = b.Sum(partial[into], partial[from]) })
	return partial[0]
}
