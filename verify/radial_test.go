package verify

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestRadialOrigin: at exactly 0 value and gradient are exactly 0; where errors reach the origin, the value may be off
// by the whole jump and the gradient by anything; at any distance from it the numbers are finite.
func TestRadialOrigin(t *testing.T) {
	r, sigma := newRounding(arithmetic32), radialSigmoid{}
	v := estimate{[]float64{1, 2}, []float64{0, 0}}
	for _, c := range []struct {
		name             string
		z                estimate
		value, pull      float64
		valueMax, pulMax float64
	}{
		{"exact 0", estimate{[]float64{0, 0}, []float64{0, 0}}, 0, 0, 0, 0},
		{"0 with an error", estimate{[]float64{0, 0}, []float64{1e-9, 0}}, 0, math.Inf(1), 1.001, math.Inf(1)},
		{"an error as large as z", estimate{[]float64{1e-9, 0}, []float64{1e-9, 1e-9}}, 1, math.Inf(1), 2, math.Inf(1)},
		{"well away", estimate{[]float64{1e-9, 0}, []float64{1e-16, 0}}, 1e-8, 1, 1e-5, 1e5},
	} {
		a := elements(sigma.value(vector(c.z.value)))
		value := sigma.valueBound(r, c.z, a)
		if !(c.value <= value[0] && value[0] <= c.valueMax) {
			t.Errorf("%s: bound of the value %v, want %v…%v", c.name, value, c.value, c.valueMax)
		}
		pull := sigma.pullbackBound(r, c.z, estimate{a, value}, v)
		if !(c.pull <= pull[0] && pull[0] <= c.pulMax) {
			t.Errorf("%s: bound of the gradient %v, want %v…%v", c.name, pull, c.pull, c.pulMax)
		}
		if none := sigma.pullbackBound(r, c.z, estimate{a, value}, exact(vector([]float64{0, 0}))); none[0] != 0 || none[1] != 0 {
			t.Errorf("%s: a gradient of 0 has the bound %v", c.name, none)
		}
	}
	for _, z := range [][]float64{{1e-300, 0}, {1e300, -1e300}, {0, 1e-160}} {
		a := elements(sigma.value(vector(z)))
		if n := math.Hypot(a[0], a[1]); !(math.Abs(n-sigmoid(math.Hypot(z[0], z[1]))) <= 4*0x1p-53) {
			t.Errorf("radial-sigmoid(%v) = %v, of norm %v", z, a, n)
		}
	}
}

// TestRadialRanges: no z within its error has a value or a gradient further off than the bound.
func TestRadialRanges(t *testing.T) {
	r, sigma := newRounding(arithmetic64), radialSigmoid{}
	ranges(t, sigma, r, func(rng *rand.Rand) ([]float64, float64) {
		z := make([]float64, 3)
		scaledNormal(rng, z, math.Exp2(8*rng.Float64()-4))
		return z, math.Exp2(-10*rng.Float64()) * 0.5
	})
}
