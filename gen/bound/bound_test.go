package bound

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/spec"
)

// formulas are activations and costs of users, with every function, maxima, quotients and powers.
var formulas = struct{ activations, costs []string }{
	[]string{
		"z/(1 + exp(-z))", "max(z, 0.1*z) + sin(z)*cos(2*z)", "z^3/(1 + z^2)", "(1 + z^2)^0.3",
		"tanh(z)*erf(z/2) + atan(z)", "log1p(exp(z))",
		"sqrt(1 + z^2) - 1", "abs(z)*sigmoid(z)", "min(expm1(z), 2)", "log(2 + sin(z))", "1.3^z",
	},
	[]string{"(a - y)^4", "sqrt(1 + (a - y)^2)", "max(1 - a*y, 0)", "log(1 + exp(-a*y))"},
}

// networks are small ones of every activation, hidden and last, with every cost that may follow, in every cache mode
// and precision.
func networks() (list []spec.Network) {
	var activations, costs []spec.Function
	for _, e := range spec.Activations() {
		activations = append(activations, spec.Function{Name: e.Name})
	}
	activations = append(activations, spec.Function{Name: "max-pool", Params: map[string]float64{"window": 2}},
		spec.Function{Name: "elu", Params: map[string]float64{"alpha": 0.5}})
	for _, f := range formulas.activations {
		activations = append(activations, spec.Function{Expr: f})
	}
	for _, e := range spec.Costs() {
		costs = append(costs, spec.Function{Name: e.Name})
	}
	for _, f := range formulas.costs {
		costs = append(costs, spec.Function{Expr: f})
	}
	modes := []spec.Cache{spec.CacheAuto, spec.CachePre, spec.CachePost, spec.CacheBoth}
	for i, last := range activations {
		for j, cost := range costs {
			n := spec.Network{
				Name: "N", Input: 5, Cache: modes[(i+j)%4], InputGradient: j%2 == 0, Cost: cost,
				Layers: []spec.Layer{
					{Dense: 4, Activation: activations[(i+7*j)%len(activations)], NoBias: j%3 == 0},
					{Dense: 4, Activation: last},
				},
			}
			if n.WithDefaults().Validate() == nil {
				list = append(list, n)
			}
		}
	}
	return list
}

// small are ranges in which nothing overflows.
var small = Ranges{
	Inputs: Interval{-1, 1}, Weights: Interval{-1, 1}, Biases: Interval{-0.5, 0.5}, Targets: Interval{0, 1},
}

// TestOf runs plans in float32 and in float64, on numbers within the ranges and at their ends: no error is beyond its
// bound, no result beyond the largest, and what differs from the bound at kinks does so at kinks.
func TestOf(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	finite, all, tight := 0, 0, 0
	trials, every := 30, 1
	if testing.Short() {
		trials, every = 6, 13
	}
	for i, n := range networks() {
		if i%every != 0 {
			continue
		}
		p, err := plan.Compile(n)
		if err != nil {
			t.Fatal(err)
		}
		limits, err := Of(p, small)
		if err != nil {
			t.Fatalf("%+v: %v", n, err)
		}
		seen := make([]float64, len(limits))
		for trial := range trials {
			single, double := plan.NewMemory[float32](p), plan.NewMemory[float64](p)
			fill(r, p, small, trial, single, double)
			for _, m := range []interface{ Run(string) error }{single, double} {
				if err := m.Run(plan.Grad); err != nil {
					t.Fatal(err)
				}
			}
			for i, l := range limits {
				a, b := single.Data(buffer(p, l.Name)), double.Data(buffer(p, l.Name))
				for k := range b {
					e := math.Abs(float64(a[k]) - b[k])
					seen[i] = max(seen[i], e)
					if l.Error <= math.MaxFloat64 && !(e <= l.Error) || math.Abs(b[k]) > l.Largest {
						t.Fatalf("%s, %s after %s and %s: %s[%d] is %v, should be %v ± %v and at most %v", n.Cache,
							n.Cost.Brief(),
							n.Layers[0].Activation.Brief(), n.Layers[1].Activation.Brief(), l.Name, k, a[k], b[k],
							l.Error, l.Largest)
					}
				}
			}
		}
		for i, l := range limits {
			all++
			if l.Error <= math.MaxFloat64 {
				finite++
			}
			if l.Apart <= 1000*seen[i] {
				tight++
			}
		}
	}
	// Without bound are gradients through radial-sigmoid, and of logarithms of what may be as near to 0 as you like.
	if finite < all*3/4 || tight < all/2 {
		t.Errorf("of %d limits %d are finite, and %d within 1000 times what is seen", all, finite, tight)
	}
	t.Logf("%d limits, %d finite, %d within 1000 times what is seen", all, finite, tight)
}

