package function

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/backpropgen/backpropgen/verify/internal/draw"
	"github.com/backpropgen/backpropgen/verify/internal/linear"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
	"github.com/backpropgen/backpropgen/verify/internal/verifytest"
)

// ranges moves z and v at random within their errors, and holds what the reference gives there against the bounds.
func ranges(t *testing.T, sigma Activation, r rounding.Pair, drawn func(*rand.Rand) (z []float64, e float64)) {
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
		z, e := drawn(rng)
		zE := rounding.Estimate{Value: z, Bound: make([]float64, len(z))}
		for i := range z {
			zE.Bound[i] = e * rng.Float64()
		}
		a := linear.Elements(sigma.Value(linear.Vector(z)))
		aE := rounding.Estimate{Value: a, Bound: sigma.ValueBound(r, zE, a)}
		v := rounding.Estimate{Value: make([]float64, len(a)), Bound: make([]float64, len(a))}
		draw.Normal(rng, v.Value)
		for i := range v.Bound {
			v.Bound[i] = e * rng.Float64()
		}
		d := linear.MulTransposed(sigma.Jacobian(linear.Vector(z)), linear.Vector(v.Value))
		pull := sigma.PullbackBound(r, zE, aE, v)
		for range 50 {
			moved := linear.Vector(perturbed(z, zE.Bound))
			verifytest.Within(t, "value", linear.Elements(sigma.Value(moved)), a, aE.Bound)
			turned := linear.MulTransposed(sigma.Jacobian(moved), linear.Vector(perturbed(v.Value, v.Bound)))
			verifytest.Within(t, "gradient", linear.Elements(turned), linear.Elements(d), pull)
			for i := range pull {
				if pull[i] > 0 {
					tightest = max(tightest, math.Abs(turned.AtVec(i)-d.AtVec(i))/pull[i])
				}
			}
			if t.Failed() {
				t.Fatalf("at %v ± %v, moved to %v", z, zE.Bound, linear.Elements(moved))
			}
		}
	}
	if tightest < 0.05 {
		t.Errorf("no gradient comes closer to its bound than %.2g of it: the bound is too wide to find mistakes",
			tightest)
	}
}
