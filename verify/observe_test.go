package verify

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
)

// lopsided are ranges of which none is symmetric.
var lopsided = Ranges{Inputs: [2]float64{-1, 0.5}, Weights: [2]float64{-0.5, 1}, Biases: [2]float64{0.25, 0.75}, Targets: [2]float64{-2, -1}}

// TestHunter checks that whatever is drawn or changed is within the ranges, of the precision, and not always the same.
func TestHunter(t *testing.T) {
	nets := []spec.Network{irisNet, controlNet, {
		Name: "Pools", Precision: spec.Float32, Input: 3, Cost: spec.Function{Name: "mse"},
		Layers: []spec.Layer{{Dense: 6, Activation: spec.Function{Name: "max-pool", Params: map[string]float64{"window": 3}}}, {Dense: 1, NoBias: true}},
	}}
	for _, n := range nets {
		n = n.WithDefaults()
		if err := n.Validate(); err != nil {
			t.Fatal(err)
		}
		h := hunter{n, lopsided, rand.New(rand.NewPCG(1, 2))}
		inside := func(what string, v []float64, r [2]float64) {
			for _, x := range v {
				if !(x >= r[0] && x <= r[1]) || float64(float32(x)) != x {
					t.Fatalf("%s: %s has %v, which is not a float32 from %v to %v", n.Name, what, x, r[0], r[1])
				}
			}
		}
		kinds, differ := map[string]bool{}, 0
		s := h.draw(0)
		for i := range 3000 {
			before := s
			if s = h.draw(i); i%5 == 2 {
				s = h.change(before)
			}
			kinds[s.kind] = true
			if !reflect.DeepEqual(s, before) {
				differ++
			}
			inside("x", s.x, lopsided.Inputs)
			for _, l := range h.of(s.params) {
				inside("W", l.w, lopsided.Weights)
				inside("b", l.b, lopsided.Biases)
			}
			if n.Cost.Name != "cross-entropy" {
				inside("y", s.y, lopsided.Targets)
				continue
			}
			sum := 0.0
			for _, y := range s.y {
				sum += y
			}
			if sum != 1 || slices.Min(s.y) < 0 {
				t.Fatalf("%s: the targets %v are no distribution", n.Name, s.y)
			}
		}
		if len(kinds) != 4 || differ < 2900 {
			t.Errorf("%s: of 3000 samples %d differ from the one before, of the kinds %v", n.Name, differ, kinds)
		}
	}
}

// TestObserve hunts in a kernel that is right and in some that are not: what is planted is found, in the result where
// it is and there alone.
func TestObserve(t *testing.T) {
	type kernel = Kernel[plainIris, plainIris, plainIrisWork, naiveBatch[plainIrisWork, plainIris], [4]float32, [3]float32, float32]
	symmetric := [2]float64{-1, 1}
	h := Hunt{Ranges: Ranges{symmetric, symmetric, symmetric, [2]float64{0, 1}}, Draws: 400, Seed: 3, Samples: 8}
	observe := func(k kernel) map[string]Observed {
		t.Helper()
		list, err := Observe(irisNet, k, h)
		if err != nil {
			t.Fatal(err)
		}
		named := map[string]Observed{}
		for _, o := range list {
			named[o.Name] = o
		}
		return named
	}
	right := observe(irisPlain)
	if len(right) != 6 {
		t.Fatalf("%d results", len(right))
	}
	for name, o := range right {
		// tanh and softmax have no kinks, so that every draw is apart from them.
		if !(o.Error > 0 && o.Error < 1e-5 && o.Apart == o.Error) || name != "ŷ" && !(o.Sum > o.Error && o.Sum < 1e-4) {
			t.Errorf("%v: of a kernel that is right", o)
		}
	}
	if again := observe(irisPlain); !reflect.DeepEqual(again, right) {
		t.Errorf("another hunt finds %v, the first one %v", again, right)
	}

	wrong := irisPlain
	wrong.Grad = func(p *plainIris, ws *plainIrisWork, x *[4]float32, y *[3]float32, g *plainIris) float32 {
		loss := irisPlain.Grad(p, ws, x, y, g)
		view[float32](g)[5] += 0.25 // of ∇W1
		return loss
	}
	if found := observe(wrong); !(found["∂L/∂W1"].Error > 0.2) || found["∂L/∂W2"].Error > 1e-5 || found["∂L/∂b1"].Error > 1e-5 {
		t.Errorf("a gradient of W1 that is off by 0.25: %v", found)
	}
	wrong = irisPlain
	wrong.GradBatch = func(p *plainIris, b *naiveBatch[plainIrisWork, plainIris], xs [][4]float32, ys [][3]float32, g *plainIris) float32 {
		return irisPlain.GradBatch(p, b, xs, ys, g) + 0.25
	}
	if found := observe(wrong); !(found["loss"].Sum > 0.2) || found["loss"].Error > 1e-4 || found["∂L/∂W1"].Sum > 1e-3 {
		t.Errorf("a sum of losses that is off by 0.25: %v", found)
	}
	wrong = irisPlain
	wrong.Forward = func(p *plainIris, ws *plainIrisWork, x *[4]float32) *[3]float32 {
		y := irisPlain.Forward(p, ws, x)
		y[2] = float32(math.NaN())
		return y
	}
	if found := observe(wrong); !math.IsInf(found["ŷ"].Error, 1) {
		t.Errorf("an output that is NaN: %v", found)
	}
	wrong = irisPlain
	wrong.Loss = nil
	if _, err := Observe(irisNet, wrong, h); err == nil {
		t.Error("a kernel without Loss is observed")
	}
	if _, err := Observe(controlNet, irisPlain, h); err == nil {
		t.Error("a kernel of another network is observed")
	}
}

// TestApart checks where rounding may decide something: at the jumps of relu' and hard-tanh', nowhere else.
func TestApart(t *testing.T) {
	for _, c := range []struct {
		activation string
		z, bound   float64
		want       bool
	}{
		{"relu", 0.5, 0.1, true}, {"relu", 0.5, 0.5, false}, {"relu", 0, 0, false}, {"relu", -0.5, 0.1, true},
		{"hard-tanh", 1.05, 0.1, false}, {"hard-tanh", 0, 0.1, true}, {"tanh", 0, 0.1, true}, {"softplus", 0, 1, true},
		{"elu", 0, 0.1, true}, {"selu", 0.05, 0.1, false}, {"softmax", 0, 1, true}, {"max-pool", 3, 1, false},
	} {
		sigma, err := activationOf(spec.Function{Name: c.activation})
		if err != nil {
			t.Fatal(err)
		}
		n := &Network{layers: []layer{{sigma: sigma}}}
		if got := n.apart([]estimate{{}, {[]float64{7, c.z}, []float64{0, c.bound}}}); got != c.want {
			t.Errorf("%s at %v ± %v: apart %t", c.activation, c.z, c.bound, got)
		}
	}
}
