package kernel

import (
	"github.com/backpropgen/backpropgen/gen/kernel/idiom"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// The gradients of the parameters, ∇W += Σ δ·aᵀ, are summed over all samples of a call in registers, in one of two
// forms:
//
//	dots       for every weight the products of two rows, whose lanes are added at the end
//	outer      for every sample δ_i times a vector of a, which must lie beside one another
//
// Dots need nothing but the rows, but to add the lanes of a sum takes as long as some tiles. Outer products need the
// samples' vectors, which x has already, and fill registers only where a is long.

// outerForm says whether the gradient of a layer is summed up as outer products, by what both forms take for some
// tiles.
func outerForm(o *plan.OuterSum, size int) bool {
	const tiles = 8
	n := LineBytes / size
	rows, cols := o.D.Rows, o.A.Rows
	outer := tiles * n * rows * ((cols + n - 1) / n)
	if o.A.Kind != plan.Input {
		outer += tiles * cols * 6 // the copies
	}
	return outer < tiles*rows*cols+4*rows*cols
}

// outerSum is the gradient of a layer's parameters.
func (t *tile) outerSum(o *plan.OuterSum) {
	if t.f.code.Strict {
		t.orderedOuter(o)
		return
	}
	if outerForm(o, t.f.m.Size) {
		t.outer(o)
		if o.GB != nil {
			t.dots(o.D, nil, nil, o.GB)
		}
		return
	}
	t.dots(o.D, o.A, o.GW, o.GB)
}

// kept is the row of a buffer of the kept area that a pointer stands at.
func (t *tile) kept(base *vec.Int, unit, v int) vec.Place {
	return vec.Place{Base: base, Disp: unit*t.lay.Row + v*t.f.m.Lanes()*t.f.m.Size}
}

// keptAt points to the kept area of the first tile, a row of a buffer.
func (t *tile) keptAt(to *vec.Int, b *plan.Buffer, unit index) {
	at := t.row(b, unit, 0)
	t.f.to.PointTo(at, to)
}

// countdown runs a body as often as an argument says.
func (t *tile) countdown(argument string, body func()) {
	t.f.countdown(argument, t.most(argument), body)
}

// most is how large an argument gets.
func (t *tile) most(argument string) int {
	if argument == "tiles" {
		return t.lay.Tiles
	}
	return t.samples
}

// dots adds Σ δ·aᵀ to gw and Σ δ to gb, where there are such.
func (t *tile) dots(d, a, gw, gb *plan.Buffer) {
	cols := 0
	if a != nil {
		cols = a.Rows
	}
	// With a short row, its sums and those of whole rows beside it are stored together.
	width := min(cols, 4)
	if most := t.f.accumulators() / 3; cols <= most {
		width = cols
	}
	bias := 0
	if gb != nil && width == cols {
		bias = 1
	}
	height := min(d.Rows, max(1, t.f.accumulators()/(width+bias)))
	if cols == 0 {
		height = min(d.Rows, t.f.m.Lanes(), t.f.accumulators())
	}
	groups := (d.Rows + height - 1) / height
	height = (d.Rows + groups - 1) / groups
	if gb != nil && bias == 0 {
		t.dots(d, nil, nil, gb)
	}
	if gw == nil {
		t.overRows(d.Rows, height, 1, func(down index, n int) { t.dotGroup(d, nil, nil, gb, down, index{}, n, 0) }, 1)
		return
	}
	if bias == 1 {
		t.overRows(d.Rows, height, 1, func(down index, n int) { t.dotGroup(d, a, gw, gb, down, index{}, n, cols) },
			1, cols)
		return
	}
	t.overRows(d.Rows, height, 1, func(down index, n int) {
		t.overRows(cols, width, 1, func(right index, m int) { t.dotGroup(d, a, gw, nil, down, right, n, m) }, 1)
	}, cols)
}

// dotGroup adds the sums of n rows and m columns, and those of the biases of the rows where gb isn't nil.
func (t *tile) dotGroup(d, a, gw, gb *plan.Buffer, down, right index, n, m int) {
	t.f.to.Flush()
	dp := t.f.to.Pointer()
	t.keptAt(dp, d, down)
	ap := dp
	if m > 0 {
		ap = t.f.to.Pointer()
		t.keptAt(ap, a, right)
	}
	count := n * m
	if gb != nil {
		count += n
	}
	cells := t.f.variables(count, (*idiom.Code).Zeros)
	weights, biases := cells[:n*m], cells[n*m:]
	t.countdown("tiles", func() {
		for v := range t.vectors {
			b := t.f.code
			// What fills a tile up must add nothing, not even NaN.
			alive := t.alive(v)
			read := func(from *vec.Int, unit int) *vec.Value {
				return b.Keep(alive, b.Load(t.kept(from, unit, v), t.f.m.Lanes()))
			}
			var columns []*vec.Value
			for c := range m {
				columns = append(columns, read(ap, c))
			}
			for r := range n {
				x := read(dp, r)
				for c := range m {
					b.Accumulate(weights[r*m+c], x, columns[c])
				}
				if gb != nil {
					b.Set(biases[r], b.Sum(biases[r], x))
				}
			}
		}
		t.f.to.Flush()
		t.f.to.Int(vec.IntAdd, vec.Const(t.lay.Stride), vec.Ref(dp))
		if m > 0 {
			t.f.to.Int(vec.IntAdd, vec.Const(t.lay.Stride), vec.Ref(ap))
		}
	})
	t.f.to.Drop(dp)
	var w vec.Place
	release := func() {}
	if m > 0 {
		t.f.to.Drop(ap)
		w = t.f.at(gw, index{})
		w.Disp += (down.off*gw.Cols + right.off) * t.f.m.Size
		w, release = t.f.joined(w, down.vars[gw.Cols], right.vars[1])
	}
	t.f.to.Adopt(cells...)
	if m > 0 {
		if m == gw.Cols {
			t.addTo(w, weights)
		} else {
			for r := range n {
				t.addTo(w.Plus(r*gw.Cols*t.f.m.Size), weights[r*m:(r+1)*m])
			}
		}
	}
	if gb != nil {
		t.addTo(t.f.at(gb, down), biases)
	}
	release()
	t.f.to.Flush()
}

// addTo adds the sums of the lanes of some vectors to as many numbers beside one another.
func (t *tile) addTo(at vec.Place, vectors []*vec.Value) {
	lanes := t.f.m.Lanes()
	for i := 0; i < len(vectors); i += lanes {
		part := vectors[i:min(i+lanes, len(vectors))]
		place := at.Plus(i * t.f.m.Size)
		sums := t.f.code.Reduce(part)
		t.f.code.Wide(t.f.m.Width(len(part)), func() {
			t.f.code.Store(t.f.code.Sum(t.f.code.Load(place, len(part)), sums), place, len(part))
		})
	}
}

// outer adds Σ δ·aᵀ to the gradient of a layer's weights, a group of rows and of vectors of columns at a time.
func (t *tile) outer(o *plan.OuterSum) {
	rows, cols, lanes := o.D.Rows, o.A.Rows, t.f.m.Lanes()
	chunks := (cols + lanes - 1) / lanes
	wide := min(chunks, t.f.columnsTogether())
	// Groups of nearly the same width.
	groups := (chunks + wide - 1) / wide
	wide = (chunks + groups - 1) / groups
	high := min(rows, t.f.accumulators()/wide)
	groups = (rows + high - 1) / high
	high = (rows + groups - 1) / groups
	t.f.chunks(cols, wide*lanes, 1, []int{1}, func(right index, size int) {
		t.overRows(rows, high, 1, func(down index, n int) { t.outerGroup(o, down, right, n, size) }, o.GW.Cols)
	})
}

// outerGroup adds the sums of n rows and m columns.
func (t *tile) outerGroup(o *plan.OuterSum, down, right index, n, m int) {
	t.f.to.Flush()
	lanes, size := t.f.m.Lanes(), t.f.m.Size
	// Where the vectors of the samples are, and how many bytes from one to the next, and from a tile's last to the next
	// tile's first.
	from, step, gap := vec.Place{Base: t.f.to.Base("xs")}, o.A.Rows*size, 0
	if at, ok := t.lay.copies[o.A]; ok {
		step = pitch(o.A, size) * size
		from, gap = vec.Place{Base: t.f.to.Base("b"), Disp: t.lay.Work + at}, t.lay.Stride-t.samples*step
	}
	dp, ap := t.f.to.Pointer(), t.f.to.Pointer()
	t.keptAt(dp, o.D, down)
	from.Disp += right.off * size
	from.Index = right.vars[1]
	t.f.to.PointTo(from, ap)
	var sizes []int
	for k := 0; k < m; k += lanes {
		sizes = append(sizes, min(lanes, m-k))
	}
	cells := t.f.variables(n*len(sizes), (*idiom.Code).Zeros)
	t.countdown("tiles", func() {
		t.countdown("samples", func() {
			var as []*vec.Value
			for c, s := range sizes {
				as = append(as, t.f.code.Load(vec.Place{Base: ap, Disp: c * lanes * size}, s))
			}
			for r := range n {
				d := t.f.code.Spread(vec.Place{Base: dp, Disp: r * t.lay.Row})
				for c := range sizes {
					t.f.code.Accumulate(cells[r*len(sizes)+c], as[c], d)
				}
			}
			t.f.to.Flush()
			t.f.to.Int(vec.IntAdd, vec.Const(size), vec.Ref(dp))
			t.f.to.Int(vec.IntAdd, vec.Const(step), vec.Ref(ap))
		})
		// Where more tiles follow, this one was full.
		t.f.to.Int(vec.IntAdd, vec.Distance(t.lay.Stride-t.lay.Row), vec.Ref(dp))
		if gap != 0 {
			t.f.to.Int(vec.IntAdd, vec.Distance(gap), vec.Ref(ap))
		}
	})
	t.f.to.Drop(dp)
	t.f.to.Drop(ap)
	w := t.f.at(o.GW, index{})
	w.Disp += (down.off*o.GW.Cols + right.off) * size
	w, release := t.f.joined(w, down.vars[o.GW.Cols], right.vars[1])
	t.f.to.Adopt(cells...)
	for r := range n {
		for c, s := range sizes {
			place := w.Plus((r*o.GW.Cols + c*lanes) * size)
			t.f.code.Wide(t.f.m.Width(s), func() {
				t.f.code.Store(t.f.code.Sum(t.f.code.Load(place, s), cells[r*len(sizes)+c]), place, s)
			})
		}
	}
	release()
	t.f.to.Flush()
}