// buffer is where the plan has a result.
func buffer(p *plan.Program, name string) string {
	switch {
	case name == "ŷ":
		return p.Meant(plan.PostActivation, p.Network.Depth()).Name
	case name == "∂L/∂x":
		return "d0"
	}
	return strings.Replace(name, "∂L/∂", "g", 1)
}

// fill draws the numbers of one trial, the same for both precisions.
func fill(
	r *rand.Rand, p *plan.Program, ranges Ranges, trial int, single *plan.Memory[float32], double *plan.Memory[float64],
) {
	draw := func(i Interval) float32 {
		if trial%3 == 1 || trial%3 == 2 && r.IntN(3) == 0 {
			return float32([]float64{i.Lo, i.Hi, 0}[r.IntN(3)])
		}
		return float32(i.Lo + r.Float64()*(i.Hi-i.Lo))
	}
	for _, b := range p.Buffers {
		of := map[plan.Kind]Interval{
			plan.Input: ranges.Inputs, plan.Target: ranges.Targets, plan.Weight: ranges.Weights,
			plan.Bias: ranges.Biases, plan.Direction: ranges.Inputs, plan.WeightDirection: ranges.Weights,
			plan.BiasDirection: ranges.Biases,
		}
		i, ok := of[b.Kind]
		if !ok {
			continue
		}
		a, d := single.Data(b.Name), double.Data(b.Name)
		for k := range a {
			a[k] = draw(i)
		}
		if b.Kind == plan.Target {
			for k := range a { // a distribution, which every cost takes
				a[k] = 0
			}
			for range 8 {
				a[r.IntN(len(a))] += 0.125
			}
		}
		for k := range a {
			d[k] = float64(a[k])
		}
	}
}

// TestRanges checks that what are no ranges are refused by name, and that wider ranges and lower precision have larger
// bounds.
func TestRanges(t *testing.T) {
	n := spec.Network{
		Name: "N", Input: 3, Cost: spec.Function{Name: "mse"},
		Layers: []spec.Layer{{Dense: 4, Activation: spec.Function{Name: "relu"}}, {Dense: 2}},
	}
	limits := func(n spec.Network, r Ranges) []Limit {
		t.Helper()
		p, err := plan.Compile(n)
		if err != nil {
			t.Fatal(err)
		}
		list, err := Of(p, r)
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	wide := small
	wide.Weights = Interval{-2, 2}
	double := n
	double.Precision = spec.Float64
	base, wider, finer := limits(n, small), limits(n, wide), limits(double, small)
	for i, l := range base {
		if !(l.Error < wider[i].Error && l.Largest < wider[i].Largest && finer[i].Apart < l.Apart*0x1p-20) {
			t.Errorf("%+v; with wider ranges %+v; in float64 %+v", l, wider[i], finer[i])
		}
		if back := l.Name == "∂L/∂W1" || l.Name == "∂L/∂b1"; back != (l.Apart < l.Error) {
			t.Errorf("%s: %v, apart %v; only relu's gradient has a kink", l.Name, l.Error, l.Apart)
		}
	}
	p, err := plan.Compile(n)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		r    Ranges
	}{
		{"inputs", Ranges{Inputs: Interval{1, -1}}}, {"weights", Ranges{Weights: Interval{0, math.Inf(1)}}},
		{"biases", Ranges{Biases: Interval{math.NaN(), 1}}}, {"targets", Ranges{Targets: Interval{2, 1}}},
	} {
		if _, err := Of(p, c.r); err == nil || !strings.Contains(err.Error(), c.name) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// TestDeterministic checks that the same plan has the same limits to the last bit.
func TestDeterministic(t *testing.T) {
	count := 15
	if testing.Short() {
		count = 3
	}
	for _, n := range networks()[:count] {
		p, err := plan.Compile(n)
		if err != nil {
			t.Fatal(err)
		}
		a, err := Of(p, small)
		if err != nil {
			t.Fatal(err)
		}
		b, err := Of(p, small)
		if err != nil || fmt.Sprint(a) != fmt.Sprint(b) {
			t.Fatalf("%v\n%v\n%v", err, a, b)
		}
	}
}
