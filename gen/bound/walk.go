package bound

import (
	"fmt"

	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/plan"
)

// walk goes through the operations of a function with what is known of every buffer.
type walk struct {
	evaluator
	p      *plan.Program
	ranges Ranges
	known  map[*plan.Buffer]vector
	// roots are the pre-activations of pointwise layers, of which z and a are both functions, by layer.
	roots map[int]vector
	// found are the results, in the order of limits.
	output, loss vector
	params       []gradient
	input        *vector
	// derived are those of a function of derivatives, that of the function called; pushing says that directions are
	// pushed forward.
	derived []Limit
	called  string
	pushing bool
}

// gradient is what is known of the gradients of a layer: one summand of a product each, before it is rounded, and the
// result.
type gradient struct {
	name        string
	each, whole number
}

func newWalk(p *plan.Program, r Ranges, apart bool) *walk {
	w := &walk{
		evaluator: evaluator{formatOf(p.Network.Precision), apart}, p: p, ranges: r,
		known: map[*plan.Buffer]vector{}, roots: map[int]vector{}, params: make([]gradient, 2*p.Network.Depth()),
	}
	for _, b := range p.Buffers {
		switch b.Kind {
		case plan.Input, plan.Direction:
			w.known[b] = all(b.Rows, given(r.Inputs.Lo, r.Inputs.Hi))
		case plan.Viewed:
			if b.View.Of.Kind == plan.Weight {
				w.known[b] = all(b.Len(), given(r.Weights.Lo, r.Weights.Hi))
			}
		case plan.Target:
			w.known[b] = all(b.Rows, given(r.Targets.Lo, r.Targets.Hi))
		}
	}
	return w
}

// operation takes one operation.
func (w *walk) operation(op plan.Op) error {
	switch o := op.(type) {
	case *plan.Affine:
		if o.Sums != nil {
			return w.direction(o)
		}
		var bias Interval
		if o.B != nil {
			bias = w.ranges.Biases
		}
		z := all(o.W.Rows, w.dot(w.ranges.Weights, bias, w.known[o.In]))
		w.roots[o.W.Layer] = z
		return w.elements(&o.Each, expr.Z, z)
	case *plan.BackAffine:
		v := all(o.W.Cols, w.dot(w.ranges.Weights, Interval{}, w.known[o.D]))
		return w.elements(&o.Each, plan.AccBackward, v)
	case *plan.Outer:
		if o.GW.Kind == plan.WeightCurvature || w.called == plan.ParameterJacobian {
			w.derivedOuter(o)
			return nil
		}
		w.outer(o)
		return nil
	case *plan.Unit:
		return w.unit(o)
	case *plan.Map:
		return w.elements(o, "", vector{})
	case *plan.Vector:
		return w.layer(o)
	}
	return fmt.Errorf("unexpected operation %T", op)
}

// outer notes the gradients of a layer.
func (w *walk) outer(o *plan.Outer) {
	d, a, l := w.known[o.D], w.known[o.A], o.D.Layer
	e := product(d.exact(), d.err, a.exact(), a.err)
	whole := w.times(d.number, a.number)
	each := whole
	each.err = min(each.err, e*slack) // sums of products need not round each
	w.params[2*l-2] = gradient{fmt.Sprintf("∂L/∂W%d", l), each, whole}
	if o.GB != nil {
		w.params[2*l-1] = gradient{fmt.Sprintf("∂L/∂b%d", l), d.number, d.number}
	}
}

// elements takes an elementwise operation. acc is the variable of its host's results, which are host.
func (w *walk) elements(m *plan.Map, acc expr.Var, host vector) error {
	if m.Role == plan.CostTerm && m.Takes(plan.LargestLogit) {
		w.softmaxCost(m)
		return nil
	}
	if m.Takes(plan.ExpSum) {
		return nil // the logarithm of softmax's sum, of which softmaxCost takes care
	}
	for _, s := range m.Sets {
		if s.Expr == expr.Expr(acc) {
			w.set(s.Buf, host)
			continue
		}
		x, err := w.formula(m, s.Expr, acc, host)
		if err != nil {
			return err
		}
		v := all(m.N, x)
		if factor, ok := slope(s.Expr, acc); ok && w.linear(acc) {
			g, err := w.formula(m, factor, acc, host)
			if err != nil {
				return err
			}
			v = meet(v, w.scaled(host, g))
		}
		w.set(s.Buf, v)
	}
	if m.Sum != nil {
		return w.sum(m)
	}
	return nil
}

// set notes what is known of a buffer.
func (w *walk) set(b *plan.Buffer, v vector) {
	if b.View != nil {
		b = b.View.Of
	}
	w.known[b] = v
	w.derivative(b)
	if b.Kind == plan.Delta && b.Layer == 0 {
		w.input = &v
	}
	if b.Layer == w.p.Network.Depth() && b.Means == plan.PostActivation {
		w.output = v
	}
}

