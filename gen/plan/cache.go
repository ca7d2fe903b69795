package plan

import (
	"fmt"
	"slices"

	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/spec"
)

// cache decides what the forward pass keeps of each layer for the backward pass, and rewrites each pointwise
// Jacobian in terms of a where a alone gives σ'.
//
//	pre    z; a is formed again where the backward pass needs it (algorithm 1)
//	post   a, and z only where σ' needs it (algorithm 3)
//	both   z and a (algorithm 4)
//	auto   a, which ∇W needs in any case and which costs more operations to form again than to keep;
//	       z only where σ' needs it
//
// That is what auto keeps unless choose finds that one of the other modes costs fewer operations as a whole.
//
// Two buffers are kept in every mode: ŷ = a_L, because Forward returns it, and z_L where the loss is
// computed from logits, because a_L has lost them. Where nothing goes backward, ŷ is all that is kept.
func cache(p *Program) error {
	n := p.Network
	depth := n.Depth()
	if !n.Learns() {
		keepOutput(p)
		return nil
	}
	jacobians := map[int][]*Map{}
	for _, op := range p.Ops() {
		if m, ok := op.(*Map); ok && m.Role == Pullback {
			jacobians[m.Layer] = append(jacobians[m.Layer], m)
		}
	}
	for l := 1; l <= depth; l++ {
		layer := n.Layers[l-1]
		z, a := p.Meant(PreActivation, l), p.Meant(PostActivation, l)
		act := p.Activations[l-1]
		needsZ := act.DerivPost == nil
		row, vector := vectorActivations[act.Vector]
		if vector {
			needsZ = row.needsZ
		}
		_, logits := expr.Fusion(layer.Activation.Name, n.Cost.Name)
		logits = logits && l == depth

		keepZ, keepA := false, false
		switch p.Cache {
		case spec.CachePre:
			keepZ = true
		case spec.CachePost, spec.CacheAuto:
			keepA, keepZ = true, needsZ
		case spec.CacheBoth:
			keepZ, keepA = true, true
		default:
			return fmt.Errorf("cache: %q is not a mode", p.Cache)
		}
		recompute := !keepA && l < depth
		keepZ = keepZ || logits
		keepA = keepA || l == depth

		z.Kind, a.Kind = kept(keepZ), kept(keepA)
		for _, m := range row.kept {
			p.Meant(m, l).Kind = kept(logits || row.needsKept && !recompute)
		}
		if !vector && act.DerivPost != nil {
			usePost(jacobians[l], a, act.DerivPost)
		}
		if recompute {
			insertRecompute(p, l, applyOp(p, l))
		}
		choice := fmt.Sprintf("layer %d keeps %s", l, keptNames(keepZ, keepA, recompute, logits))
		if p.Cache == spec.CacheAuto && !vector && needsZ && l < depth {
			again := (emittedOps(act.Value).Weight() + 2) * int64(z.Rows) // with a load and a store
			choice += fmt.Sprintf("; σ' needs z, and to form a again from it would weigh %d", again)
		}
		p.Choices = append(p.Choices, choice)
	}
	return nil
}

// keepOutput keeps ŷ alone: what Forward works on besides is dead once it returns.
func keepOutput(p *Program) {
	output := p.Meant(PostActivation, p.Network.Depth())
	for _, b := range p.Buffers {
		if b.Kind == Cache && b != output {
			b.Kind = Scratch
		}
	}
	p.Choices = append(p.Choices, "nothing goes backward: Forward keeps ŷ alone")
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

func kept(keep bool) Kind {
	if keep {
		return Cache
	}
	return Scratch
}

func keptNames(z, a, recompute, logits bool) string {
	s := ""
	switch {
	case z && a:
		s = "z and a"
	case z:
		s = "z"
	case a:
		s = "a"
	}
	if logits {
		s += "; z are the logits the loss is computed from"
	}
	if recompute {
		s += "; a is formed again from z on the way back"
	}
	return s
}

// usePost writes the Jacobian of a layer in terms of a.
func usePost(jacobians []*Map, a *Buffer, deriv expr.Expr) {
	for _, m := range jacobians {
		v := m.Bind(AccBackward)
		m.Args = []Arg{{AccBackward, v}}
		if expr.Uses(deriv, expr.A) {
			m.Args = append(m.Args, Arg{expr.A, a})
		}
		m.Sets[0].Expr = expr.Mul(AccBackward, deriv)
	}
}

// insertRecompute puts op, which forms a of layer l, before the first operation of the backward
// pass that reads a or that fuse may join with one that does.
func insertRecompute(p *Program, l int, op Op) {
	for _, f := range p.Funcs {
		if SignatureOf(f.Name).Derivative != "" {
			continue // it has a from its own forward pass
		}
		i := slices.IndexFunc(f.Ops, func(o Op) bool {
			b, ok := o.(*BackAffine)
			return ok && b.W.Layer == l+1
		})
		if i >= 0 {
			f.Ops = slices.Insert(f.Ops, i, op)
		}
	}
}
