package schedule

import "github.com/backpropgen/backpropgen/gen/plan"

// tileResults is the number of sums over samples that are formed together. Seven of them, their products and one δ are
// the fifteen floating-point registers that Go uses on amd64: with eight, sums go by way of memory in every turn, and
// the loop takes 1.8 times as long.
const tileResults = 7

// outerSum sets the loops of a sum of outer products over samples: tiles of columns, and of each the rows.
func (l *Loops) outerSum(o *plan.OuterSum) {
	rows, cols := o.GW.Rows, o.GW.Cols
	l.Outer = tileColumns(cols)
	height := 1
	if len(l.Outer) == 1 && !l.Outer[0].Looped() {
		// One more sum for each row is that of the biases, where there is room.
		width := cols
		if o.GB != nil && cols < tileResults {
			width++
		} else if o.GB != nil {
			l.Biases = tiles(rows, tileResults)
		}
		height = max(1, tileResults/width)
	} else if o.GB != nil {
		l.Biases = tiles(rows, tileResults)
	}
	l.Inner = tiles(rows, height)
}

// tiles covers 0…n−1 by a loop over tiles of one size, and the rest.
func tiles(n, size int) []Segment {
	var segs []Segment
	if n >= size {
		segs = append(segs, Segment{0, size, n / size})
	}
	if rest := n % size; rest > 0 {
		segs = append(segs, Segment{n - rest, rest, 1})
	}
	return segs
}

// tileColumns is tiles for columns: where the rest is so small that its sums would wait for one another, it shares the
// columns of the last tile evenly.
func tileColumns(n int) []Segment {
	rest := n % tileResults
	if n < tileResults || rest == 0 || rest > 2 {
		return tiles(n, tileResults)
	}
	whole := n/tileResults - 1
	var segs []Segment
	if whole > 0 {
		segs = append(segs, Segment{0, tileResults, whole})
	}
	lo := whole * tileResults
	half := (n - lo + 1) / 2
	return append(segs, Segment{lo, half, 1}, Segment{lo + half, n - lo - half, 1})
}
