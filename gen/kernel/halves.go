package kernel

import (
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// A row that fills more than half a register can be multiplied by halves. Then a register has a half of each of two
// rows, and two products are added up in one for both. What brings the halves together are weights. They are there
// before the input is, so that half of the shuffling that sums take is done while a layer waits for the one before it.
// It takes more loads, and so more time where nothing waits.

// byHalves says whether n rows of a matrix are multiplied so.
func (f *function) byHalves(w *plan.Buffer, n int) bool {
	return f.style.ByHalves && n <= f.m.Lanes() && halves(f.m, w.Cols, n)
}

// Halves says whether a matrix has rows that can be, which the style decides on.
func Halves(m Machine, w *plan.Buffer) bool { return halves(m, w.Cols, w.Rows) }

func halves(m Machine, cols, rows int) bool {
	return m.Bits >= 256 && m.Lanes()/2 < cols && cols <= m.Lanes() && rows > m.blockLanes()
}

// blockLanes is how many numbers 128 bits have.
func (m Machine) blockLanes() int { return 16 / m.Size }

// halvedDots are the products of n rows from first on with the input, and their biases, in one vector.
func (f *function) halvedDots(op *plan.Affine, w vec.Place, first index, n int) (z *vec.Value) {
	b, cols, block, half := f.code, op.W.Cols, f.m.blockLanes(), f.m.Lanes()/2
	x := b.Load(f.at(op.In, index{}), cols)
	low, high := b.Op(vec.LowHalves, x, x), b.Op(vec.HighHalves, x, x)
	part := func(row, off int) (v *vec.Value) {
		b.Wide(f.m.Bits/2, func() {
			v = f.rowPart(op.W, f.along(w, index{off: row*cols + off}), min(half, cols-off))
		})
		return v
	}
	beside := func(row, off int) *vec.Value { // that of a row as far away as there are sums in 128 bits
		if row+block >= n {
			return part(row, off)
		}
		return b.Join(part(row, off), part(row+block, off))
	}
	var sums []*vec.Value
	for turn := 0; turn < n; turn += 2 * block {
		for row := turn; row < min(turn+block, n); row++ {
			sums = append(sums, b.Madd(high, beside(row, half), b.Product(low, beside(row, 0))))
		}
	}
	z = b.ReduceHalves(sums)
	if op.B != nil {
		b.Wide(f.m.Width(n), func() { z = b.Sum(z, f.biases(op.B, first, n)) })
	}
	return z
}
