package portable

import (
	"fmt"
	"github.com/backpropgen/backpropgen/gen/code"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/portable/schedule"
)

// accumulators names the partial sums of one result: z1_3, z1_3b, …
func accumulators(name string, lanes int) []string {
	names := []string{name}
	for l := 1; l < lanes; l++ {
		names = append(names, name+string(rune('a'+l)))
	}
	return names
}

// first are the first partial sums of results.
func first(acc [][]string) []string {
	names := make([]string, len(acc))
	for k := range acc {
		names[k] = acc[k][0]
	}
	return names
}

// gather adds the partial sums of a result, in pairs.
func gather(s *scope, names []string) {
	for step := len(names) / 2; step >= 1; step /= 2 {
		for i := range step {
			s.b.AddTo(code.V(names[i]), code.V(names[i+step]))
		}
	}
}

// affine builds z = W·in + b for a block of rows at a time: for every column, one term of each row's sum.
func (pr *builder) affine(op *plan.Affine, piece schedule.Piece, root *scope) error {
	l := pr.schedule.Loops(op)
	stem := op.Name()
	within := piece.Nest == schedule.Within
	if l.Keeps && !within {
		root.load(op.In, index{}, op.W.Cols)
	}
	for _, seg := range piece.Outer {
		s, row := root.enter(seg, "i")
		if !seg.Looped() && l.Scoped {
			s = root.inner()
		}
		acc := make([][]string, seg.Size)
		rows := make([]string, seg.Size)
		for k := range seg.Size {
			acc[k] = accumulators(scalar(stem, plus(row, k)), l.Lanes)
			rows[k] = pr.row(s, op.W, plus(row, k))
		}
		if within {
			s = s.samples(schedule.Piece{Op: op})
			if l.Keeps {
				s.load(op.In, index{}, op.W.Cols)
			}
		}
		product := func(s *scope, col index) func(k int) code.Expr {
			x := s.get(op.In, col)
			return func(k int) code.Expr { return pr.mul(weight(rows[k], op.W, plus(row, k), col), x) }
		}
		switch {
		case op.Ordered():
			pr.orderedRows(op, s, row, first(acc), product)
		case l.Short:
			for k := range seg.Size {
				var terms []code.Expr
				if op.B != nil {
					terms = append(terms, element(op.B, plus(row, k)))
				}
				for c := range op.W.Cols {
					terms = append(terms, product(s, index{Off: c})(k))
				}
				s.set(acc[k][0], code.Sum(terms...))
			}
		default:
			for k := range seg.Size {
				for l, name := range acc[k] {
					if op.B != nil && l == 0 {
						s.set(name, element(op.B, plus(row, k)))
					} else {
						s.set(name, code.To(pr.kind, code.N(0)))
					}
				}
			}
			for _, in := range l.Inner {
				t, col := s.enter(in, "j")
				for c := range in.Size {
					of := product(t, plus(col, c))
					for k := range seg.Size {
						t.b.AddTo(code.V(acc[k][c%l.Lanes]), of(k))
					}
				}
			}
		}
		for k := range seg.Size {
			if !op.Ordered() {
				gather(s, acc[k])
			}
			if _, err := pr.each(&op.Each, s, plus(row, k), plan.AccForward, acc[k][0]); err != nil {
				return err
			}
		}
	}
	return nil
}

// row declares a pointer to a row where rows run in a loop, so that elements are found by one constant offset each. It
// returns its name, empty for a row with a constant index.
func (pr *builder) row(s *scope, w *plan.Buffer, row index) string {
	if row.Var == "" {
		return ""
	}
	name := "w_" + row.suffix()
	s.set(name, &code.Addr{X: at(base(w), row)})
	return name
}

// weight is an element of a matrix, by way of a row pointer where there is one.
func weight(rowName string, w *plan.Buffer, row, col index) code.Expr {
	if rowName != "" {
		return at(code.V(rowName), col)
	}
	return at(base(w), row, col)
}

