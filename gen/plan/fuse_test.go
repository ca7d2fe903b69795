package plan

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/plan/plantest"
	"github.com/backpropgen/backpropgen/spec"
)

// TestFuseShares checks over random networks that functions share their operations, by identity: that is what lets
// them share emitted parts.
func TestFuseShares(t *testing.T) {
	plantest.Each(t, func(t *testing.T, _ *rand.Rand, n spec.Network) {
		p := drawnPlan(t, n)
		forward, loss, backward, grad, step := p.Func(Forward).Ops, p.Func(LossOnly).Ops, p.Func(Backward).Ops,
			p.Func(Grad).Ops, p.Func(Step).Ops
		for _, f := range p.Funcs {
			ops := f.Ops
			if f.Batch {
				ops = f.BlockOps()
			}
			if f.Name != Backward && !slices.Equal(ops[:len(forward)], forward) {
				t.Errorf("%s does not begin with the operations of Forward", f.Name)
			}
		}
		if len(loss) <= len(forward) {
			t.Errorf("Loss has %d operations, Forward %d", len(loss), len(forward))
		}
		// Activations are formed again in Backward only, so Grad is no more than Forward and Backward.
		if !slices.Equal(grad, slices.Concat(forward, backward)) {
			t.Errorf("Grad is not Forward and Backward:\n%s", p)
		}
		// The cost and its gradient are the same operations in Grad and Step.
		cost := func(ops []Op) Op {
			i := slices.IndexFunc(ops, func(op Op) bool { m, ok := op.(*Map); return ok && m.Role == CostTerm })
			return ops[i]
		}
		if cost(grad) != cost(step) {
			t.Error("Grad and Step form the cost by different operations")
		}
	})
}

// TestFuseClosedForms checks that the closed forms are used for the pairs of the table and for no other.
func TestFuseClosedForms(t *testing.T) {
	used := 0
	for _, a := range expr.Activations() {
		for _, c := range expr.Costs() {
			n := plantest.Network(c.Name, []int{3, 4, 2}, "tanh", a.Name)
			if n.Validate() != nil {
				continue
			}
			p := mustCompile(t, n)
			form, fused := expr.Fusion(a.Name, c.Name)
			if fused {
				used++
			}
			var cost, plain *Map
			every(p, func(m *Map) {
				if m.Role == CostTerm && len(m.Sets) > 0 {
					cost = m
				} else if m.Role == CostTerm {
					plain = m
				}
			})
			if cost == nil || plain == nil {
				t.Fatalf("%s: no cost with and without gradient:\n%s", plantest.Title(n), p)
			}
			// z is read for the loss, or for a σ' that a does not give.
			logits := cost.Bind(expr.Z) != nil
			slope := a.Vector == expr.NotVector && a.DerivPost == nil
			if logits != (fused || slope) || (plain.Bind(expr.Z) != nil) != fused {
				t.Errorf("%s reads logits: %t with gradient, %t without; want %t",
					plantest.Title(n), logits, plain.Bind(expr.Z) != nil, fused)
			}
			if fused && (cost.Sets[0].Buf.Name != "d2" || cost.Sets[0].Expr != form.Delta) {
				t.Errorf("%s: %s, want d2 = %s", plantest.Title(n), cost, form.Delta)
			}
			if fused && !form.Vector && cost.Sum.Expr != form.Term {
				t.Errorf("%s: the loss sums %s, want %s", plantest.Title(n), cost.Sum.Expr, form.Term)
			}
		}
	}
	if used != len(expr.Fusions()) {
		t.Errorf("%d of %d closed forms are reached", used, len(expr.Fusions()))
	}
}

// TestFuseLeavesNothing checks over random networks that after the pass no pointwise activation and no diagonal
// Jacobian stands alone, every update of a weight that is read backwards is in that very pass, and each fused operation
// writes the delta, not v.
func TestFuseLeavesNothing(t *testing.T) {
	plantest.Each(t, func(t *testing.T, _ *rand.Rand, n spec.Network) {
		p := drawnPlan(t, n)
		formedAgain := n.Cache == spec.CachePre
		every(p, func(m *Map) {
			if m.Role == Pullback || m.Role == Apply && !formedAgain {
				t.Errorf("%s stands alone", m)
			}
		})
		step := p.Func(Step).Ops
		for i, op := range step {
			u, ok := op.(*Update)
			if !ok {
				continue
			}
			for _, before := range step[:i] {
				if b, ok := before.(*BackAffine); ok && b.W == u.W {
					t.Errorf("%s passes over %s a second time", u, u.W)
				}
			}
		}
		every(p, func(b *BackAffine) {
			vector := b.W.Layer > 1 && p.Activations[b.W.Layer-2].Vector != expr.NotVector
			if got := b.Each.Sets[0].Buf.Kind; (got == Delta) == vector {
				t.Errorf("%s writes %v; the layer below is not pointwise: %t", b, got, vector)
			}
		})
	})
}

// TestFuseEquations reads a fused plan: every fusion once.
func TestFuseEquations(t *testing.T) {
	n := plantest.Network("mse", []int{3, 5, 4, 2}, "tanh", "softmax", "sigmoid")
	want := []string{
		"z1 = W1·x + b1; a1 = tanh(z1)",
		"z2 = W2·a1 + b2",
		"a2 = softmax(z2)",
		"z3 = W3·a2 + b3; a3 = sigmoid(z3)",
		"d3 = (a3 - y)*(a3*(1 - a3)); loss = 0.5·Σ (a3 - y)^2",
		"v2 = (W3ᵀ·d3); in the same pass W3 −= rate·d3·a2ᵀ; b3 −= rate·d3",
		"d2 = a2 ⊙ (v2 − a2ᵀ·v2)",
		"d1 = (W2ᵀ·d2)*(1 - a1^2); in the same pass W2 −= rate·d2·a1ᵀ; b2 −= rate·d2",
		"W1 −= rate·d1·xᵀ; b1 −= rate·d1",
	}
	var got []string
	for _, op := range mustCompile(t, n).Func(Step).Ops {
		got = append(got, op.String())
	}
	if !slices.Equal(got, want) {
		t.Errorf("Step is\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
