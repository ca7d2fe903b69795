package plan

import (
	"slices"

	"github.com/backpropgen/backpropgen/gen/expr"
)

// fuse joins operations so that every element is finished where it is formed:
//
//	z = W·in + b, a = σ(z)             one loop, σ applied to the sum just formed
//	v = ∇C, δ = Jacᵀ·v                 one expression; in closed form where the pair has one
//	v = Wᵀ·δ', δ = σ' ⊙ v              the diagonal Jacobian becomes a Hadamard product in the loop
//	v = Wᵀ·δ', W −= rate·δ'·aᵀ         one pass over W, each old weight read before it is written
func fuse(p *Program) error {
	f := &fuser{p: p, done: map[[2]Op]Op{}}
	for _, fn := range p.Funcs {
		fn.Ops = f.list(fn.Ops)
		if fn.Rows != nil {
			fn.Rows.Ops = f.list(fn.Rows.Ops)
		}
	}
	return nil
}

// fuser remembers what it made of which operations, so that an operation shared by several functions
// stays shared.
type fuser struct {
	p    *Program
	done map[[2]Op]Op
}

func (f *fuser) once(a, b Op, make func() Op) Op {
	key := [2]Op{a, b}
	if f.done[key] == nil {
		f.done[key] = make()
	}
	return f.done[key]
}

func (f *fuser) list(ops []Op) []Op {
	var out []Op
	for i := 0; i < len(ops); i++ {
		op := ops[i]
		switch o := op.(type) {
		case *Affine:
			m, ok := at(ops, i+1).(*Map)
			if ok && m.Role == Apply {
				out = append(out, f.once(o, m, func() Op { return fuseApply(o, m) }))
				i++
				continue
			}
			if ok && m.Role == Push {
				out = append(out, f.once(o, m, func() Op { return fusePush(o, m) }))
				i++
				continue
			}
		case *Map:
			if m, ok := at(ops, i+1).(*Map); ok && o.Role == Seed && (m.Role == Push || m.Role == Pull) &&
				m.Layer == o.Layer {
				out = append(out, f.once(o, m, func() Op { return fuseSeed(o, m) }))
				i++
				continue
			}
			if o.Role == CostTerm {
				used, fused := f.cost(o, at(ops, i+1))
				out = append(out, fused...)
				i += used
				continue
			}
		case *BackAffine:
			params := parametersOf(at(ops, i+1), o)
			if len(params) > 0 {
				i++
			}
			fused := op
			if m, ok := at(ops, i+1).(*Map); ok && m.Role == Pull && m.Layer == o.Each.Layer {
				fused = f.once(o, m, func() Op { return fusePull(o, m) })
				i++
			} else if ok && m.Role == Pullback && m.Layer == o.Each.Layer {
				fused = f.once(o, m, func() Op { return fuseJacobian(o, m) })
				i++
			}
			if u, ok := at(params, 0).(*Update); ok {
				before := fused.(*BackAffine)
				fused, params = f.once(before, u, func() Op {
					joined := *before
					joined.Update = u
					return &joined
				}), nil
			}
			out = append(append(out, fused), params...)
			continue
		}
		out = append(out, op)
	}
	return out
}

func at(ops []Op, i int) Op {
	if i < len(ops) {
		return ops[i]
	}
	return nil
}

// parametersOf is what makes something of the parameters that a BackAffine reads, where op does, else nothing.
func parametersOf(op Op, back *BackAffine) []Op {
	switch o := op.(type) {
	case *Outer:
		if o.D == back.D {
			return []Op{o}
		}
	case *OuterSum:
		if o.D == back.D {
			return []Op{o}
		}
	case *Update:
		if o.W == back.W {
			return []Op{o}
		}
	}
	return nil
}

// fuseApply applies σ to every sum where it is formed.
func fuseApply(o *Affine, m *Map) Op {
	joined := *o
	joined.Each.Sets = append(append([]Set{}, o.Each.Sets...),
		Set{m.Sets[0].Buf, expr.Substitute(m.Sets[0].Expr, expr.Z, AccForward)})
	return &joined
}

// fusePush multiplies every sum of W·ȧ with σ' where it is formed.
func fusePush(o *Affine, m *Map) Op {
	joined := *o
	joined.Each.Sets = append(slices.Clone(o.Each.Sets), m.Sets...)
	for _, a := range m.Args {
		if a.Var != AccForward {
			joined.Each.Args = append(joined.Each.Args, a)
		}
	}
	return &joined
}

