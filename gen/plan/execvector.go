package plan

import "github.com/backpropgen/backpropgen/gen/expr"

// vector runs the stages of every window, element after element.
func (m *Memory[F]) vector(o *Vector) error {
	for g := range o.Groups() {
		env := expr.Env[F]{}
		drafts := make([]F, o.Window)
		for _, s := range o.Stages {
			if err := m.stage(o, s, g, env, drafts); err != nil {
				return err
			}
		}
	}
	return nil
}

// stage runs one stage of window g. env holds the scalars of the window so far.
func (m *Memory[F]) stage(o *Vector, s Stage, g int, env expr.Env[F], drafts []F) error {
	if s.Fold == FoldLet {
		m.bind(o, env, g, g*o.Window)
		v, err := expr.Eval(s.Expr, env)
		if err != nil {
			return err
		}
		m.keep(s, g, env, v)
		return nil
	}
	acc := F(s.From)
	var terms []F
	for j := range o.Window {
		k := g*o.Window + j
		m.bind(o, env, g, k)
		if s.Draft != nil {
			v, err := expr.Eval(s.Draft.Expr, env)
			if err != nil {
				return err
			}
			drafts[j] = v
		}
		env[DraftVar] = drafts[j]
		if s.Fold == FoldScan {
			env[s.Var] = acc
		}
		for _, set := range s.Sets {
			v, err := expr.Eval(set.Expr, env)
			if err != nil {
				return err
			}
			m.data[set.Buf][k] = v
		}
		if s.Fold == NoFold {
			continue
		}
		v, err := expr.Eval(s.Expr, env)
		if err != nil {
			return err
		}
		switch {
		case s.Fold == FoldSum:
			terms = append(terms, v)
		case s.Fold == FoldMax && j > 0:
			acc = max(acc, v)
		default:
			acc = v
		}
	}
	if s.Fold == FoldSum {
		acc = addUp(o.Order, acc, len(terms), func(j int) F { return terms[j] })
	}
	if s.Fold != NoFold {
		m.keep(s, g, env, acc)
	}
	return nil
}

// bind sets the arguments of a Vector for unit k of window g.
func (m *Memory[F]) bind(o *Vector, env expr.Env[F], g, k int) {
	for _, a := range o.Args {
		if o.Element(a.Buf) {
			env[a.Var] = m.data[a.Buf][k]
		} else {
			env[a.Var] = m.data[a.Buf][g]
		}
	}
}

func (m *Memory[F]) keep(s Stage, g int, env expr.Env[F], v F) {
	env[s.Var] = v
	if s.Keep != nil {
		m.data[s.Keep][g] = v
	}
}
