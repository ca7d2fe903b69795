package trial

import (
	"math"
	"slices"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/linear"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
	"github.com/backpropgen/backpropgen/verify/internal/verifytest"
	"gonum.org/v1/gonum/floats"
)

// TestKinds: every kind of trial is what its name says.
func TestKinds(t *testing.T) {
	n := verifytest.Build("cross-entropy", spec.Float32, []int{6, 5, 4, 3}, "relu", "relu", "softmax")
	dead, large := map[int]bool{}, map[int]bool{}
	for i := range 3 * len(Kinds) {
		s := drawn(t, n, i)
		_, trace, _ := run(t, n, s)
		largest := func(l int) float64 { return floats.Norm(linear.Elements(trace.Z[l]), math.Inf(1)) }
		k := Kinds[i%len(Kinds)]
		if k.logits > 0 && !k.inner && math.Round(largest(3)) != 100 {
			t.Errorf("%s: largest logit %v", k.name, largest(3))
		}
		if k.name == "zero input" && floats.Norm(s.X, 1) != 0 {
			t.Errorf("%s: input %v", k.name, s.X)
		}
		if k.name == "all weights zero" && floats.Norm(s.Params, 1) != 0 {
			t.Errorf("%s: parameters %v", k.name, s.Params)
		}
		for l := 1; k.dead && l <= 3; l++ {
			dead[l] = dead[l] || largest(l) == 0
		}
		for l := 1; k.inner && l <= 3; l++ {
			large[l] = large[l] || math.Round(largest(l)) == 100
		}
	}
	// Without the gradient from above, the convention of a relu at 0 would not be seen.
	for l := 1; l <= 3; l++ {
		if !dead[l] {
			t.Errorf("layer %d never has all z at exactly 0", l)
		}
		if !large[l] {
			t.Errorf("layer %d never has a z of ±100", l)
		}
	}
}

// TestPowers: trials of powers of 2 let no weight of a wide first layer hide: z is exact and of order 1, so that a
// bounded activation does not hide it either, and none of the products is 0.
func TestPowers(t *testing.T) {
	n := verifytest.Build("mse", spec.Float32, []int{300, 40, 2}, "tanh", "identity")
	seen := 0
	for i := range len(Kinds) {
		if !Kinds[i%len(Kinds)].powers {
			continue
		}
		seen++
		s := drawn(t, n, i)
		network, trace, _ := run(t, n, s)
		_, between := network.Estimates(trace, rounding.PairOf(rounding.Float32))
		for u, v := range between.Z[1].Value {
			if between.Z[1].Bound[u] != 0 || math.Abs(v) > 5 {
				t.Errorf("z1[%d] is %v ± %v, want an exact number of order 1", u, v, between.Z[1].Bound[u])
			}
		}
		for j, v := range s.X {
			if math.Abs(v) != 1 {
				t.Errorf("x[%d] is %v, want ±1", j, v)
			}
		}
		for j, v := range s.Params[:300*40] {
			if math.Abs(v) != 0x1p-5 {
				t.Errorf("weight %d of layer 1 is %v, want ±1/32", j, v)
			}
		}
	}
	if seen != 1 {
		t.Errorf("%d kinds of trials are of powers of 2, want 1", seen)
	}
}

// TestExactKinds: trials that aim at kinks hit them: every whole number from -3 to 3 is an exact z of every layer, and
// units of a window tie, so that the conventions there are judged and not excused by the bounds.
func TestExactKinds(t *testing.T) {
	n := verifytest.Build("mae", spec.Float32, []int{6, 5, 6, 4}, "relu", "max-pool", "hard-tanh")
	n.Layers[1].Activation.Params = map[string]float64{spec.Window: 3}
	hit := map[[2]int]bool{}
	ties, exactErrors, rounded := 0, 0, 0
	for i := range 20 * len(Kinds) {
		k := Kinds[i%len(Kinds)]
		if !k.kinks && !k.whole {
			continue
		}
		s := drawn(t, n, i)
		network, trace, _ := run(t, n, s)
		_, between := network.Estimates(trace, rounding.PairOf(rounding.Float32))
		for l := 1; l <= 3; l++ {
			z := between.Z[l]
			for u, v := range z.Value {
				if z.Bound[u] == 0 && v == math.Trunc(v) {
					hit[[2]int{l, int(v)}] = true
				}
				if z.Bound[u] > 0 {
					rounded++
				}
			}
		}
		for g := range 2 {
			tied, z := 0, between.Z[2]
			top := slices.Max(z.Value[3*g : 3*g+3])
			for u := 3 * g; u < 3*g+3; u++ {
				if z.Value[u] == top && z.Bound[u] == 0 {
					tied++
				}
			}
			if tied > 1 {
				ties++
			}
		}
		for u, a := range between.A[3].Value {
			if between.A[3].Bound[u] == 0 && a == s.Y[u] {
				exactErrors++
			}
		}
	}
	for l := 1; l <= 3; l++ {
		for v := -3; v <= 3; v++ {
			if !hit[[2]int{l, v}] {
				t.Errorf("no unit of layer %d is ever exactly %d", l, v)
			}
		}
	}
	if ties < 5 || exactErrors < 5 || rounded == 0 {
		t.Errorf("%d exact ties for a maximum, %d outputs exactly on target, %d units with a rounding", ties,
			exactErrors, rounded)
	}
}

func TestWeightScale(t *testing.T) {
	for _, c := range []struct {
		activation string
		want       float64
	}{
		{"", math.Sqrt(2. / 16)}, {"tanh", math.Sqrt(2. / 16)}, {"softmax", math.Sqrt(2. / 16)},
		{"max-pool", math.Sqrt(2. / 16)},
		{"relu", math.Sqrt(2. / 4)}, {"leaky-relu", math.Sqrt(2. / 4)}, {"elu", math.Sqrt(2. / 4)},
		{"gelu", math.Sqrt(2. / 4)},
		{"selu", math.Sqrt(1. / 4)},
	} {
		n := verifytest.Build("mse", spec.Float32, []int{4, 12}, c.activation)
		if got := WeightScale(n, 1); got != c.want {
			t.Errorf("%s: scale %v, want %v", c.activation, got, c.want)
		}
	}
}
