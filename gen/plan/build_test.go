package plan

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/plan/plantest"
	"github.com/backpropgen/backpropgen/spec"
)

// TestBuildIsTheEquations reads the plan of a network as built: the equations of backpropagation, one an operation.
func TestBuildIsTheEquations(t *testing.T) {
	n := plantest.Network("squared-error", []int{3, 5, 2}, "tanh", "sigmoid")
	n.InputGradient = true
	p, err := Build(n)
	if err != nil {
		t.Fatal(err)
	}
	forward := []string{"z1 = W1·x + b1", "a1 = tanh(z1)", "z2 = W2·a1 + b2", "a2 = sigmoid(z2)"}
	cost := []string{"v2 = 2*(a2 - y); loss = Σ (a2 - y)^2", "d2 = v2*(sigmoid(z2)*(1 - sigmoid(z2)))"}
	back := []string{"v1 = (W2ᵀ·d2)", "d1 = v1*(1 - tanh(z1)^2)", "d0 = (W1ᵀ·d1)"}
	outer := []string{"∇W2 = d2·a1ᵀ; ∇b2 = d2", "∇W1 = d1·xᵀ; ∇b1 = d1"}
	update := []string{"W2 −= rate·d2·a1ᵀ; b2 −= rate·d2", "W1 −= rate·d1·xᵀ; b1 −= rate·d1"}
	gradient := slices.Concat(cost, []string{back[0], outer[0], back[1], back[2], outer[1]})
	descent := slices.Concat(cost, []string{back[0], update[0], back[1], back[2], update[1]})
	for name, want := range map[string][]string{
		Forward: forward, LossOnly: slices.Concat(forward, []string{"loss = Σ (a2 - y)^2"}),
		Backward: gradient, Grad: slices.Concat(forward, gradient), Step: slices.Concat(forward, descent),
	} {
		var got []string
		for _, op := range p.Func(name).Ops {
			got = append(got, op.String())
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s is\n%q, want\n%q", name, got, want)
		}
	}
}

// TestBuildBuffers checks over random networks that there is one weight, gradient and delta a layer, of the right
// shape, and biases where the spec has them.
func TestBuildBuffers(t *testing.T) {
	plantest.Each(t, func(t *testing.T, _ *rand.Rand, n spec.Network) {
		p, err := Build(n)
		if err != nil {
			t.Fatal(err)
		}
		params := 0
		names := map[string]bool{}
		for _, b := range p.Buffers {
			if names[b.Name] {
				t.Errorf("two buffers are called %s", b.Name)
			}
			names[b.Name] = true
			if b.Kind == Weight || b.Kind == Bias {
				params += b.Len()
			}
		}
		if params != n.Params() {
			t.Errorf("%d parameters in buffers, %d in the spec", params, n.Params())
		}
		for l := 1; l <= n.Depth(); l++ {
			for _, k := range []Kind{Weight, WeightGrad} {
				if w := p.Find(k, l); w == nil || w.Rows != n.Layers[l-1].Dense || w.Cols != n.Width(l-1) {
					t.Errorf("layer %d: %v %v, want %d×%d", l, k, w, n.Layers[l-1].Dense, n.Width(l-1))
				}
			}
			for _, k := range []Kind{Bias, BiasGrad} {
				if b := p.Find(k, l); (b == nil) != n.Layers[l-1].NoBias {
					t.Errorf("layer %d: %v %v, no bias: %t", l, k, b, n.Layers[l-1].NoBias)
				}
			}
			if d := p.Find(Delta, l); d == nil || d.Len() != n.Layers[l-1].Dense {
				t.Errorf("layer %d: delta %v", l, d)
			}
		}
		if d0 := p.Find(Delta, 0); (d0 != nil) != n.InputGradient {
			t.Errorf("gradient of the input %v, input_gradient %t", d0, n.InputGradient)
		}
		if back := slices.IndexFunc(p.Func(Grad).Ops, is(backLayer, 1)); (back >= 0) != n.InputGradient {
			t.Errorf("W1ᵀ·d1 is operation %d, input_gradient %t", back, n.InputGradient)
		}
	})
}

// TestBuildScale checks that a mean divides the loss and its gradient.
func TestBuildScale(t *testing.T) {
	p, err := Build(plantest.Network("mse", []int{2, 5}, "identity"))
	if err != nil {
		t.Fatal(err)
	}
	m := pick(p, Grad, is(mapLayer, 1)).(*Map)
	for _, op := range p.Func(Grad).Ops {
		if c, ok := op.(*Map); ok && c.Role == CostTerm {
			m = c
		}
	}
	if want := expr.Mul(expr.Number(0.4), expr.Sub(expr.A, expr.Y)); m.Sum.Scale != 0.2 ||
		!expr.Equal(m.Sets[0].Expr, want) {
		t.Errorf("scale %v and gradient %s, want 0.2 and %s", m.Sum.Scale, m.Sets[0].Expr, want)
	}
}
