package plan

import "github.com/backpropgen/backpropgen/gen/expr"

// mapping counts an elementwise operation of its own.
func (b block) mapping(m *Map) {
	for _, a := range m.Args {
		if a.Buf.Len() == 1 && m.N > 1 {
			b.get(a.Buf, index{})
		}
	}
	each := m.each("")
	for _, seg := range m.Outer {
		s, first := b.enter(seg, "i")
		for _, a := range m.Args {
			if a.Buf.Len() == m.N {
				s.load(a.Buf, first, seg.Size)
			}
		}
		for k := range seg.Size {
			each(s, first.plus(k))
		}
	}
	if m.Sum != nil && m.Ordered {
		b.arithmetic(expr.Count{Adds: int64(m.additions(m.N, m.Outer))})
	}
	if m.Sum != nil && m.Sum.Scale != 1 {
		b.arithmetic(expr.Count{Muls: 1})
	}
}

// each returns what counts a Map's work on one element, subexpressions that are needed more than once being formed
// once. In a fused Map, acc is the variable of the host operation.
func (m *Map) each(acc expr.Var) func(b block, x index) {
	var exprs []expr.Expr
	for _, set := range m.Sets {
		exprs = append(exprs, set.Expr)
	}
	var ops expr.Count
	if m.Sum != nil {
		exprs = append(exprs, m.Sum.Expr)
		if !m.Ordered {
			ops.Adds++
		}
	}
	shared := expr.Share("u", exprs...)
	for _, let := range shared.Lets {
		ops = ops.Plus(emittedOps(let.Value))
	}
	var read []*Buffer
	for i, e := range exprs {
		ops = ops.Plus(emittedOps(shared.Results[i]))
		for _, v := range expr.Vars(e) {
			if buf := m.Bind(v); v != acc && buf != nil {
				read = append(read, buf)
			}
		}
	}
	return func(b block, x index) {
		b.arithmetic(ops)
		for _, buf := range read {
			if buf.Len() == 1 {
				b.get(buf, index{})
			} else {
				b.get(buf, x)
			}
		}
		for _, set := range m.Sets {
			b.store(set.Buf, x)
		}
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
	case expr.Select:
		return expr.Count{Selects: 1}.Plus(emittedOps(n.C)).Plus(emittedOps(n.X)).Plus(emittedOps(n.Y))
	}
	return expr.Count{}
}