// backAffine builds v = Wᵀ·δ for a block of columns at a time, and the update of the same weights where it is fused.
func (pr *builder) backAffine(op *plan.BackAffine, piece schedule.Piece, root *scope) error {
	l := pr.schedule.Loops(op)
	stem := op.Name()
	u := op.Update
	within := piece.Nest == schedule.Within
	if l.Keeps && !within {
		root.load(op.D, index{}, op.W.Rows)
	}
	if u != nil {
		pr.biasUpdate(u, piece.First(), root)
	}
	for _, seg := range piece.Outer {
		s, col := root.enter(seg, "i")
		if !seg.Looped() && l.Scoped {
			s = root.inner()
		}
		if within {
			s = s.samples(schedule.Piece{Op: op})
			if l.Keeps {
				s.load(op.D, index{}, op.W.Rows)
			}
		}
		acc := make([][]string, seg.Size)
		for k := range seg.Size {
			acc[k] = accumulators(scalar(stem, plus(col, k)), l.Lanes)
		}
		if u != nil {
			s.load(u.A, col, seg.Size)
		}
		switch {
		case op.Ordered():
			pr.orderedColumns(op, s, col, first(acc))
		case l.Short:
			for k := range seg.Size {
				var terms []code.Expr
				for r := range op.W.Rows {
					row := index{Off: r}
					terms = append(terms, pr.mul(weight("", op.W, row, plus(col, k)), s.get(op.D, row)))
				}
				s.set(acc[k][0], code.Sum(terms...))
			}
		default:
			for k := range seg.Size {
				for _, name := range acc[k] {
					s.set(name, code.To(pr.kind, code.N(0)))
				}
			}
			for _, in := range l.Inner {
				t, row := s.enter(in, "j")
				for r := range in.Size {
					pr.backRow(op, t, plus(row, r), col, seg.Size, func(k int) string { return acc[k][r%l.Lanes] })
				}
			}
		}
		for k := range seg.Size {
			if !op.Ordered() {
				gather(s, acc[k])
			}
			if _, err := pr.each(&op.Each, s, plus(col, k), plan.AccBackward, acc[k][0]); err != nil {
				return err
			}
		}
	}
	return nil
}

// backRow builds one row's terms of the sums of a block of columns, and its update.
func (pr *builder) backRow(op *plan.BackAffine, s *scope, row, col index, n int, acc func(k int) string) {
	name := pr.row(s, op.W, row)
	d := s.get(op.D, row)
	if op.Update == nil {
		for k := range n {
			s.b.AddTo(code.V(acc(k)), pr.mul(weight(name, op.W, row, plus(col, k)), d))
		}
		return
	}
	e := pr.ratedDelta(op.Update, s, row)
	for k := range n {
		w, descend := pr.oldWeight(op, s, name, row, plus(col, k), e)
		s.b.AddTo(code.V(acc(k)), pr.mul(w, d))
		descend()
	}
}

// oldWeight reads a weight into a scalar, which it returns with what builds the weight's update.
func (pr *builder) oldWeight(
	op *plan.BackAffine, s *scope, rowName string, row, col index, rated code.Expr,
) (code.Expr, func()) {
	place := weight(rowName, op.W, row, col)
	name := fmt.Sprintf("w%d_%s_%s", op.W.Layer, row.suffix(), col.suffix())
	s.set(name, place)
	w := code.V(name)
	return w, func() { s.b.Set(place, code.Diff(w, pr.mul(rated, s.get(op.Update.A, col)))) }
}

// ratedDelta is rate·δ of a row as a scalar: rd2_3 := rate * d2_3.
func (pr *builder) ratedDelta(u *plan.Update, s *scope, row index) code.Expr {
	name := scalar(fmt.Sprintf("rd%d", u.W.Layer), row)
	if held, ok := s.find(name); ok {
		return code.V(held)
	}
	s.set(name, pr.mul(code.V(u.Rate.Name), s.get(u.D, row)))
	s.scalars.hold(nil, name, name)
	return code.V(name)
}