// slope is g of a product v·g, v being what a host operation formed.
func slope(e expr.Expr, acc expr.Var) (expr.Expr, bool) {
	n, ok := e.(expr.Binary)
	if !ok || n.Op != expr.OpMul {
		return nil, false
	}
	switch v := expr.Expr(acc); {
	case n.X == v && !expr.Uses(n.Y, acc):
		return n.Y, true
	case n.Y == v && !expr.Uses(n.X, acc):
		return n.X, true
	}
	return nil, false
}

// meet is what two statements on the same vector say together.
func meet(x, y vector) vector {
	if y.err < x.err {
		x.err = y.err
	}
	return x.with(y.total, y.totalErr)
}

// sum notes the loss.
func (w *walk) sum(m *plan.Map) error {
	term, err := w.formula(m, m.Sum.Expr, "", vector{})
	if err != nil {
		return err
	}
	total := w.summed(m.N, term)
	w.loss = all(1, total)
	if m.Sum.Scale != 1 {
		scale, err := w.expression(expr.Number(m.Sum.Scale), nil)
		if err != nil {
			return err
		}
		w.loss = all(1, w.times(scale, total))
	}
	return nil
}

// formula is what is known of one expression of a map. z and a of a pointwise layer are not independent: both are taken
// from the same piece of the range of z.
func (w *walk) formula(m *plan.Map, e expr.Expr, acc expr.Var, host vector) (number, error) {
	var box []Interval
	var fill []func(env map[expr.Var]number, piece Interval) error
	fixed := map[expr.Var]number{}
	vary := func(x number, set func(env map[expr.Var]number, x number) error) {
		box = append(box, Interval{x.lo, x.hi})
		fill = append(fill, func(env map[expr.Var]number, i Interval) error { return set(env, x.piece(i)) })
	}
	root := func(l int, names map[expr.Var]bool) { // those of z and of a
		value := w.p.Activations[l-1].Value
		vary(w.roots[l].number, func(env map[expr.Var]number, z number) error {
			for v, post := range names {
				env[v] = z
				if !post {
					continue
				}
				a, err := w.expression(value, map[expr.Var]number{expr.Z: z})
				if err != nil {
					return err
				}
				env[v] = a
			}
			return nil
		})
	}
	rooted := map[int]map[expr.Var]bool{}
	if acc == expr.Z && !w.linear(acc) {
		rooted[m.Layer] = map[expr.Var]bool{expr.Z: false}
	} else if acc != "" && expr.Uses(e, acc) {
		fixed[acc] = host.number
	}
	for _, a := range m.Args {
		if !expr.Uses(e, a.Var) {
			continue
		}
		l := a.Buf.Layer
		pre, post := a.Buf.Means == plan.PreActivation, a.Buf.Means == plan.PostActivation
		x := w.of(a.Buf)
		switch {
		case (pre || post) && l > 0 && w.p.Activations[l-1].Vector == expr.NotVector:
			if rooted[l] == nil {
				rooted[l] = map[expr.Var]bool{}
			}
			rooted[l][a.Var] = post
		case x.n == 0:
			return number{}, fmt.Errorf("nothing is known of %s", a.Buf.Name)
		case a.Var == plan.AccBackward, linearly[a.Buf.Means]:
			fixed[a.Var] = x.number
		default:
			name := a.Var
			vary(x.number, func(env map[expr.Var]number, x number) error { env[name] = x; return nil })
		}
	}
	for l := 1; l <= w.p.Network.Depth(); l++ {
		if rooted[l] != nil {
			root(l, rooted[l])
		}
	}
	program := expr.Share("u", e)
	return over(box, func(box []Interval) (number, error) {
		env := make(map[expr.Var]number, len(fixed)+len(box)+len(program.Lets))
		for v, x := range fixed {
			env[v] = x
		}
		for i, set := range fill {
			if err := set(env, box[i]); err != nil {
				return number{}, err
			}
		}
		results, err := w.program(program, env)
		if err != nil {
			return number{}, err
		}
		return results[0], nil
	})
}

// piece is the number where the exact one is in a part of its range.
func (x number) piece(i Interval) number {
	if !x.known() {
		return x
	}
	return number{i.Lo, i.Hi, max(x.clo, i.Lo-x.err*slack), min(x.chi, i.Hi+x.err*slack), x.err}
}

// limits are the results found.
func (w *walk) limits() []Limit {
	n := w.p.Block
	loss := w.loss.number
	list := []Limit{limit("ŷ", w.output.number), limit("loss", loss).summed(w.summed(n, loss))}
	for _, g := range w.params {
		if g.name == "" {
			continue // a layer without biases
		}
		sum := w.summed(n, g.each)
		if g.each.err < g.whole.err { // products that fused multiply-adds need not round, and others do
			sum.err += w.multiplying(terms{n: n, each: g.each.computed(), total: inf})
		}
		list = append(list, limit(g.name, g.whole).summed(sum))
	}
	if w.input != nil {
		list = append(list, limit("∂L/∂x", w.input.number))
	}
	return list
}

func limit(name string, x number) Limit {
	return Limit{Name: name, Largest: x.exact(), Error: x.err, Apart: x.err}
}

func (l Limit) summed(sum number) Limit {
	l.Summed, l.Sum = true, sum.err
	return l
}
