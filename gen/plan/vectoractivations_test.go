package plan

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/plan/plantest"
	"github.com/backpropgen/backpropgen/spec"
)

// pooled makes a network in which every layer's activation has the window given, where it pools.
func pooled(cost string, widths []int, window int, activations ...string) spec.Network {
	n := plantest.Network(cost, widths, activations...)
	for l, a := range activations {
		if entry, _ := spec.Lookup(spec.ActivationRole, a); entry.Pools {
			n.Layers[l].Activation.Params = map[string]float64{spec.Window: float64(window)}
		}
	}
	return n
}

// vectorNames are the activations that are not pointwise.
func vectorNames() []string {
	var names []string
	for _, a := range spec.Activations() {
		if a.Vector {
			names = append(names, a.Name)
		}
	}
	return names
}

// TestVectorForms has a form for every kind, and a kind for every vector activation of the catalogue.
func TestVectorForms(t *testing.T) {
	for _, name := range vectorNames() {
		act, err := expr.ActivationOf(spec.Function{Name: name})
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := vectorActivations[act.Vector]; !ok {
			t.Errorf("%s has no form", name)
		}
	}
}

// TestVectorGradients holds the gradient of every vector activation, hidden and last, straight and looped, in every
// cache mode, against differences of the loss.
func TestVectorGradients(t *testing.T) {
	for _, name := range vectorNames() {
		for _, width := range []int{1, 6, 18, 72} {
			for _, window := range []int{1, 2, 3, 6, 18} {
				if width%window != 0 || window > 1 && !slices.Contains([]string{"max-pool", "avg-pool"}, name) {
					continue
				}
				for _, mode := range []spec.Cache{spec.CacheAuto, spec.CachePre, spec.CachePost, spec.CacheBoth} {
					for _, unroll := range []spec.Unroll{spec.UnrollAuto, spec.UnrollLoop} {
						n := pooled("mse", []int{3, width, width}, window, name, name)
						n.Cache, n.Unroll, n.InputGradient, n.Precision = mode, unroll, true, spec.Float64
						t.Run(fmt.Sprintf("%s/%d/%d/%s/%s", name, width, window, mode, unroll), func(t *testing.T) {
							differences(t, n)
						})
					}
				}
			}
		}
	}
}

// differences compares some elements of the gradient with central differences.
func differences(t *testing.T, n spec.Network) {
	t.Helper()
	p := mustCompile(t, n)
	m := NewMemory[float64](p)
	r := rand.New(rand.NewPCG(7, 11))
	for _, b := range p.Buffers {
		switch b.Kind {
		case Input, Target, Weight, Bias:
			for i := range m.data[b] {
				m.data[b][i] = r.NormFloat64()
			}
		}
	}
	run := func(name string) float64 {
		if err := m.Run(name); err != nil {
			t.Fatal(err)
		}
		return m.Data("loss")[0]
	}
	run(Grad)
	for _, pair := range [][2]string{{"x", "d0"}, {"W1", "gW1"}, {"b2", "gb2"}, {"W2", "gW2"}} {
		at, grad := m.Data(pair[0]), slices.Clone(m.Data(pair[1]))
		for range 3 {
			i := r.IntN(len(at))
			const h = 1e-6
			x := at[i]
			at[i] = x + h
			above := run(LossOnly)
			at[i] = x - h
			below := run(LossOnly)
			at[i] = x
			if want := (above - below) / (2 * h); math.Abs(want-grad[i]) > 1e-6*(1+math.Abs(want)) {
				t.Errorf("∂L/∂%s[%d] is %v, differences give %v", pair[0], i, grad[i], want)
			}
		}
	}
}
