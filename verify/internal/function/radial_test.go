package function

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/backpropgen/backpropgen/verify/internal/draw"
	"github.com/backpropgen/backpropgen/verify/internal/linear"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
	"github.com/backpropgen/backpropgen/verify/internal/scalar"
)

// TestRadialOrigin: at exactly 0 value and gradient are exactly 0; where errors reach the origin, the value may be off
// by the whole jump and the gradient by anything; at any distance from it the numbers are finite.
func TestRadialOrigin(t *testing.T) {
	r, sigma := rounding.PairOf(rounding.Float32), radialSigmoid{}
	v := rounding.Estimate{Value: []float64{1, 2}, Bound: []float64{0, 0}}
	for _, c := range []struct {
		name             string
		z                rounding.Estimate
		value, pull      float64
		valueMax, pulMax float64
	}{
		{"exact 0", rounding.Estimate{Value: []float64{0, 0}, Bound: []float64{0, 0}}, 0, 0, 0, 0},
		{
			"0 with an error", rounding.Estimate{Value: []float64{0, 0}, Bound: []float64{1e-9, 0}}, 0, math.Inf(1),
			1.001, math.Inf(1),
		},
		{
			"an error as large as z", rounding.Estimate{Value: []float64{1e-9, 0}, Bound: []float64{1e-9, 1e-9}}, 1,
			math.Inf(1), 2, math.Inf(1),
		},
		{"well away", rounding.Estimate{Value: []float64{1e-9, 0}, Bound: []float64{1e-16, 0}}, 1e-8, 1, 1e-5, 1e5},
	} {
		a := linear.Elements(sigma.Value(linear.Vector(c.z.Value)))
		value := sigma.ValueBound(r, c.z, a)
		if !(c.value <= value[0] && value[0] <= c.valueMax) {
			t.Errorf("%s: bound of the value %v, want %v…%v", c.name, value, c.value, c.valueMax)
		}
		pull := sigma.PullbackBound(r, c.z, rounding.Estimate{Value: a, Bound: value}, v)
		if !(c.pull <= pull[0] && pull[0] <= c.pulMax) {
			t.Errorf("%s: bound of the gradient %v, want %v…%v", c.name, pull, c.pull, c.pulMax)
		}
		if none := sigma.PullbackBound(r, c.z, rounding.Estimate{Value: a, Bound: value},
			rounding.Exact(linear.Vector([]float64{0, 0}))); none[0] != 0 || none[1] != 0 {
			t.Errorf("%s: a gradient of 0 has the bound %v", c.name, none)
		}
	}
	for _, z := range [][]float64{{1e-300, 0}, {1e300, -1e300}, {0, 1e-160}} {
		a := linear.Elements(sigma.Value(linear.Vector(z)))
		if n := math.Hypot(a[0], a[1]); !(math.Abs(n-scalar.Sigmoid(math.Hypot(z[0], z[1]))) <= 4*0x1p-53) {
			t.Errorf("radial-sigmoid(%v) = %v, of norm %v", z, a, n)
		}
	}
}

// TestRadialRanges: no z within its error has a value or a gradient further off than the bound.
func TestRadialRanges(t *testing.T) {
	r, sigma := rounding.PairOf(rounding.Float64), radialSigmoid{}
	ranges(t, sigma, r, func(rng *rand.Rand) ([]float64, float64) {
		z := make([]float64, 3)
		draw.ScaledNormal(rng, z, math.Exp2(8*rng.Float64()-4))
		return z, math.Exp2(-10*rng.Float64()) * 0.5
	})
}
