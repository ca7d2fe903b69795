package bound

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/spec"
)

// TestOfDerivatives runs derivatives in float32 and in float64, as TestOf does with gradients: no error is beyond its
// bound, and no result beyond the largest. Of most there is a bound.
func TestOfDerivatives(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	finite, all, every := 0, 0, 11
	if testing.Short() {
		every = 73
	}
	for i, n := range networks() {
		if i%every != 0 {
			continue
		}
		n.Derivatives = []spec.Derivative{spec.DeriveJacobian, spec.DeriveTangent, spec.DeriveParameterJacobian,
			spec.DeriveHessianVector}
		if i/every%3 == 0 { // many outputs of few inputs: the Jacobian goes forward
			n.Input, n.Layers[1].Dense = 1, 8
		}
		p, err := plan.Compile(n)
		if err != nil {
			t.Fatal(err)
		}
		limits, err := Of(p, small)
		if err != nil {
			t.Fatalf("%+v: %v", n, err)
		}
		of := map[string]Limit{}
		for _, l := range limits {
			of[l.Name] = l
		}
		for trial := range 12 {
			single, double := plan.NewMemory[float32](p), plan.NewMemory[float64](p)
			fill(r, p, small, trial, single, double)
			for _, function := range derivatives {
				a, b := results(t, p, function, single), results(t, p, function, double)
				for name, want := range b {
					l, ok := of[name]
					if !ok {
						t.Fatalf("%s has no limit; there are those of %v", name, limits)
					}
					if trial == 0 {
						if all++; l.Error <= math.MaxFloat64 {
							finite++
						}
					}
					for k := range want {
						e := math.Abs(float64(a[name][k]) - want[k])
						if l.Error <= math.MaxFloat64 && !(e <= l.Error) || math.Abs(want[k]) > l.Largest {
							t.Fatalf("%s after %s and %s, %s: %s[%d] is %v, should be %v ± %v and at most %v",
								n.Cost.Brief(),
								n.Layers[0].Activation.Brief(), n.Layers[1].Activation.Brief(), function, name, k,
								a[name][k],
								want[k], l.Error, l.Largest)
						}
					}
				}
			}
		}
	}
	if finite < all*2/3 {
		t.Errorf("of %d limits %d are finite", all, finite)
	}
	t.Logf("%d limits, %d finite", all, finite)
}

// results are what a function of derivatives leaves, by the names of limits.
func results[F expr.Float](t *testing.T, p *plan.Program, function string, m *plan.Memory[F]) map[string][]F {
	t.Helper()
	list := map[string][]F{}
	keep := func(kinds ...plan.Kind) {
		for _, b := range p.Buffers {
			for _, k := range kinds {
				if b.Kind == k {
					name := "∂ŷ/∂" + b.Name[1:]
					if function == plan.HessianVector {
						name = "(∇²L·v)" + b.Name[1:]
					}
					list[name] = append(list[name], m.Data(b.Name)...)
				}
			}
		}
	}
	m.EachRow = nil
	if function == plan.ParameterJacobian {
		m.EachRow = func(int) { keep(plan.WeightGrad, plan.BiasGrad) }
	}
	if err := m.Run(function); err != nil {
		t.Fatal(err)
	}
	switch function {
	case plan.Jacobian:
		list["∂ŷ/∂x"] = m.Data("j")
	case plan.Tangent:
		list["(∂ŷ/∂x)·dx"] = m.Data("dy")
	case plan.HessianVector:
		keep(plan.WeightCurvature, plan.BiasCurvature)
	}
	return list
}

// TestDerivativesOfFew wants the limits of derivatives of what is emitted alone: of the functions that a network names.
func TestDerivativesOfFew(t *testing.T) {
	n := spec.Network{
		Name: "N", Input: 3, Cost: spec.Function{Name: "mse"}, Derivatives: []spec.Derivative{spec.DeriveTangent},
		Layers: []spec.Layer{{Dense: 4, Activation: spec.Function{Name: "tanh"}}, {Dense: 2}},
	}
	p, err := plan.Compile(n)
	if err != nil {
		t.Fatal(err)
	}
	limits, err := Of(p, small)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, l := range limits {
		names = append(names, l.Name)
	}
	if got, want := strings.Join(names, " "), "ŷ loss ∂L/∂W1 ∂L/∂b1 ∂L/∂W2 ∂L/∂b2 (∂ŷ/∂x)·dx"; got != want {
		t.Errorf("limits of %s, want %s", got, want)
	}
}

