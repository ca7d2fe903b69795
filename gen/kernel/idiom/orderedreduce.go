package idiom

import "github.com/backpropgen/backpropgen/gen/vec"

// rowSums is a vector of the sums of lanes of several rows: rows are those of every 128 bits, -1 for none.
type rowSums struct {
	v    *vec.Value
	rows [][]int
}

// OrderedReduce adds the lanes of each of some vectors by halves, the upper to the lower, until one is left: lane i of
// the result is the sum of vectors[i]. It is a transposition that adds as it goes, from the whole register down to
// neighbours: reduce begins with those.
func (b *Code) OrderedReduce(vectors []*vec.Value) *vec.Value {
	lanes := b.Bits() / 8 / b.size()
	var whole []*vec.Value
	for i := 0; i < len(vectors); i += lanes {
		whole = append(whole, b.orderedSquare(vectors[i:min(i+lanes, len(vectors))]))
	}
	if len(whole) == 1 {
		return whole[0]
	}
	if b.Bits() == 128 {
		return b.concat(whole)
	}
	var out *vec.Value
	b.Wide(512, func() { out = b.Join(whole[0], whole[1]) })
	return out
}

// orderedSquare is orderedReduce for no more vectors than they have lanes.
func (b *Code) orderedSquare(vectors []*vec.Value) *vec.Value {
	quad := 16 / b.size()
	quads := b.Bits() / 128
	all := make([]*rowSums, quad*quads)
	for row, v := range vectors {
		// Full registers come out in order if they go in so; a few rows take less if they meet early, and one shuffle
		// at the end.
		i := row
		if len(vectors) > quad*quads/2 {
			i = row%quad*quads + row/quad
		}
		s := &rowSums{v: v}
		for range quads {
			s.rows = append(s.rows, []int{row})
		}
		all[i] = s
	}
	if b.Bits() == 512 {
		all = b.halve(all, func(x, y *vec.Value) *vec.Value {
			return b.Sum(b.Op(vec.LowHalves, x, y), b.Op(vec.HighHalves, x, y))
		}, func(x, y [][]int) [][]int { return [][]int{x[0], x[1], y[0], y[1]} })
		all = b.halve(all, func(x, y *vec.Value) *vec.Value {
			return b.Sum(b.Op(vec.EvenBlocks, x, y), b.Op(vec.OddBlocks, x, y))
		}, func(x, y [][]int) [][]int { return [][]int{x[0], x[2], y[0], y[2]} })
	}
	if b.Bits() == 256 {
		all = b.halve(all, func(x, y *vec.Value) *vec.Value {
			return b.Sum(b.Op(vec.LowHalves, x, y), b.Op(vec.HighHalves, x, y))
		},
			func(x, y [][]int) [][]int { return [][]int{x[0], y[0]} })
	}
	beside := func(x, y [][]int) (rows [][]int) {
		for q := range x {
			rows = append(rows, append(append([]int{}, x[q]...), y[q]...))
		}
		return rows
	}
	all = b.halve(all, func(x, y *vec.Value) *vec.Value {
		return b.Sum(b.Pairs(vec.InterleaveLow, x, y), b.Pairs(vec.InterleaveHigh, x, y))
	}, beside)
	if b.size() == 4 {
		all = b.halve(all, b.Pairwise, beside)
	}
	from := make([]int, quad*quads)
	inOrder := true
	for q, rows := range all[0].rows {
		for k, row := range rows {
			if row >= 0 {
				from[row] = q*quad + k
				inOrder = inOrder && row == q*quad+k
			}
		}
	}
	if inOrder {
		return all[0].v
	}
	return b.Permute(all[0].v, from)
}

// halve adds the halves of neighbours with one operation for two. Where one of them is missing the other takes its
// place.
func (b *Code) halve(
	all []*rowSums, add func(x, y *vec.Value) *vec.Value, rows func(x, y [][]int) [][]int,
) []*rowSums {
	var out []*rowSums
	for i := 0; i < len(all); i += 2 {
		x, y := all[i], all[i+1]
		switch {
		case x == nil && y == nil:
			out = append(out, nil)
			continue
		case x == nil:
			x, y = y, y.without()
		case y == nil:
			y = x.without()
		}
		out = append(out, &rowSums{add(x.v, y.v), rows(x.rows, y.rows)})
	}
	return out
}

// without are the same sums, to stand where they mean nothing.
func (s *rowSums) without() *rowSums {
	none := &rowSums{v: s.v}
	for _, rows := range s.rows {
		blank := make([]int, len(rows))
		for i := range blank {
			blank[i] = -1
		}
		none.rows = append(none.rows, blank)
	}
	return none
}
