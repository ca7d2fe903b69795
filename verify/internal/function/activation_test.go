package function

import (
	"math"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/linear"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
	"github.com/backpropgen/backpropgen/verify/internal/scalar"
)

// TestCatalogue: the reference knows every function a spec can name.
func TestCatalogue(t *testing.T) {
	for _, e := range spec.Activations() {
		if _, err := ActivationOf(spec.Function{Name: e.Name}); err != nil {
			t.Error(err)
		}
	}
	for _, e := range spec.Costs() {
		if _, err := CostOf(spec.Function{Name: e.Name}); err != nil {
			t.Error(err)
		}
	}
	if _, err := ActivationOf(spec.Function{Name: "swish"}); err == nil {
		t.Error("an unknown activation is no error")
	}
	if _, err := CostOf(spec.Function{Name: "regret"}); err == nil {
		t.Error("an unknown cost is no error")
	}
}

// TestSlopes: the two ways to write σ', from z and from a, agree within the bounds.
func TestSlopes(t *testing.T) {
	r := rounding.PairOf(rounding.Float64)
	for _, p := range pointwiseTable {
		if p.fromPost.At == nil {
			continue
		}
		for z := -40.0; z <= 40; z += 0.37 {
			a, slope := p.function.At(z), p.derivative.At(z)
			bound := p.derivative.Bound(r, z, 0, slope) +
				p.fromPost.Bound(r, a, p.function.Bound(r, z, 0, a), slope)
			if got := p.fromPost.At(a); !(math.Abs(got-slope) <= bound) {
				t.Errorf("%s' at %v: %v from z, %v ± %v from a", p.name, z, slope, got, bound)
			}
		}
	}
}

// TestConventions: relu passes NaN on, is 0 up to 0 and has slope 0 at 0, and no activation hides a NaN.
func TestConventions(t *testing.T) {
	if scalar.Relu(0) != 0 || scalar.Step(0) != 0 || scalar.Relu(-3) != 0 || scalar.Relu(2) != 2 ||
		scalar.Step(2) != 1 {
		t.Error("relu is not max(z, 0) with slope 0 at 0")
	}
	for _, e := range spec.Activations() {
		sigma, err := ActivationOf(spec.Function{Name: e.Name})
		if err != nil {
			t.Fatal(err)
		}
		if a := sigma.Value(linear.Vector([]float64{math.NaN()})); !math.IsNaN(a.AtVec(0)) {
			t.Errorf("%s(NaN) = %v", e.Name, a.AtVec(0))
		}
	}
}

// TestSiluBreaks finds the turning points of silu and of its slope again: the roots of 1 + (1 + z)exp(-z), which is
// silu'/σ², and of z·tanh(z/2) - 2, which is where the second derivative vanishes.
func TestSiluBreaks(t *testing.T) {
	minimum := root(func(z float64) float64 { return 1 + (1+z)*math.Exp(-z) }, -2, -1)
	if math.Abs(minimum-siluMinimum) > 0x1p-50 {
		t.Errorf("silu turns at %v, not %v", minimum, siluMinimum)
	}
	extremum := root(func(z float64) float64 { return z*math.Tanh(z/2) - 2 }, 1, 4)
	if math.Abs(extremum-siluSlopeExtremum) > 0x1p-50 {
		t.Errorf("silu's slope turns at %v, not %v", extremum, siluSlopeExtremum)
	}
}

// TestTurns finds again where second derivatives turn: sigmoid's where 6s(1 - s) = 1, tanh's where tanh² = 1/3, and
// silu's where 3s″ + z·s‴ = 0.
func TestTurns(t *testing.T) {
	for name, c := range map[string]struct {
		turn   float64
		f      func(z float64) float64
		lo, hi float64
	}{
		"sigmoid": {sigmoidTurn, func(z float64) float64 { return 6*scalar.SigmoidSlope(z) - 1 }, 1, 2},
		"tanh":    {tanhTurn, func(z float64) float64 { return math.Tanh(z)*math.Tanh(z) - 1./3 }, 0.5, 1},
		"silu": {siluTurn, func(z float64) float64 {
			s := scalar.Sigmoid(z)
			return 3*(1-2*s) + z*(1-6*s+6*s*s)
		}, 3, 4},
	} {
		if got := root(c.f, c.lo, c.hi); math.Abs(got-c.turn) > 0x1p-49 {
			t.Errorf("the second derivative of %s turns at %v, not %v", name, got, c.turn)
		}
	}
}

// root finds where f changes its sign between lo and hi.
func root(f func(float64) float64, lo, hi float64) float64 {
	for range 200 {
		mid := (lo + hi) / 2
		if (f(lo) > 0) == (f(mid) > 0) {
			lo = mid
		} else {
			hi = mid
		}
	}
	return lo
}
