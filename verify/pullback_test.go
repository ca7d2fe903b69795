package verify

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/draw"
	"github.com/backpropgen/backpropgen/verify/internal/function"
	"github.com/backpropgen/backpropgen/verify/internal/linear"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
	"github.com/backpropgen/backpropgen/verify/internal/verifytest"
)

// pullbackPoints are z of six elements, which the windows of verifytest.EveryActivation divide: ordinary ones, and
// some at which an activation has a kink, ties of windows among them.
func pullbackPoints() [][]float64 {
	list := [][]float64{
		{0.3, -1.2, 2, 0.7, -0.4, 1.1}, {-3.5, 4, 0.01, -0.02, 2.5, -2.5},
		{0, 0, 0, 0, 0, 0}, {-3, 3, -1, 1, 0, 0}, {1, 1, 1, -1, -1, -1}, {-2, 5, 5, 5, 2, 5}, {3, 3, 0, -3, -3, -3},
	}
	rng := rand.New(rand.NewPCG(11, 12))
	for _, scale := range []float64{1e-3, 0.5, 2, 8} {
		z := make([]float64, 6)
		draw.ScaledNormal(rng, z, scale)
		list = append(list, z)
	}
	return list
}

// TestPullback: the closed forms of Jacᵀv are those of the full matrix, within the bound, for unit vectors, which give
// the matrix row by row, and others; at kinks too, and however close or large the z are.
func TestPullback(t *testing.T) {
	r := rounding.PairOf(rounding.Float64)
	extremes := [][]float64{
		{100, -100, 99, 0, 0, 0}, {1e4, 1e4, -1e4, 0, 1, 2}, {1e-200, 0, 0, -1e-200, 0, 0}, {40, 41, 0, 0, 0, 0},
	}
	for _, f := range verifytest.EveryActivation() {
		sigma, err := function.ActivationOf(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, z := range append(pullbackPoints(), extremes...) {
			t.Run(fmt.Sprint(f.Name, f.Params, z), func(t *testing.T) {
				zE := rounding.Exact(linear.Vector(z))
				a := linear.Elements(sigma.Value(linear.Vector(z)))
				aE := rounding.Estimate{Value: a, Bound: sigma.ValueBound(r, zE, a)}
				l := spec.Layer{Dense: len(z), Activation: f}
				uneven := []float64{1e3, -7, 0.1, 2, 3, 1e-3}
				vs := [][]float64{uneven[:len(a)], make([]float64, len(a))}
				for i := range a {
					unit := make([]float64, len(a))
					unit[i] = 1
					vs = append(vs, unit)
				}
				for _, v := range vs {
					full := linear.MulTransposed(sigma.Jacobian(linear.Vector(z)), linear.Vector(v))
					bound := sigma.PullbackBound(r, zE, aE, rounding.Exact(linear.Vector(v)))
					for _, fromPost := range []bool{true, false} {
						closed := naive[float64]{sum: ascending[float64], fromPost: fromPost}.pullback(l, z, a, v)
						verifytest.Within(t, fmt.Sprintf("Jacᵀ%v", v), closed, linear.Elements(full), bound)
					}
				}
			})
		}
	}
}