// fusePull is fuseJacobian where the sums themselves may be wanted besides.
func fusePull(o *BackAffine, m *Map) Op {
	joined := fuseJacobian(o, m).(*BackAffine)
	joined.Each.Sets = append(slices.Clone(o.Each.Sets), m.Sets...)
	return joined
}

// fuseSeed multiplies what a row begins with with σ' where it is formed.
func fuseSeed(o, m *Map) Op {
	joined := *m
	joined.Args = slices.Clone(o.Args)
	acc := AccForward
	if m.Role == Pull {
		acc = AccBackward
	}
	for _, a := range m.Args {
		if a.Var != acc {
			joined.Args = append(joined.Args, a)
		}
	}
	joined.Sets = []Set{{m.Sets[0].Buf, expr.Substitute(m.Sets[0].Expr, acc, o.Sets[0].Expr)}}
	return &joined
}

// fuseJacobian multiplies every sum of Wᵀ·δ with σ' where it is formed.
func fuseJacobian(o *BackAffine, m *Map) Op {
	joined := *o
	joined.Each = Map{N: m.N, Sets: m.Sets, Layer: m.Layer}
	for _, a := range m.Args {
		if a.Var != AccBackward {
			joined.Each.Args = append(joined.Each.Args, a)
		}
	}
	return &joined
}

// cost fuses the cost with the last activation. It returns how many operations after m are used up, and
// what stands in their place.
func (f *fuser) cost(m *Map, next Op) (used int, ops []Op) {
	n := f.p.Network
	last := n.Layers[n.Depth()-1].Activation.Name
	if form, ok := expr.Fusion(last, n.Cost.Name); ok {
		if len(m.Sets) > 0 {
			used = 1
		}
		return used, f.closedForm(form, m, used == 1)
	}
	if j, ok := next.(*Map); ok && len(m.Sets) > 0 && j.Role == Pullback {
		return 1, []Op{f.once(m, j, func() Op { return fuseCost(m, j) })}
	}
	return 0, []Op{m}
}

// fuseCost substitutes the gradient of the cost into the Jacobian's product: δ = σ' ⊙ ∇C.
func fuseCost(m, j *Map) Op {
	joined := *m
	joined.Args = append([]Arg{}, m.Args...)
	for _, a := range j.Args {
		if a.Var != AccBackward && m.Bind(a.Var) == nil {
			joined.Args = append(joined.Args, a)
		}
	}
	joined.Sets = []Set{{j.Sets[0].Buf, expr.Substitute(j.Sets[0].Expr, AccBackward, m.Sets[0].Expr)}}
	return &joined
}

// logsVar is log Σ exp(z_j − m) in the softmax loss.
const logsVar = expr.Var("t")

// closedForm is the cost and the last activation as one formula over the logits. The softmax loss reads the
// maximum m and the total s that the forward pass left behind: lse − z is formed as (m − z) + log s, which
// cancels nothing.
func (f *fuser) closedForm(form expr.Fused, m *Map, gradient bool) []Op {
	p, depth := f.p, f.p.Network.Depth()
	z, a, y, d := p.Meant(PreActivation, depth), p.Meant(PostActivation, depth), p.Buffer("y"),
		p.Meant(LayerDelta, depth)
	term := form.Term
	var ops []Op
	joined := &Map{N: m.N, Role: CostTerm, Layer: depth}
	if form.Vector {
		largest, total, logs := p.Meant(LargestLogit, depth), p.Meant(ExpSum, depth), p.Buffer("t")
		ops = append(ops, f.once(logsOp{}, nil, func() Op {
			return &Map{N: 1, Args: []Arg{{ExpSum.Var, total}}, Sets: []Set{{logs, expr.Log(ExpSum.Var)}}, Layer: depth}
		}))
		term = expr.Substitute(term, expr.Sub(expr.LSE, expr.Z), expr.Add(expr.Sub(LargestLogit.Var, expr.Z), logsVar))
		joined.Args = append(joined.Args, Arg{LargestLogit.Var, largest}, Arg{logsVar, logs})
	}
	joined.Args = append(joined.Args, Arg{expr.Z, z}, Arg{expr.Y, y})
	joined.Sum = &Sum{Buf: m.Sum.Buf, Expr: term, Scale: 1, Weight: m.Sum.Weight}
	if gradient {
		joined.Args = append(joined.Args, Arg{expr.A, a})
		joined.Sets = []Set{{d, joined.weighed(form.Delta)}}
	}
	return append(ops, f.once(m, nil, func() Op { return joined }))
}

// logsOp is the key under which a fuser remembers the operation t = log s.
type logsOp struct{ Op }
