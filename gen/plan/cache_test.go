package plan

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/plan/plantest"
	"github.com/backpropgen/backpropgen/spec"
)

// caches lists what lies in the workspace between Forward and Backward.
func caches(p *Program) string {
	var names []string
	for _, b := range p.Buffers {
		if b.Kind == Cache {
			names = append(names, b.Name)
		}
	}
	return strings.Join(names, " ")
}

// TestCacheKeeps lists what each mode keeps.
func TestCacheKeeps(t *testing.T) {
	plain := plantest.Network("mse", []int{3, 5, 4, 2}, "tanh", "relu", "identity")
	for _, c := range []struct {
		about string
		n     spec.Network
		mode  spec.Cache
		want  string
	}{
		{"a plain network", plain, spec.CacheAuto, "a1 a2 a3"},
		{"a plain network", plain, spec.CachePost, "a1 a2 a3"},
		{"a plain network", plain, spec.CachePre, "z1 z2 z3 a3"},
		{"a plain network", plain, spec.CacheBoth, "z1 a1 z2 a2 z3 a3"},
		{"one layer", plantest.Network("mse", []int{3, 2}, "sigmoid"), spec.CachePre, "z1 a1"},
		{"one layer", plantest.Network("mse", []int{3, 2}, "sigmoid"), spec.CachePost, "a1"},
		{"the logits of softmax and cross-entropy", plantest.Iris(), spec.CachePost, "a1 z2 a2 m2 s2"},
		{"the logits of softmax and cross-entropy", plantest.Iris(), spec.CacheAuto, "a1 z2 a2 m2 s2"},
		{"the logits of softmax and cross-entropy", plantest.Iris(), spec.CachePre, "z1 z2 a2 m2 s2"},
		{"the logits of sigmoid and binary cross-entropy",
			plantest.Network("binary-cross-entropy", []int{3, 4, 2}, "tanh", "sigmoid"), spec.CachePost, "a1 z2 a2"},
		{"the logits of sigmoid and cross-entropy",
			plantest.Network("cross-entropy", []int{3, 4, 2}, "tanh", "sigmoid"),
			spec.CachePost, "a1 z2 a2"},
		{"no logits: the cost has no closed form",
			plantest.Network("binary-cross-entropy", []int{3, 4, 2}, "tanh", "softmax"),
			spec.CachePost, "a1 a2"},
		{"sigmoid in a hidden layer keeps no logits",
			plantest.Network("binary-cross-entropy", []int{3, 4, 2}, "sigmoid", "sigmoid"), spec.CachePost, "a1 z2 a2"},
		{"softmax in a hidden layer", plantest.Network("mse", []int{3, 4, 2}, "softmax", "identity"), spec.CachePost,
			"a1 a2"},
		{"σ' needs z", plantest.Network("mse", []int{3, 4, 2}, "arctan", "silu"), spec.CachePost, "z1 a1 z2 a2"},
		{"σ' needs z", plantest.Network("mse", []int{3, 4, 2}, "arctan", "tanh"), spec.CachePre, "z1 z2 a2"},
		{"softmax in a hidden layer", plantest.Network("mse", []int{3, 4, 2}, "softmax", "identity"), spec.CachePre,
			"z1 z2 a2"},
	} {
		c.n.Cache = c.mode
		if got := caches(mustCompile(t, c.n)); got != c.want {
			t.Errorf("%s, %s, cache %s: keeps %s, want %s", c.about, plantest.Title(c.n), c.mode, got, c.want)
		}
	}
}

// TestCacheReads checks over random networks that the backward pass reads of each layer what its mode keeps, and
// nothing that is not kept.
func TestCacheReads(t *testing.T) {
	plantest.Each(t, func(t *testing.T, _ *rand.Rand, n spec.Network) {
		p := drawnPlan(t, n)
		written := map[*Buffer]bool{}
		for _, op := range p.Func(Backward).Ops {
			for _, b := range op.Reads() {
				if b.Kind == Scratch && !written[b] {
					t.Errorf("Backward reads %v of a call before", b)
				}
			}
			for _, b := range op.Writes() {
				written[b] = true
			}
		}
		last := n.Layers[n.Depth()-1].Activation.Name
		_, fused := expr.Fusion(last, n.Cost.Name)
		for _, b := range p.Buffers {
			if b.Kind != Cache {
				continue
			}
			top := b.Layer == n.Depth()
			ok := true
			switch {
			case b.Name[0] == 'a':
				ok = n.Cache != spec.CachePre || top
			case b.Name[0] == 'z':
				act, _ := expr.ActivationOf(n.Layers[b.Layer-1].Activation)
				needed := act.Vector == expr.NotVector && act.DerivPost == nil // a does not tell σ'
				needed = needed || act.Vector == expr.MaxPool                  // nor which unit was the largest
				ok = n.Cache == spec.CachePre || n.Cache == spec.CacheBoth || needed || top && fused
			}
			if !ok {
				t.Errorf("cache %s keeps %v", n.Cache, b)
			}
		}
	})
}

// TestCacheForms checks in which terms the Jacobians are written: of a, wherever a alone gives σ'.
func TestCacheForms(t *testing.T) {
	for _, c := range []struct{ activation, want string }{
		{"sigmoid", "d1 = (W2ᵀ·d2)*(a1*(1 - a1))"},
		{"tanh", "d1 = (W2ᵀ·d2)*(1 - a1^2)"},
		{"relu", "d1 = (W2ᵀ·d2)*where(a1, 1, 0)"},
		{"identity", "d1 = (W2ᵀ·d2)"},
		{"hard-tanh", "d1 = (W2ᵀ·d2)*where(1 - abs(a1), 1, 0)"},
		{"arctan", "d1 = (W2ᵀ·d2)*(1/(1 + z1^2))"},
		{"softplus", "d1 = (W2ᵀ·d2)*sigmoid(z1)"},
	} {
		for _, mode := range []spec.Cache{spec.CacheAuto, spec.CachePre, spec.CachePost, spec.CacheBoth} {
			n := plantest.Network("mse", []int{3, 4, 2}, c.activation, "identity")
			n.Cache = mode
			p := mustCompile(t, n)
			op := pick(p, Backward, is(backLayer, 2))
			if op.String() != c.want {
				t.Errorf("%s, cache %s: %s, want %s", c.activation, mode, op, c.want)
			}
		}
	}
}

// TestCacheChoices checks what explain has to say.
func TestCacheChoices(t *testing.T) {
	n := plantest.Iris()
	n.Cache = spec.CachePre
	want := "layer 1 keeps z; a is formed again from z on the way back\n" +
		"layer 2 keeps z and a; z are the logits the loss is computed from"
	if got := strings.Join(mustCompile(t, n).Choices, "\n"); got != want {
		t.Errorf("choices\n%s\nwant\n%s", got, want)
	}
}
