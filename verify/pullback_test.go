package verify

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
)

// pullbackPoints are z of six elements, which the windows of everyActivation divide: ordinary ones, and some at which an
// activation has a kink, ties of windows among them.
func pullbackPoints() [][]float64 {
	list := [][]float64{
		{0.3, -1.2, 2, 0.7, -0.4, 1.1}, {-3.5, 4, 0.01, -0.02, 2.5, -2.5},
		{0, 0, 0, 0, 0, 0}, {-3, 3, -1, 1, 0, 0}, {1, 1, 1, -1, -1, -1}, {-2, 5, 5, 5, 2, 5}, {3, 3, 0, -3, -3, -3},
	}
	rng := rand.New(rand.NewPCG(11, 12))
	for _, scale := range []float64{1e-3, 0.5, 2, 8} {
		z := make([]float64, 6)
		scaledNormal(rng, z, scale)
		list = append(list, z)
	}
	return list
}

// TestPullback: the closed forms of Jacᵀv are those of the full matrix, within the bound, for unit vectors, which give
// the matrix row by row, and others; at kinks too, and however close or large the z are.
func TestPullback(t *testing.T) {
	r := newRounding(arithmetic64)
	extremes := [][]float64{
		{100, -100, 99, 0, 0, 0}, {1e4, 1e4, -1e4, 0, 1, 2}, {1e-200, 0, 0, -1e-200, 0, 0}, {40, 41, 0, 0, 0, 0},
	}
	for _, f := range everyActivation() {
		sigma, err := activationOf(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, z := range append(pullbackPoints(), extremes...) {
			t.Run(fmt.Sprint(f.Name, f.Params, z), func(t *testing.T) {
				zE := exact(vector(z))
				a := elements(sigma.value(vector(z)))
				aE := estimate{a, sigma.valueBound(r, zE, a)}
				l := spec.Layer{Dense: len(z), Activation: f}
				uneven := []float64{1e3, -7, 0.1, 2, 3, 1e-3}
				vs := [][]float64{uneven[:len(a)], make([]float64, len(a))}
				for i := range a {
					unit := make([]float64, len(a))
					unit[i] = 1
					vs = append(vs, unit)
				}
				for _, v := range vs {
					full := mulTransposed(sigma.jacobian(vector(z)), vector(v))
					bound := sigma.pullbackBound(r, zE, aE, exact(vector(v)))
					for _, fromPost := range []bool{true, false} {
						closed := naive[float64]{sum: ascending[float64], fromPost: fromPost}.pullback(l, z, a, v)
						within(t, fmt.Sprintf("Jacᵀ%v", v), closed, elements(full), bound)
					}
				}
			})
		}
	}
}
