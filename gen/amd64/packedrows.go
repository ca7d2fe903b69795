package amd64

import (
	"slices"

	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// Rows that are shorter than a register lie several to one in memory. An affine map takes them so: the input is
// repeated for each, one product does for all, and what is added up is neighbours, not lanes of different registers.

// packs says whether a matrix has such rows, and in registers of how many lanes: no more than there are rows, for wider
// shuffles take longer. Rows of one number are a vector. Those of 2, 4 and 8 must fill two registers or, if these are
// short, more than one. Of three numbers of 4 bytes there must be more rows, because their input takes longer to
// repeat. A load waits for stores that are not like it: a matrix that is also taken row by row on the way back is not
// packed where it is updated.
func (f *function) packs(w *plan.Buffer) (lanes int, ok bool) {
	rows, cols := w.Rows, w.Cols
	lanes = f.m.lanes()
	for lanes*f.m.size > 16 && rows <= lanes/2 && 2*cols <= lanes/2 {
		lanes /= 2
	}
	if f.file.style.Apart || f.strict() || f.byRows[w] || rows*cols > unrolledProducts*lanes {
		return lanes, false
	}
	least := 2 * lanes
	if lanes*f.m.size == 16 {
		least = lanes + 1 // what is shuffled lies within 128 bits
	}
	switch {
	case cols == 1:
		return lanes, rows > 1
	case cols == 3:
		return lanes, f.m.size == 4 && rows >= 2*lanes
	}
	return lanes, cols&(cols-1) == 0 && 2*cols <= lanes && min(rows, lanes)*cols >= least
}

// packedAffine is affine for such maps.
func (f *function) packedAffine(op *plan.Affine, lanes int) {
	f.code.within(8*f.m.size*lanes, func() { f.packedRows(op, lanes) })
}

func (f *function) packedRows(op *plan.Affine, lanes int) {
	cols := op.W.Cols
	var input []*vec.Value
	var of *block
	for first := 0; first < op.W.Rows; first += lanes {
		at, n := index{off: first}, min(lanes, op.W.Rows-first)
		if cols == 2 && f.code.bits == 128 {
			f.pairs(op, at, n)
			continue
		}
		if of != f.code {
			of, input = f.code, f.repeated(op.In)
		}
		if cols == 1 && op.B != nil {
			f.each(&op.Each, at, n, plan.AccForward,
				f.code.madd(input[0], f.parameters(f.row(op.W, at), n), f.biases(op.B, at, n)))
			continue
		}
		var products []*vec.Value
		for k := 0; k < n*cols; k += lanes {
			size := min(lanes, n*cols-k)
			products = append(products,
				f.code.product(input[k/lanes%len(input)], f.parameters(f.row(op.W, at).Plus(k*f.m.size), size)))
		}
		var z *vec.Value
		switch cols {
		case 1:
			z = products[0]
		case 3:
			z = f.code.triples(products)
		default:
			z = f.code.neighbours(products, cols)
		}
		f.code.within(f.m.width(n), func() {
			if op.B != nil {
				z = f.code.sum(z, f.biases(op.B, at, n))
			}
		})
		f.each(&op.Each, at, n, plan.AccForward, z)
	}
}

// pairs is packedRows for rows of two numbers in two registers of 128 bits: the weights are put in the order of their
// rows, and not the products, which are added as they are formed.
func (f *function) pairs(op *plan.Affine, at index, n int) {
	b, lanes := f.code, f.code.bits/8/f.m.size
	first := f.parameters(f.row(op.W, at), min(lanes, 2*n))
	last := first
	if 2*n > lanes {
		last = f.parameters(f.row(op.W, at).Plus(16), 2*n-lanes)
	}
	x := [2]*vec.Value{b.spread(f.at(op.In, index{})), b.spread(f.at(op.In, index{off: 1}))}
	z := b.apply(vec.Evens, first, last)
	if op.B != nil {
		z = b.madd(z, x[0], f.biases(op.B, at, n))
	} else {
		z = b.product(z, x[0])
	}
	if w := b.apply(vec.Odds, first, last); f.updating { // an operation more, and a cycle less to wait
		z = b.sum(z, b.product(w, x[1]))
	} else {
		z = b.madd(w, x[1], z)
	}
	f.each(&op.Each, at, n, plan.AccForward, z)
}

// neighbours adds every group of so many neighbouring lanes of some whole vectors and puts the sums in the order of
// their rows.
func (b *block) neighbours(vectors []*vec.Value, group int) *vec.Value {
	quad, whole := 16/b.m.size, b.bits/8/b.m.size
	rows := make([][]int, len(vectors)) // of every lane the row that it is a part of
	for k := range rows {
		for i := range whole {
			rows[k] = append(rows[k], (k*whole+i)/group)
		}
	}
	for ; group > 1; group /= 2 {
		low, high, unit := vec.Evens, vec.Odds, 1
		if group > quad {
			low, high, unit = vec.EvenBlocks, vec.OddBlocks, quad
		}
		for i := 0; i < len(vectors); i += 2 {
			j := min(i+1, len(vectors)-1)
			x, y := vectors[i], vectors[j]
			vectors[i/2] = b.sum(b.apply(low, x, y), b.apply(high, x, y))
			rows[i/2] = evens(rows[i], rows[j], unit, quad)
		}
		n := (len(vectors) + 1) / 2
		vectors, rows = vectors[:n], rows[:n]
	}
	lanes := make([]int, len(rows[0]))
	for r := range lanes {
		lanes[r] = max(0, slices.Index(rows[0], r))
	}
	return b.permute(vectors[0], lanes)
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

// packedOuter hands every vector of a matrix whose rows are packed, and for it a vector that has in the lanes of a row
// the δ of that row, and the input, times the rate if there is one, repeated for each.
func (f *function) packedOuter(
	w, d, in *plan.Buffer, lanes int, rate *plan.Buffer, body func(at vec.Place, n int, row, input *vec.Value),
) {
	cols := w.Cols
	f.code.within(8*f.m.size*lanes, func() {
		input := f.repeated(in)
		if rate != nil {
			for i := range input {
				input[i] = f.code.product(f.code.spread(f.at(rate, index{})), input[i])
			}
		}
		for first := 0; first < w.Rows; first += lanes {
			at, n := index{off: first}, min(lanes, w.Rows-first)
			rows := f.code.loose(f.at(d, at), n)
			for k := 0; k < n*cols; k += lanes {
				from := make([]int, lanes)
				for i := range from {
					from[i] = min((k+i)/cols, n-1)
				}
				row := rows
				if cols > 1 {
					row = f.code.permute(rows, from)
				}
				body(f.row(w, at).Plus(k*f.m.size), min(lanes, n*cols-k), row, input[k/lanes%len(input)])
			}
		}
	})
}

// repeated are the registers that an input fills over and over, until it begins with a register again.
func (f *function) repeated(in *plan.Buffer) []*vec.Value {
	n := in.Len()
	if n&(n-1) == 0 {
		return []*vec.Value{f.code.tiled(f.at(in, index{}), n)}
	}
	lanes := f.code.bits / 8 / f.m.size
	x := f.code.loose(f.at(in, index{}), n)
	list := make([]*vec.Value, n)
	for k := range list {
		from := make([]int, lanes)
		for i := range from {
			from[i] = (k*lanes + i) % n
		}
		list[k] = f.code.permute(x, from)
	}
	return list
}
