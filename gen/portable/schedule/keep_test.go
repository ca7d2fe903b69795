package schedule

import (
	"slices"
	"testing"

	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/plan/plantest"
)

// TestKeeps checks at which lengths sums are one statement and vectors are kept in scalars.
func TestKeeps(t *testing.T) {
	for _, c := range []struct {
		width                int
		short, keeps, scoped bool
	}{
		{1, true, true, false}, {shortSum, true, true, false}, {shortSum + 1, false, true, false},
		{keepScalars, false, true, false}, {keepScalars + 1, false, false, true},
	} {
		// Sixteen results to a sum, so that there is one lane; in both directions.
		s := mustMake(t, plantest.Network("mse", []int{c.width, 16, c.width}, "tanh", "identity"))
		affine := func(op plan.Op) bool { o, ok := op.(*plan.Affine); return ok && o.W.Layer == 1 }
		back := func(op plan.Op) bool { o, ok := op.(*plan.BackAffine); return ok && o.W.Layer == 2 }
		of := func(function string, match func(plan.Op) bool) *Loops {
			ops := s.Program.Func(function).Ops
			return s.Loops(ops[slices.IndexFunc(ops, match)])
		}
		up := of(plan.Forward, affine)
		if up.Short != c.short || up.Keeps != c.keeps || up.Scoped == c.keeps {
			t.Errorf("%d terms: an affine map has short sums %v, keeps %v, scopes %v", c.width, up.Short, up.Keeps,
				up.Scoped)
		}
		down := of(plan.Backward, back)
		if down.Short != c.short || down.Keeps != c.keeps || down.Scoped != c.scoped {
			t.Errorf("%d terms: a map back has short sums %v, keeps %v, scopes %v", c.width, down.Short, down.Keeps,
				down.Scoped)
		}
		if fused := of(plan.Step, back); fused.Short || !fused.Keeps || fused.Scoped != c.scoped {
			t.Errorf("%d terms: a map back with its update has short sums %v, keeps %v, scopes %v",
				c.width, fused.Short, fused.Keeps, fused.Scoped)
		}
	}
}
