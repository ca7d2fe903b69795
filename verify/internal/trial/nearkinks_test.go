package trial

import (
	"math"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/function"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
	"github.com/backpropgen/backpropgen/verify/internal/scalar"
	"github.com/backpropgen/backpropgen/verify/internal/verifytest"
)

// TestNearKinks: units and errors come close to every kink there is, of either side, and almost none so close that
// rounding decides.
func TestNearKinks(t *testing.T) {
	n := verifytest.Build("huber", spec.Float32, []int{5}, nil...)
	n.Layers = []spec.Layer{
		{Dense: 12, Activation: spec.Function{Name: "relu"}},
		{Dense: 12, Activation: spec.Function{Name: "hard-tanh"}, NoBias: true},
		{Dense: 12, Activation: spec.Function{Name: "max-pool", Params: map[string]float64{spec.Window: 4}}},
		{Dense: 12, Activation: spec.Function{Name: "hard-sigmoid"}},
		{Dense: 12, Activation: spec.Function{Expr: "max(z, 0.37) + abs(z - 1)"}},
	}
	kinks := [][]float64{{0}, {-1, 1}, nil, {-3, 3}, {0.37, 1}}
	if err := n.Validate(); err != nil {
		t.Fatal(err)
	}
	seen := map[float64][2]int{}
	ties, undecided, all := 0, 0, 0
	count := func(at, z, bound float64) {
		if d := z - at; math.Abs(d) <= 1.1e-4 {
			side := 0
			if d > 0 {
				side = 1
			}
			sides := seen[at]
			sides[side]++
			seen[at] = sides
			all++
			if math.Abs(d) <= bound {
				undecided++
			}
		}
	}
	for i := range 40 {
		s := drawn(t, n, NearFirst+i)
		network, trace, _ := run(t, n, s)
		_, between := network.Estimates(trace, rounding.PairOf(rounding.Float32))
		for l, list := range kinks {
			z := between.Z[l+1]
			for u, v := range z.Value {
				for _, at := range list {
					count(at, v, z.Bound[u])
				}
				if first := u / 4 * 4; l == 2 && u > first && math.Abs(v-z.Value[first]) <= 1.1e-4 {
					ties++
				}
			}
		}
		for o, a := range between.A[5].Value {
			count(7, a-s.Y[o]+6, between.A[5].Bound[o])
			count(5, a-s.Y[o]+6, between.A[5].Bound[o])
		}
	}
	for _, at := range []float64{0, -1, 1, -3, 3, 0.37, 5, 7} {
		if s := seen[at]; s[0] < 10 || s[1] < 10 {
			t.Errorf("close to the kink at %v: %v on its sides, want at least 10", at, s)
		}
	}
	if ties < 50 || undecided*3 > all {
		t.Errorf("%d units almost tie, want 50; of %d close to kinks %d may be on either side, want a third at most",
			ties, all, undecided)
	}
}

// TestJumps: jumps of a function are found, and steep places are none.
func TestJumps(t *testing.T) {
	got := function.Jumps(func(x float64) float64 {
		return scalar.Step(x-0.37) - 0.5*scalar.Step(x+2) + math.Tanh(50*x)
	}, -4, 4)
	if len(got) != 2 || math.Abs(got[0]+2) > 1e-9 || math.Abs(got[1]-0.37) > 1e-9 {
		t.Errorf("got %v, want -2 and 0.37", got)
	}
	if got := function.Jumps(math.Exp, 1e30-4, 1e30+4); got != nil {
		t.Errorf("where numbers have no room for steps: %v", got)
	}
	sigma, err := function.ActivationOf(spec.Function{Name: "tanh"})
	if err != nil {
		t.Fatal(err)
	}
	if got := function.KinksOf(sigma); got != nil {
		t.Errorf("tanh has kinks at %v", got)
	}
}
