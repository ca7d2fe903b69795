package plan

import (
	"fmt"

	"github.com/backpropgen/backpropgen/gen/expr"
)

// Memory holds the contents of a plan's buffers while it runs.
type Memory[F expr.Float] struct {
	p    *Program
	data map[*Buffer][]F
	row  int // k of Rows
	// EachRow, if not nil, is called when a row is done.
	EachRow func(k int)
	slots   [][]F
}

// NewMemory returns zeroed memory for a plan.
func NewMemory[F expr.Float](p *Program) *Memory[F] {
	m := &Memory[F]{p: p, data: map[*Buffer][]F{}}
	for _, n := range p.Slots {
		m.slots = append(m.slots, make([]F, n))
	}
	for _, b := range p.Buffers {
		if b.Kind == Scratch && b.Slot >= 0 {
			m.data[b] = m.slots[b.Slot][:b.Len()]
		} else {
			m.data[b] = make([]F, b.Len())
		}
	}
	return m
}

// Data returns the elements of the buffer of that name, row-major, nil if there is none.
func (m *Memory[F]) Data(name string) []F { return m.data[m.p.Buffer(name)] }

// Run executes the function of that name on the memory, in the arithmetic of F and in the plainest order, or in the
// plan's where sums have one: it is the meaning of a plan, against which passes and printers are checked.
func (m *Memory[F]) Run(name string) error {
	f := m.p.Func(name)
	if f == nil || f.Batch {
		return fmt.Errorf("plan: no function %s of one sample", name)
	}
	for _, op := range f.Ops {
		if err := m.exec(op); err != nil {
			return fmt.Errorf("%s, %s: %w", name, op, err)
		}
	}
	if f.Rows == nil {
		return nil
	}
	for m.row = range f.Rows.N {
		for _, op := range f.Rows.Ops {
			if err := m.execRow(op); err != nil {
				return fmt.Errorf("%s, %s: %w", name, op, err)
			}
		}
		if m.EachRow != nil {
			m.EachRow(m.row)
		}
	}
	return nil
}

// execRow executes an operation of a row: views hold what they are views of while it runs.
func (m *Memory[F]) execRow(op Op) error {
	views := func(bs []*Buffer, do func(of []F, at, i int, view []F)) {
		for _, b := range bs {
			if b.View == nil {
				continue
			}
			of, view, cols := m.data[b.View.Of], m.data[b], b.View.Of.Cols
			for i := range view {
				at := m.row // of an element
				switch b.View.Part {
				case RowView:
					at = m.row*cols + i
				case ColumnView:
					at = i*cols + m.row
				}
				do(of, at, i, view)
			}
		}
	}
	views(op.Reads(), func(of []F, at, i int, view []F) { view[i] = of[at] })
	if err := m.exec(op); err != nil {
		return err
	}
	views(op.Writes(), func(of []F, at, i int, view []F) { of[at] = view[i] })
	return nil
}

func (m *Memory[F]) exec(op Op) error {
	switch o := op.(type) {
	case *Affine:
		w, in := m.data[o.W], m.data[o.In]
		acc := make([]F, o.W.Rows)
		for i := range acc {
			product := func(j int) F { return w[i*len(in)+j] * in[j] }
			if o.B != nil && !o.Ordered() {
				acc[i] = m.data[o.B][i]
			}
			acc[i] = addUp(o.Order, acc[i], len(in), product)
			if o.B != nil && o.Ordered() {
				acc[i] += m.data[o.B][i]
			}
		}
		return m.elements(&o.Each, AccForward, acc)
	case *BackAffine:
		w, d := m.data[o.W], m.data[o.D]
		acc := make([]F, o.W.Cols)
		for j := range acc {
			acc[j] = addUp(o.Order, 0, len(d), func(i int) F { return w[i*len(acc)+j] * d[i] })
		}
		if o.Update != nil {
			if err := m.exec(o.Update); err != nil {
				return err
			}
		}
		return m.elements(&o.Each, AccBackward, acc)
	case *Outer:
		g, d, a := m.data[o.GW], m.data[o.D], m.data[o.A]
		for i, di := range d {
			for j, aj := range a {
				g[i*len(a)+j] = di * aj
				if o.DT != nil {
					g[i*len(a)+j] += F(m.data[o.DT][i] * m.data[o.AT][j])
				}
			}
		}
		if o.GB != nil {
			copy(m.data[o.GB], d)
		}
	case *Update:
		w, d, a, rate := m.data[o.W], m.data[o.D], m.data[o.A], m.data[o.Rate][0]
		for i, di := range d {
			e := F(rate * di)
			for j, aj := range a {
				w[i*len(a)+j] -= F(e * aj)
			}
			if o.B != nil {
				m.data[o.B][i] -= e
			}
		}
	case *Unit:
		s, err := expr.Eval[F](o.Factor(), nil)
		if err != nil {
			return err
		}
		if o.S != nil {
			s = m.data[o.S][m.row]
		}
		clear(m.data[o.Out])
		m.data[o.Out][m.row] = s
	case *Clear:
		for _, b := range o.G {
			clear(m.data[b])
		}
	case *Descend:
		m.descend(o)
	case *Map:
		return m.elements(o, "", nil)
	case *Vector:
		return m.vector(o)
	default:
		return fmt.Errorf("unexpected operation %T", op)
	}
	return nil
}

func (m *Memory[F]) elements(o *Map, acc expr.Var, accs []F) error {
	env := expr.Env[F]{}
	var terms []F
	for k := range o.N {
		for _, a := range o.Args {
			data := m.data[a.Buf]
			env[a.Var] = data[min(k, len(data)-1)]
		}
		if acc != "" {
			env[acc] = accs[k]
		}
		for _, s := range o.Sets {
			v, err := expr.Eval(s.Expr, env)
			if err != nil {
				return err
			}
			m.data[s.Buf][k] = v
		}
		if o.Sum != nil {
			v, err := expr.Eval(o.Sum.Expr, env)
			if err != nil {
				return err
			}
			terms = append(terms, v)
		}
	}
	if o.Sum != nil {
		sum := addUp(o.Order, 0, len(terms), func(k int) F { return terms[k] })
		sum = F(F(o.Sum.Scale) * sum)
		if o.Sum.Weight != nil {
			sum = F(m.data[o.Sum.Weight][0] * sum)
		}
		m.data[o.Sum.Buf][0] = sum
	}
	return nil
}

// addUp adds n terms up: one after another from a first value on, or in their order, where there is one and no first
// value.
func addUp[F expr.Float](o Order, first F, n int, term func(int) F) F {
	if !o.Ordered() {
		for j := range n {
			first += F(term(j))
		}
		return first
	}
	partial := make([]F, o.Lanes)
	o.Tree(n, 1, func(lanes []int, at int) {
		for i, lane := range lanes {
			partial[at+i] = F(term(lane))
			for j := lane + o.Lanes; j < n; j += o.Lanes {
				partial[at+i] += F(term(j))
			}
		}
	}, func(into, from int) { partial[into] += partial[from] })
	return partial[0]
}
