package plan

import "github.com/backpropgen/backpropgen/gen/expr"

// mapping counts an elementwise operation of its own.
func (b block) mapping(m *Map) {
	for _, a := range m.Args {
		if a.Buf.Len() == 1 && m.N > 1 {
			b.get(a.Buf, index{})
		}
	}
	for _, seg := range m.Outer {
		s, first := b.enter(seg, "i")
		for _, a := range m.Args {
			if a.Buf.Len() == m.N {
				s.load(a.Buf, first, seg.Size)
			}
		}
		for k := range seg.Size {
			s.each(m, first.plus(k), "")
		}
	}
	if m.Sum != nil && m.Sum.Scale != 1 {
		b.arithmetic(expr.Count{Muls: 1})
	}
}

// each counts what a Map does with one element, subexpressions that are needed more than once being formed once. In a fused
// Map, acc is the variable of the host operation.
func (b block) each(m *Map, x index, acc expr.Var) {
	var exprs []expr.Expr
	for _, set := range m.Sets {
		exprs = append(exprs, set.Expr)
	}
	if m.Sum != nil {
		exprs = append(exprs, m.Sum.Expr)
	}
	shared := expr.Share("u", exprs...)
	for _, let := range shared.Lets {
		b.arithmetic(emittedOps(let.Value))
	}
	for _, e := range shared.Results {
		b.arithmetic(emittedOps(e))
	}
	for _, e := range exprs {
		for _, v := range expr.Vars(e) {
			buf := m.Bind(v)
			switch {
			case v == acc || buf == nil:
			case buf.Len() == 1:
				b.get(buf, index{})
			default:
				b.get(buf, x)
			}
		}
	}
	for _, set := range m.Sets {
		b.store(set.Buf, x)
	}
	if m.Sum != nil {
		b.arithmetic(expr.Count{Adds: 1})
	}
}

// emittedOps counts the operations of an expression that are left in emitted code: constants are worked out before.
func emittedOps(e expr.Expr) expr.Count {
	if expr.Constant(e) {
		return expr.Count{}
	}
	switch n := e.(type) {
	case expr.Unary:
		return expr.CountOps(expr.Unary{Op: n.Op, X: expr.Z}).Plus(emittedOps(n.X))
	case expr.Binary:
		return expr.CountOps(expr.Binary{Op: n.Op, X: expr.Z, Y: expr.Z}).Plus(emittedOps(n.X)).Plus(emittedOps(n.Y))
	}
	return expr.Count{}
}
