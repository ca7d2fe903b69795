package function

import (
	"math"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/linear"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
)

// TestDistances: terms and their derivatives, by hand, at kinks and far out.
func TestDistances(t *testing.T) {
	small := spec.Function{Name: "huber", Params: map[string]float64{"delta": 0.5}}
	for _, c := range []struct {
		f               spec.Function
		d, value, slope float64
	}{
		{spec.Function{Name: "mae"}, 0, 0, 0},
		{spec.Function{Name: "mae"}, 3, 3, 1},
		{spec.Function{Name: "mae"}, -0x1p-1074, 0x1p-1074, -1},
		{spec.Function{Name: "huber"}, 1, 0.5, 1},
		{spec.Function{Name: "huber"}, -1, 0.5, -1},
		{spec.Function{Name: "huber"}, 0.5, 0.125, 0.5},
		{spec.Function{Name: "huber"}, -3, 2.5, -1},
		{small, 0.5, 0.125, 0.5},
		{small, 2, 0.875, 0.5},
		{spec.Function{Name: "log-cosh"}, 0, 0, 0},
		{spec.Function{Name: "log-cosh"}, 1e-9, 0.5e-18, 1e-9},
		{spec.Function{Name: "log-cosh"}, -1e4, 1e4 - math.Ln2, -1},
		{spec.Function{Name: "half-squared-error"}, -3, 4.5, -3},
	} {
		row, err := CostOf(c.f)
		if err != nil {
			t.Fatal(err)
		}
		a, y := linear.Vector([]float64{c.d}), linear.Vector([]float64{0})
		if got := row.Value(a, y); math.Abs(got-c.value) > 2*rounding.Float64.ULP(c.value) {
			t.Errorf("%s of %v: %v, want %v", c.f.Name, c.d, got, c.value)
		}
		if got := row.Gradient(a, y).AtVec(0); math.Abs(got-c.slope) > 2*rounding.Float64.ULP(c.slope) ||
			(c.slope == 0) != (got == 0) {
			t.Errorf("%s' of %v: %v, want %v", c.f.Name, c.d, got, c.slope)
		}
	}
}

// TestUncertainSign: where the error may put a on either side of y, mae's gradient may be 0 or of either sign; where it
// may not, and at exactly y, there is one right gradient.
func TestUncertainSign(t *testing.T) {
	row, err := CostOf(spec.Function{Name: "mae"})
	if err != nil {
		t.Fatal(err)
	}
	r, y := rounding.PairOf(rounding.Float32), linear.Vector([]float64{1})
	for _, c := range []struct{ a, e, least, most float64 }{
		{1, 0, 0, 0}, {1, 1e-7, 1, 1.001}, {1.5, 0.6, 2, 2.001}, {1.5, 0.4, 0, 1e-6},
	} {
		got := row.GradientBound(r, rounding.Estimate{Value: []float64{c.a}, Bound: []float64{c.e}}, y)[0]
		if !(c.least <= got && got <= c.most) {
			t.Errorf("a = %v ± %v, y = 1: bound %v, want %v…%v", c.a, c.e, got, c.least, c.most)
		}
	}
}
