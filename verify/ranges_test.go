package verify

import (
	"math"
	"math/rand/v2"
	"testing"
)

// ranges moves z and v at random within their errors, and holds what the reference gives there against the bounds.
func ranges(t *testing.T, sigma activation, r rounding, draw func(*rand.Rand) (z []float64, e float64)) {
	t.Helper()
	rng := rand.New(rand.NewPCG(21, 22))
	perturbed := func(v, e []float64) []float64 {
		moved := make([]float64, len(v))
		for i := range v {
			by := 2*rng.Float64() - 1
			if rng.IntN(3) == 0 {
				by = math.Copysign(1, by)
			}
			moved[i] = v[i] + (1-1e-9)*e[i]*by // short of the error, for the sum is rounded
		}
		return moved
	}
	tightest := 0.0
	for range 300 {
		z, e := draw(rng)
		zE := estimate{z, make([]float64, len(z))}
		for i := range z {
			zE.bound[i] = e * rng.Float64()
		}
		a := elements(sigma.value(vector(z)))
		aE := estimate{a, sigma.valueBound(r, zE, a)}
		v := estimate{make([]float64, len(a)), make([]float64, len(a))}
		normal(rng, v.value)
		for i := range v.bound {
			v.bound[i] = e * rng.Float64()
		}
		d := mulTransposed(sigma.jacobian(vector(z)), vector(v.value))
		pull := sigma.pullbackBound(r, zE, aE, v)
		for range 50 {
			moved := vector(perturbed(z, zE.bound))
			within(t, "value", elements(sigma.value(moved)), a, aE.bound)
			turned := mulTransposed(sigma.jacobian(moved), vector(perturbed(v.value, v.bound)))
			within(t, "gradient", elements(turned), elements(d), pull)
			for i := range pull {
				if pull[i] > 0 {
					tightest = max(tightest, math.Abs(turned.AtVec(i)-d.AtVec(i))/pull[i])
				}
			}
			if t.Failed() {
				t.Fatalf("at %v ± %v, moved to %v", z, zE.bound, elements(moved))
			}
		}
	}
	if tightest < 0.05 {
		t.Errorf("no gradient comes closer to its bound than %.2g of it: the bound is too wide to find mistakes", tightest)
	}
}
