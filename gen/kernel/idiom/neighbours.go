package idiom

import (
	"slices"

	"github.com/backpropgen/backpropgen/gen/vec"
)

// Neighbours adds every group of so many neighbouring lanes of some whole vectors and puts the sums in the order of
// their rows.
func (b *Code) Neighbours(vectors []*vec.Value, group int) *vec.Value {
	quad, whole := 16/b.size(), b.Bits()/8/b.size()
	rows := make([][]int, len(vectors)) // of every lane the row that it is a part of
	for k := range rows {
		for i := range whole {
			rows[k] = append(rows[k], (k*whole+i)/group)
		}
	}
	for ; group > 1; group /= 2 {
		add, unit := b.Pairwise, 1
		if group > quad {
			add, unit = func(x, y *vec.Value) *vec.Value {
				return b.Sum(b.Op(vec.EvenBlocks, x, y), b.Op(vec.OddBlocks, x, y))
			}, quad
		}
		for i := 0; i < len(vectors); i += 2 {
			j := min(i+1, len(vectors)-1)
			x, y := vectors[i], vectors[j]
			vectors[i/2] = add(x, y)
			rows[i/2] = evens(rows[i], rows[j], unit, quad)
		}
		n := (len(vectors) + 1) / 2
		vectors, rows = vectors[:n], rows[:n]
	}
	lanes := make([]int, len(rows[0]))
	for r := range lanes {
		lanes[r] = max(0, slices.Index(rows[0], r))
	}
	return b.Permute(vectors[0], lanes)
}

// evens are the labels of the even units of x and y as a shuffle leaves them, side by side in every 128 bits, or in the
// whole where a unit is that long.
func evens(x, y []int, unit, quad int) []int {
	stretch := quad
	if unit == quad {
		stretch = len(x)
	}
	var out []int
	for at := 0; at < len(x); at += stretch {
		for _, from := range [][]int{x, y} {
			for i := 0; i < stretch; i += 2 * unit {
				out = append(out, from[at+i:at+i+unit]...)
			}
		}
	}
	return out
}
