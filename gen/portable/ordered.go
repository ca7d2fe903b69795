package portable

import (
	"slices"

	"github.com/backpropgen/backpropgen/gen/code"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/portable/schedule"
	"github.com/backpropgen/backpropgen/spec"
)

// Under rounding: strict sums are added up in the order of the plan, and every product is converted to its own type:
// that is how Go is told not to fuse it with a sum.

func (pr *builder) strict() bool { return pr.p.Network.Rounding == spec.RoundingStrict }

// mul is a product: a*b, or float32(a*b) where nothing may be fused.
func (pr *builder) mul(a, b code.Expr) code.Expr {
	if pr.strict() {
		return code.To(pr.kind, code.Product(a, b))
	}
	return code.Product(a, b)
}

// empty is what a sum in a loop starts from: adding the first term to -0 gives that term, be it 0 or -0.
func (pr *builder) empty() code.Expr { return &code.NegZero{Kind: pr.kind} }

// ordered builds the sums of some results over Inner, whose names the results are: lane after lane of all of them, in
// the order that leaves the fewest partial sums waiting. term builds what term j takes and returns it for result k.
func (pr *builder) ordered(
	s *scope, l *schedule.Loops, n int, results []string, term func(s *scope, j index) func(k int) code.Expr,
) {
	partial := func(k, at int) string { return accumulators(results[k], at+1)[at] }
	l.Tree(n, func(lanes []int, at int) {
		looped := l.Inner[0].Looped()
		for i := range lanes {
			for k := range results {
				if looped {
					s.set(partial(k, at+i), pr.empty())
				}
			}
		}
		for _, in := range l.Inner {
			t, first := s.enter(in, "j")
			for c := range in.Size {
				i := slices.Index(lanes, l.Lane(in.Lo+c))
				if i < 0 {
					continue
				}
				of := term(t, plus(first, c))
				for k := range results {
					if name, v := partial(k, at+i), of(k); looped || c >= l.Lanes {
						t.b.AddTo(code.V(name), v)
					} else {
						t.set(name, v)
					}
				}
			}
		}
	}, func(into, from int) {
		for k := range results {
			s.b.AddTo(code.V(partial(k, into)), code.V(partial(k, from)))
		}
	})
}

// orderedRows builds the sums of a block of rows and adds the biases.
func (pr *builder) orderedRows(
	op *plan.Affine, s *scope, row index, results []string, product func(s *scope, col index) func(k int) code.Expr,
) {
	l, n := pr.schedule.Loops(op), op.W.Cols
	if !l.Short {
		pr.ordered(s, l, n, results, product)
	}
	for k, name := range results {
		switch {
		case l.Short:
			sum := tree(l, n, func(j int) code.Expr { return product(s, index{Off: j})(k) })
			if op.B != nil {
				sum = code.Sum(sum, element(op.B, plus(row, k)))
			}
			s.set(name, sum)
		case op.B != nil:
			s.b.AddTo(code.V(name), element(op.B, plus(row, k)))
		}
	}
}

// orderedColumns builds the sums of a block of columns, and the update of the same weights where it is fused.
func (pr *builder) orderedColumns(op *plan.BackAffine, s *scope, col index, results []string) {
	product := func(s *scope, row index) func(k int) code.Expr {
		name, d := pr.row(s, op.W, row), s.get(op.D, row)
		if op.Update == nil {
			return func(k int) code.Expr { return pr.mul(weight(name, op.W, row, plus(col, k)), d) }
		}
		e := pr.ratedDelta(op.Update, s, row)
		return func(k int) code.Expr {
			w, descend := pr.oldWeight(op, s, name, row, plus(col, k), e)
			descend()
			return pr.mul(w, d)
		}
	}
	l := pr.schedule.Loops(op)
	if !l.Short {
		pr.ordered(s, l, op.W.Rows, results, product)
		return
	}
	for k, name := range results {
		s.set(name, tree(l, op.W.Rows, func(j int) code.Expr { return product(s, index{Off: j})(k) }))
	}
}

// tree is the sum of n terms as one expression.
func tree(l *schedule.Loops, n int, term func(j int) code.Expr) code.Expr {
	partial := make([]code.Expr, l.Lanes)
	l.Tree(n, func(lanes []int, at int) {
		for i, lane := range lanes {
			var terms []code.Expr
			for j := lane; j < n; j += l.Lanes {
				terms = append(terms, term(j))
			}
			partial[at+i] = code.Sum(terms...)
		}
	}, func(into, from int) {
		partial[into] = code.Sum(partial[into], partial[from])
	})
	return partial[0]
}

// lanes are the sums of the lanes of an ordered sum over elements, each a scalar: loss, lossb, …
type lanes struct {
	loops *schedule.Loops
	along []schedule.Segment
	n     int
	names []string
}

func newLanes(l *schedule.Loops, along []schedule.Segment, n int, name string) *lanes {
	return &lanes{l, along, n, accumulators(name, min(n, l.Lanes))}
}

// begin declares the sums where elements are gone through in loops.
func (a *lanes) begin(pr *builder, s *scope) {
	if a.along[0].Looped() {
		for _, name := range a.names {
			s.set(name, pr.empty())
		}
	}
}

// add adds the term of an element to the sum of its lane.
func (a *lanes) add(s *scope, x index, v code.Expr) {
	name := a.names[a.loops.Lane(x.Off)]
	if !a.along[0].Looped() && x.Off < a.loops.Lanes {
		s.set(name, v)
		return
	}
	s.b.AddTo(code.V(name), v)
}

// end adds the sums of the lanes up into the first.
func (a *lanes) end(s *scope) {
	a.loops.Tree(a.n, func([]int, int) {}, func(into, from int) {
		s.b.AddTo(code.V(a.names[into]), code.V(a.names[from]))
	})
}