// TestSecondOfLayers runs HessianVector through softmax, log-softmax and radial-sigmoid, below and above another layer,
// in float32 and in float64. Every limit is finite, for radial-sigmoid off its kink; no error is beyond it, and it is a
// small part of the largest result.
func TestSecondOfLayers(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	trials := 40
	if testing.Short() {
		trials = 10
	}
	for _, name := range []string{"softmax", "log-softmax", "radial-sigmoid"} {
		for _, c := range []struct{ hidden, last, cost string }{
			{name, "identity", "mse"}, {"tanh", name, "mse"}, {name, "softmax", "cross-entropy"},
			{"relu", name, "log-cosh"},
		} {
			n := spec.Network{
				Name: "N", Input: 3, Cost: spec.Function{Name: c.cost}, Cache: spec.CacheBoth,
				Derivatives: []spec.Derivative{spec.DeriveHessianVector},
				Layers: []spec.Layer{
					{Dense: 5, Activation: spec.Function{Name: c.hidden}},
					{Dense: 4, Activation: spec.Function{Name: c.last}},
				},
			}
			p, err := plan.Compile(n)
			if err != nil {
				t.Fatal(err)
			}
			ranges := small
			radial := name == "radial-sigmoid"
			if radial { // so that few z are shorter than 1
				ranges.Biases = Interval{1.5, 4}
			}
			limits, err := Of(p, ranges)
			if err != nil {
				t.Fatal(err)
			}
			of := map[string]Limit{}
			for _, l := range limits {
				of[l.Name] = l
			}
			seen, tried := map[string]float64{}, 0
			for trial := range trials {
				single, double := plan.NewMemory[float32](p), plan.NewMemory[float64](p)
				fill(r, p, ranges, trial, single, double)
				a, b := results(t, p, plan.HessianVector, single), results(t, p, plan.HessianVector, double)
				if atKink(p, double) {
					continue
				}
				tried++
				for name, want := range b {
					l := of[name]
					if l.Apart > math.MaxFloat64 || !radial && c.hidden != "relu" && l.Error != l.Apart {
						t.Fatalf("%s, %s: %s has the limits %v and, off kinks, %v", c.hidden, c.last, name, l.Error,
							l.Apart)
					}
					for k := range want {
						e := math.Abs(float64(a[name][k]) - want[k])
						seen[name] = max(seen[name], e)
						if !(e <= l.Apart) {
							t.Fatalf("%s, %s: %s[%d] is %v, should be %v ± %v", c.hidden, c.last, name, k, a[name][k],
								want[k],
								l.Apart)
						}
					}
				}
			}
			if tried < trials/3 {
				t.Errorf("%s, %s: only %d of %d trials are off kinks", c.hidden, c.last, tried, trials)
			}
			for name, e := range seen {
				t.Logf("%s, %s: %s is off by %.3g, at most %.3g of %.3g", c.hidden, c.last, name, e, of[name].Apart,
					of[name].Largest)
				// radial-sigmoid may be as steep as you like, and so the largest result is unknown.
				if l := of[name]; !radial && l.Apart > 1e-4*l.Largest {
					t.Errorf("%s, %s: %s is at most %v, and off by up to %v", c.hidden, c.last, name, l.Largest,
						l.Apart)
				}
			}
		}
	}
}

// atKink says whether a z of relu is near 0, or one of radial-sigmoid shorter than 1.
func atKink(p *plan.Program, m *plan.Memory[float64]) bool {
	for l := 1; l <= p.Network.Depth(); l++ {
		z := m.Data(p.Meant(plan.PreActivation, l).Name)
		square := 0.0
		for _, v := range z {
			square += v * v
			if p.Network.Layers[l-1].Activation.Name == "relu" && math.Abs(v) < 1e-4 {
				return true
			}
		}
		if p.Network.Layers[l-1].Activation.Name == "radial-sigmoid" && square < 1.001 {
			return true
		}
	}
	return false
}
