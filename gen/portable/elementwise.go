package portable

import (
	"fmt"

	"github.com/backpropgen/backpropgen/gen/code"
	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/plan"
)

// mapping builds an elementwise operation of its own.
func (pr *builder) mapping(m *plan.Map, root *scope) error {
	l := pr.schedule.Loops(m)
	var loss *lanes
	switch {
	case m.Ordered():
		loss = newLanes(l, l.Outer, m.N, "loss")
		loss.begin(pr, root)
	case m.Sum != nil:
		root.b.Declare(code.Of(pr.kind), "loss")
	}
	for _, a := range m.Args {
		if a.Buf.Len() == 1 && m.N > 1 {
			root.get(a.Buf, index{})
		}
	}
	for _, seg := range l.Outer {
		s, first := root.enter(seg, "i")
		for _, a := range m.Args {
			if a.Buf.Len() == m.N {
				s.load(a.Buf, first, seg.Size)
			}
		}
		for k := range seg.Size {
			term, err := pr.each(m, s, plus(first, k), "", "")
			switch {
			case err != nil:
				return err
			case loss != nil:
				loss.add(s, plus(first, k), term)
			case m.Sum != nil:
				s.b.AddTo(code.V("loss"), term)
			}
		}
	}
	if loss != nil {
		loss.end(root)
	}
	switch {
	case m.Sum == nil || m.Sum.Scale == 1:
	case pr.strict():
		root.b.Set(code.V("loss"), pr.mul(code.V("loss"), code.N(m.Sum.Scale)))
	default:
		root.b.Update(code.V("loss"), code.Mul, code.N(m.Sum.Scale))
	}
	if m.Sum != nil && m.Sum.Weight != nil {
		root.b.Set(code.V("loss"), pr.mul(base(m.Sum.Weight), code.V("loss")))
	}
	return nil
}

// write builds an expression, a constant with its type.
func (pr *builder) write(e expr.Expr, value func(expr.Var) (code.Expr, error)) (code.Expr, error) {
	use(pr.used, e)
	v, err := writer{kind: pr.kind, prefix: pr.prefix, value: value, unfused: pr.strict()}.write(e)
	if err == nil && len(expr.Vars(e)) == 0 {
		v = code.To(pr.kind, v)
	}
	return v, err
}

// each builds what a Map does with one element and returns the term of its sum, where it has one. In a fused Map, acc
// is the variable of the host operation and held the scalar that has its value.
func (pr *builder) each(m *plan.Map, s *scope, x index, acc expr.Var, held string) (term code.Expr, err error) {
	shared := pr.sharing(m)
	lets := map[expr.Var]string{}
	value := func(v expr.Var) (code.Expr, error) {
		if acc != "" && v == acc {
			return code.V(held), nil
		}
		if name, ok := lets[v]; ok {
			return code.V(name), nil
		}
		b := m.Bind(v)
		if b == nil {
			return nil, fmt.Errorf("variable %s is not bound", v)
		}
		if b.Len() == 1 {
			return s.get(b, index{}), nil
		}
		return s.get(b, x), nil
	}
	write := func(e expr.Expr) (code.Expr, error) { return pr.write(e, value) }
	for _, let := range shared.Lets {
		v, err := write(let.Value)
		if err != nil {
			return term, err
		}
		name := scalar(string(let.Name), x)
		s.set(name, v)
		lets[let.Name] = name
	}
	for i, set := range m.Sets {
		e := shared.Results[i]
		if v, ok := e.(expr.Var); ok && v == acc && acc != "" {
			s.store(set.Buf, x, held)
			continue
		}
		v, err := write(e)
		if err != nil {
			return term, err
		}
		if m.Role == plan.Deliver {
			s.b.Set(element(set.Buf, x), v)
			continue
		}
		name := scalar(set.Buf.Name, x)
		s.set(name, v)
		s.store(set.Buf, x, name)
	}
	if m.Sum != nil {
		return write(shared.Results[len(m.Sets)])
	}
	return term, nil
}

// sharing is the program for one element of a Map. It is made once: an unrolled layer has it for every unit.
func (pr *builder) sharing(m *plan.Map) expr.Program {
	if shared, ok := pr.shared[m]; ok {
		return shared
	}
	var exprs []expr.Expr
	for _, set := range m.Sets {
		exprs = append(exprs, set.Expr)
	}
	if m.Sum != nil {
		exprs = append(exprs, m.Sum.Expr)
	}
	shared := expr.Share("u", exprs...)
	pr.shared[m] = shared
	return shared
}
