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
		every = 25
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
							t.Fatalf("%s after %s and %s, %s: %s[%d] is %v, should be %v ± %v and at most %v", n.Cost.Brief(),
								n.Layers[0].Activation.Brief(), n.Layers[1].Activation.Brief(), function, name, k, a[name][k],
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
