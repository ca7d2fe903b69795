package hunt

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/verifytest"
)

// lopsided are ranges of which none is symmetric.
var lopsided = Ranges{
	Inputs: [2]float64{-1, 0.5}, Weights: [2]float64{-0.5, 1}, Biases: [2]float64{0.25, 0.75},
	Targets: [2]float64{-2, -1},
}

// TestHunter checks that whatever is drawn or changed is within the ranges, of the precision, and not always the same.
func TestHunter(t *testing.T) {
	nets := []spec.Network{
		verifytest.Build("cross-entropy", spec.Float32, []int{4, 8, 3}, "tanh", "softmax"),
		verifytest.Build("mse", spec.Float32, []int{16, 32, 16, 4}, "tanh", "tanh", "identity"), {
			Name: "Pools", Precision: spec.Float32, Input: 3, Cost: spec.Function{Name: "mse"},
			Layers: []spec.Layer{{Dense: 6, Activation: spec.Function{Name: "max-pool",
				Params: map[string]float64{"window": 3}}}, {Dense: 1, NoBias: true}},
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
			kinds[s.Kind] = true
			if !reflect.DeepEqual(s, before) {
				differ++
			}
			inside("x", s.X, lopsided.Inputs)
			for _, l := range h.of(s.Params) {
				inside("W", l.w, lopsided.Weights)
				inside("b", l.b, lopsided.Biases)
			}
			if n.Cost.Name != "cross-entropy" {
				inside("y", s.Y, lopsided.Targets)
				continue
			}
			sum := 0.0
			for _, y := range s.Y {
				sum += y
			}
			if sum != 1 || slices.Min(s.Y) < 0 {
				t.Fatalf("%s: the targets %v are no distribution", n.Name, s.Y)
			}
		}
		if len(kinds) != 4 || differ < 2900 {
			t.Errorf("%s: of 3000 samples %d differ from the one before, of the kinds %v", n.Name, differ, kinds)
		}
	}
}