// biasUpdate builds b −= rate·δ, in the first piece of an operation, and leaves rate·δ in scalars for straight rows.
func (pr *builder) biasUpdate(u *plan.Update, first bool, root *scope) {
	for _, seg := range pr.schedule.Loops(u).Outer {
		if seg.Looped() && (u.B == nil || !first) {
			continue
		}
		s, row := root.enter(seg, "j")
		for k := range seg.Size {
			e := pr.ratedDelta(u, s, plus(row, k))
			if u.B != nil && first {
				s.b.SubFrom(element(u.B, plus(row, k)), e)
			}
		}
	}
}

// outer builds ∇W = δ·aᵀ and ∇b = δ, rows in order.
func (pr *builder) outer(op *plan.Outer, piece schedule.Piece, root *scope) {
	if op.DT != nil {
		pr.outers(op, piece, root)
		return
	}
	pr.rankOne(op.GW, op.A, piece, root, func(s *scope, row index) code.Expr {
		d := s.get(op.D, row)
		if op.GB != nil {
			s.b.Set(element(op.GB, row), d)
		}
		return d
	}, (*code.Block).Set)
}

// outers is outer for a sum of two products: ∇W = δ·aᵀ + δᵗ·aᵗᵀ.
func (pr *builder) outers(op *plan.Outer, piece schedule.Piece, root *scope) {
	l := pr.schedule.Loops(op)
	if l.Keeps {
		root.load(op.A, index{}, op.A.Len())
		root.load(op.AT, index{}, op.AT.Len())
	}
	for _, seg := range piece.Outer {
		s, row := root.enter(seg, "i")
		for k := range seg.Size {
			x := plus(row, k)
			d, dt := s.get(op.D, x), s.get(op.DT, x)
			if op.GB != nil {
				s.b.Set(element(op.GB, x), d)
			}
			name := pr.row(s, op.GW, x)
			for _, in := range l.Inner {
				t, col := s.enter(in, "j")
				for c := range in.Size {
					y := plus(col, c)
					t.b.Set(weight(name, op.GW, x, y),
						code.Sum(pr.mul(d, t.peek(op.A, y)), pr.mul(dt, t.peek(op.AT, y))))
				}
			}
		}
	}
}

// update builds W −= (rate·δ)·aᵀ and b −= rate·δ, rows in order.
func (pr *builder) update(op *plan.Update, piece schedule.Piece, root *scope) {
	pr.rankOne(op.W, op.A, piece, root, func(s *scope, row index) code.Expr {
		e := pr.ratedDelta(op, s, row)
		if op.B != nil {
			s.b.SubFrom(element(op.B, row), e)
		}
		return e
	}, (*code.Block).SubFrom)
}

// rankOne builds a statement for every element of a matrix: put the product of a row's factor and a column's a there.
func (pr *builder) rankOne(
	w, a *plan.Buffer, piece schedule.Piece, root *scope,
	factor func(*scope, index) code.Expr, put func(b *code.Block, dst, v code.Expr),
) {
	l := pr.schedule.Loops(piece.Op)
	if l.Keeps {
		root.load(a, index{}, a.Len())
	}
	for _, seg := range piece.Outer {
		s, row := root.enter(seg, "i")
		factors := make([]code.Expr, seg.Size)
		rows := make([]string, seg.Size)
		for k := range seg.Size {
			factors[k] = factor(s, plus(row, k))
			rows[k] = pr.row(s, w, plus(row, k))
			if !seg.Looped() {
				pr.columns(w, a, l.Inner, s, plus(row, k), factors[k:k+1], rows[k:k+1], put)
			}
		}
		if seg.Looped() {
			pr.columns(w, a, l.Inner, s, row, factors, rows, put)
		}
	}
}

// columns builds the statements of some consecutive rows, all rows of one column together.
func (pr *builder) columns(
	w, a *plan.Buffer, inner []schedule.Segment, s *scope, row index, factors []code.Expr, rows []string,
	put func(b *code.Block, dst, v code.Expr),
) {
	for _, in := range inner {
		t, col := s.enter(in, "j")
		for c := range in.Size {
			x := t.peek(a, plus(col, c))
			if len(factors) > 1 {
				x = t.get(a, plus(col, c))
			}
			for k, f := range factors {
				put(t.b, weight(rows[k], w, plus(row, k), plus(col, c)), pr.mul(f, x))
			}
		}
	}
}
