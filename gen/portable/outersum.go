package portable

import (
	"github.com/backpropgen/backpropgen/gen/code"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/portable/schedule"
)

// outerSum builds ∇W += Σ δ·aᵀ and ∇b += Σ δ: a tile of sums in registers, the samples gone through for each.
func (pr *builder) outerSum(op *plan.OuterSum, root *scope) {
	l := pr.schedule.Loops(op)
	for _, cols := range l.Outer {
		s, col := root.enter(cols, "j")
		for _, rows := range l.Inner {
			t, row := s.enter(rows, "i")
			pr.tile(op, op.GB != nil && l.Biases == nil, t, row, col, rows.Size, cols.Size)
		}
	}
	for _, rows := range l.Biases {
		t, row := root.enter(rows, "i")
		sums := tileSums{}
		for k := range rows.Size {
			sums.add(scalar(op.GB.Name, plus(row, k)), element(op.GB, plus(row, k)))
		}
		sums.read(t)
		u := t.samples(schedule.Piece{Op: &plan.OuterSum{GW: op.GB, GB: op.GB, D: op.D, A: op.D}})
		for k := range rows.Size {
			u.b.AddTo(code.V(sums.names[k]), element(op.D, plus(row, k)))
		}
		sums.write(t)
	}
}

// tile builds the sums of some rows and columns, with those of the biases where they are formed here.
func (pr *builder) tile(op *plan.OuterSum, withBiases bool, s *scope, row, col index, rows, cols int) {
	if row.Var == "" {
		s = s.inner()
	}
	var weights, biases tileSums
	for r := range rows {
		pointer := pr.row(s, op.GW, plus(row, r))
		for c := range cols {
			name := scalar(scalar(op.GW.Name, plus(row, r)), plus(col, c))
			weights.add(name, weight(pointer, op.GW, plus(row, r), plus(col, c)))
		}
		if withBiases {
			biases.add(scalar(op.GB.Name, plus(row, r)), element(op.GB, plus(row, r)))
		}
	}
	weights.read(s)
	biases.read(s)
	t := s.samples(schedule.Piece{Op: op})
	t.load(op.D, row, rows)
	for c := range cols {
		x := t.peek(op.A, plus(col, c))
		if rows > 1 {
			x = t.get(op.A, plus(col, c))
		}
		for r := range rows {
			t.b.AddTo(code.V(weights.names[r*cols+c]), pr.mul(t.get(op.D, plus(row, r)), x))
		}
	}
	for r, name := range biases.names {
		t.b.AddTo(code.V(name), t.get(op.D, plus(row, r)))
	}
	weights.write(s)
	biases.write(s)
}

// tileSums are sums kept in scalars while the samples are gone through, and their places in memory.
type tileSums struct {
	names  []string
	places []code.Expr
}

func (t *tileSums) add(name string, place code.Expr) {
	t.names, t.places = append(t.names, name), append(t.places, place)
}

func (t *tileSums) read(s *scope) { s.b.LetAll(t.names, t.places) }

func (t *tileSums) write(s *scope) {
	for i, name := range t.names {
		s.b.Set(t.places[i], code.V(name))
	}
}

// descend builds p −= rate·∇ over all parameters as one array.
func (pr *builder) descend(op *plan.Descend, b *code.Block) {
	b.Blank()
	b.Comment(op.String())
	s := newScope(b)
	b.LetAll([]string{"ps", "gs"}, []code.Expr{method("p", "Flat"), code.Method(code.FieldOf("b", "sum"), "Flat")})
	for _, seg := range pr.schedule.Loops(op).Outer {
		t, first := s.enter(seg, "k")
		for k := range seg.Size {
			x := plus(first, k)
			t.b.SubFrom(at(code.V("ps"), x), pr.mul(code.V(op.Rate.Name), at(code.V("gs"), x)))
		}
	}
}
