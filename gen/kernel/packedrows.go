package kernel

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
	lanes, ok = packs(f.m, w)
	return lanes, ok && !f.style.Apart && !f.code.Strict && !f.byRows[w]
}

// Packs says whether a matrix has such rows, which the style decides on.
func Packs(m Machine, w *plan.Buffer) bool {
	_, ok := packs(m, w)
	return ok
}

func packs(m Machine, w *plan.Buffer) (lanes int, ok bool) {
	rows, cols := w.Rows, w.Cols
	lanes = m.Lanes()
	for lanes*m.Size > 16 && rows <= lanes/2 && 2*cols <= lanes/2 {
		lanes /= 2
	}
	if rows*cols > unrolledProducts*lanes {
		return lanes, false
	}
	least := 2 * lanes
	if lanes*m.Size == 16 {
		least = lanes + 1 // what is shuffled lies within 128 bits
	}
	switch {
	case cols == 1:
		return lanes, rows > 1
	case cols == 3:
		return lanes, m.Size == 4 && rows >= 2*lanes
	}
	return lanes, cols&(cols-1) == 0 && 2*cols <= lanes && min(rows, lanes)*cols >= least
}

// packedAffine is affine for such maps.
func (f *function) packedAffine(op *plan.Affine, lanes int) {
	f.code.Wide(8*f.m.Size*lanes, func() { f.packedRows(op, lanes) })
}

func (f *function) packedRows(op *plan.Affine, lanes int) {
	cols := op.W.Cols
	var input []*vec.Value
	of := -1
	for first := 0; first < op.W.Rows; first += lanes {
		at, n := index{off: first}, min(lanes, op.W.Rows-first)
		if cols == 2 && f.code.Bits() == 128 {
			f.pairs(op, at, n)
			continue
		}
		if of != f.code.Block() {
			of, input = f.code.Block(), f.repeated(op.In)
		}
		if cols == 1 && op.B != nil {
			f.each(&op.Each, at, n, plan.AccForward,
				f.code.Madd(input[0], f.parameters(f.row(op.W, at), n), f.biases(op.B, at, n)))
			continue
		}
		var products []*vec.Value
		for k := 0; k < n*cols; k += lanes {
			size := min(lanes, n*cols-k)
			products = append(products,
				f.code.Product(input[k/lanes%len(input)], f.parameters(f.row(op.W, at).Plus(k*f.m.Size), size)))
		}
		var z *vec.Value
		switch cols {
		case 1:
			z = products[0]
		case 3:
			z = f.code.Triples(products)
		default:
			z = f.code.Neighbours(products, cols)
		}
		f.code.Wide(f.m.Width(n), func() {
			if op.B != nil {
				z = f.code.Sum(z, f.biases(op.B, at, n))
			}
		})
		f.each(&op.Each, at, n, plan.AccForward, z)
	}
}

// pairs is packedRows for rows of two numbers in two registers of 128 bits: the weights are put in the order of their
// rows, and not the products, which are added as they are formed.
func (f *function) pairs(op *plan.Affine, at index, n int) {
	b, lanes := f.code, f.code.Bits()/8/f.m.Size
	first := f.parameters(f.row(op.W, at), min(lanes, 2*n))
	last := first
	if 2*n > lanes {
		last = f.parameters(f.row(op.W, at).Plus(16), 2*n-lanes)
	}
	x := [2]*vec.Value{b.Spread(f.at(op.In, index{})), b.Spread(f.at(op.In, index{off: 1}))}
	z := b.Op(vec.Evens, first, last)
	if op.B != nil {
		z = b.Madd(z, x[0], f.biases(op.B, at, n))
	} else {
		z = b.Product(z, x[0])
	}
	if w := b.Op(vec.Odds, first, last); f.code.Updating { // an operation more, and a cycle less to wait
		z = b.Sum(z, b.Product(w, x[1]))
	} else {
		z = b.Madd(w, x[1], z)
	}
	f.each(&op.Each, at, n, plan.AccForward, z)
}

// packedOuter hands every vector of a matrix whose rows are packed, and for it, of each product, a vector that has in
// the lanes of a row the δ of that row, and the input, times the rate if there is one, repeated for each.
func (f *function) packedOuter(
	w *plan.Buffer, ds, ins []*plan.Buffer, lanes int, rate *plan.Buffer,
	body func(at vec.Place, n int, rows, inputs []*vec.Value),
) {
	cols := w.Cols
	f.code.Wide(8*f.m.Size*lanes, func() {
		all := make([][]*vec.Value, len(ins))
		for p, in := range ins {
			input := f.repeated(in)
			if rate != nil {
				for i := range input {
					input[i] = f.code.Product(f.code.Spread(f.at(rate, index{})), input[i])
				}
			}
			all[p] = input
		}
		for first := 0; first < w.Rows; first += lanes {
			at, n := index{off: first}, min(lanes, w.Rows-first)
			var loaded []*vec.Value
			for _, d := range ds {
				loaded = append(loaded, f.code.LoadLoose(f.at(d, at), n))
			}
			for k := 0; k < n*cols; k += lanes {
				from := make([]int, lanes)
				for i := range from {
					from[i] = min((k+i)/cols, n-1)
				}
				rows, inputs := slices.Clone(loaded), make([]*vec.Value, len(ins))
				for p := range rows {
					if cols > 1 {
						rows[p] = f.code.Permute(loaded[p], from)
					}
					inputs[p] = all[p][k/lanes%len(all[p])]
				}
				body(f.row(w, at).Plus(k*f.m.Size), min(lanes, n*cols-k), rows, inputs)
			}
		}
	})
}

// repeated are the registers that an input fills over and over, until it begins with a register again.
func (f *function) repeated(in *plan.Buffer) []*vec.Value {
	n := in.Len()
	if n&(n-1) == 0 {
		return []*vec.Value{f.code.Tiled(f.at(in, index{}), n)}
	}
	lanes := f.code.Bits() / 8 / f.m.Size
	x := f.code.LoadLoose(f.at(in, index{}), n)
	list := make([]*vec.Value, n)
	for k := range list {
		from := make([]int, lanes)
		for i := range from {
			from[i] = (k*lanes + i) % n
		}
		list[k] = f.code.Permute(x, from)
	}
	return list
}
