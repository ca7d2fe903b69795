package portable

import (
	"fmt"

	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/templates"
)

// mapping prints an elementwise operation of its own.
func (pr *printer) mapping(m *plan.Map, root *scope) error {
	if m.Sum != nil {
		root.b.Var("loss", pr.typ)
	}
	for _, a := range m.Args {
		if a.Buf.Len() == 1 && m.N > 1 {
			root.get(a.Buf, templates.Index{})
		}
	}
	for _, seg := range m.Outer {
		s, first := root.enter(seg, "i")
		for _, a := range m.Args {
			if a.Buf.Len() == m.N {
				s.load(a.Buf, first, seg.Size)
			}
		}
		for k := range seg.Size {
			if err := pr.each(m, s, plus(first, k), "", ""); err != nil {
				return err
			}
		}
	}
	if m.Sum != nil && m.Sum.Scale != 1 {
		root.b.MulBy(templates.Name("loss"), templates.Number(m.Sum.Scale))
	}
	return nil
}

// each prints what a Map does with one element. In a fused Map, acc is the variable of the host operation and held the
// scalar that has its value.
func (pr *printer) each(m *plan.Map, s *scope, x templates.Index, acc expr.Var, held string) error {
	var exprs []expr.Expr
	for _, set := range m.Sets {
		exprs = append(exprs, set.Expr)
	}
	if m.Sum != nil {
		exprs = append(exprs, m.Sum.Expr)
	}
	shared := expr.Share("u", exprs...)
	lets := map[expr.Var]string{}
	value := func(v expr.Var) (templates.Value, error) {
		if acc != "" && v == acc {
			return templates.Name(held), nil
		}
		if name, ok := lets[v]; ok {
			return templates.Name(name), nil
		}
		b := m.Bind(v)
		if b == nil {
			return templates.Value{}, fmt.Errorf("variable %s is not bound", v)
		}
		if b.Len() == 1 {
			return s.get(b, templates.Index{}), nil
		}
		return s.get(b, x), nil
	}
	write := func(e expr.Expr) (templates.Value, error) {
		pr.use(e)
		return templates.Expression(e, pr.prefix, pr.typ, value)
	}
	for _, let := range shared.Lets {
		v, err := write(let.Value)
		if err != nil {
			return err
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
			return err
		}
		name := scalar(set.Buf.Name, x)
		s.set(name, v)
		s.store(set.Buf, x, name)
	}
	if m.Sum != nil {
		v, err := write(shared.Results[len(m.Sets)])
		if err != nil {
			return err
		}
		s.b.AddTo(templates.Name("loss"), v)
	}
	return nil
}

// softmax prints a_i = exp(z_i − m)/s with m = max z, s = Σ exp(z_j − m): one pass each for m, for the exponentials and
// their sum, and for the division.
func (pr *printer) softmax(op *plan.Softmax, root *scope) {
	pr.used[expr.OpExp] = true
	exp := templates.FunctionName(pr.prefix, expr.OpExp)
	l := op.Out.Layer
	top, total, scale := fmt.Sprintf("m%d_0", l), fmt.Sprintf("s%d_0", l), fmt.Sprintf("r%d", l)

	for i, seg := range op.Outer {
		if i == 0 && seg.Looped() {
			root.set(top, element(op.In, templates.Index{}))
		}
		s, first := root.enter(seg, "i")
		var vs []templates.Value
		if i > 0 || seg.Looped() {
			vs = append(vs, templates.Name(top))
		}
		for k := range seg.Size {
			vs = append(vs, s.get(op.In, plus(first, k)))
		}
		m := templates.Call("max", vs...)
		if len(vs) == 1 {
			m = vs[0]
		}
		if i > 0 || seg.Looped() {
			s.b.Assign(templates.Name(top), m)
		} else {
			root.set(top, m)
		}
	}
	for i, seg := range op.Outer {
		if i == 0 && seg.Looped() {
			root.set(total, templates.Convert(pr.typ, templates.Number(0)))
		}
		s, first := root.enter(seg, "i")
		var vs []templates.Value
		for k := range seg.Size {
			e := scalar(fmt.Sprintf("e%d", l), plus(first, k))
			s.set(e, templates.Call(exp, templates.Sub(s.peek(op.In, plus(first, k)), templates.Name(top))))
			if len(op.Outer) > 1 || seg.Looped() {
				s.b.Assign(element(op.Out, plus(first, k)), templates.Name(e))
			}
			vs = append(vs, templates.Name(e))
		}
		if i == 0 && !seg.Looped() {
			root.set(total, templates.Add(vs...))
		} else {
			s.b.AddTo(templates.Name(total), templates.Add(vs...))
		}
	}
	root.set(scale, templates.Div(templates.Number(1), templates.Name(total)))
	for _, seg := range op.Outer {
		s, first := root.enter(seg, "i")
		for k := range seg.Size {
			x := plus(first, k)
			e := templates.Name(scalar(fmt.Sprintf("e%d", l), x))
			if len(op.Outer) > 1 || seg.Looped() {
				e = element(op.Out, x)
			}
			a := scalar(op.Out.Name, x)
			s.set(a, templates.Mul(e, templates.Name(scale)))
			s.store(op.Out, x, a)
		}
	}
	if op.Max != nil {
		root.store(op.Max, templates.Index{}, top)
	}
	if op.Total != nil {
		root.store(op.Total, templates.Index{}, total)
	}
}

// softmaxJacobian prints δ = a ⊙ (v − aᵀv).
func (pr *printer) softmaxJacobian(op *plan.SoftmaxJacobian, root *scope) {
	dot := fmt.Sprintf("dot%d", op.D.Layer)
	for i, seg := range op.Outer {
		if i == 0 && seg.Looped() {
			root.set(dot, templates.Convert(pr.typ, templates.Number(0)))
		}
		s, first := root.enter(seg, "i")
		s.load(op.A, first, seg.Size)
		s.load(op.V, first, seg.Size)
		var vs []templates.Value
		for k := range seg.Size {
			vs = append(vs, templates.Mul(s.get(op.A, plus(first, k)), s.get(op.V, plus(first, k))))
		}
		if i == 0 && !seg.Looped() {
			root.set(dot, templates.Add(vs...))
		} else {
			s.b.AddTo(templates.Name(dot), templates.Add(vs...))
		}
	}
	for _, seg := range op.Outer {
		s, first := root.enter(seg, "i")
		for k := range seg.Size {
			x := plus(first, k)
			d := scalar(op.D.Name, x)
			s.set(d, templates.Mul(s.get(op.A, x), templates.Paren(templates.Sub(s.get(op.V, x), templates.Name(dot)))))
			s.store(op.D, x, d)
		}
	}
}
