package verify

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// TestPools: values and Jacobian matrices by hand, of windows and of the whole layer.
func TestPools(t *testing.T) {
	z := vector([]float64{1, 5, 5, 2, -3, -4})
	for _, c := range []struct {
		name  string
		sigma activation
		value []float64
		jac   []float64
	}{
		{"max of 3", maxPool{3}, []float64{5, 2}, []float64{0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0}},
		{"max of 2", maxPool{2}, []float64{5, 5, -3}, []float64{
			0, 1, 0, 0, 0, 0,
			0, 0, 1, 0, 0, 0,
			0, 0, 0, 0, 1, 0}},
		{"max of all", maxPool{}, []float64{5}, []float64{0, 1, 0, 0, 0, 0}},
		{"max of 1", maxPool{1}, elements(z), data(identity(6))},
		{"mean of 2", averagePool{2}, []float64{3, 3.5, -3.5}, []float64{
			0.5, 0.5, 0, 0, 0, 0,
			0, 0, 0.5, 0.5, 0, 0,
			0, 0, 0, 0, 0.5, 0.5}},
		{"mean of all", averagePool{}, []float64{1}, []float64{1. / 6, 1. / 6, 1. / 6, 1. / 6, 1. / 6, 1. / 6}},
	} {
		a := elements(c.sigma.value(z))
		none := make([]float64, 64)
		within(t, c.name, a, c.value, c.sigma.valueBound(newRounding(arithmetic64), exact(z), a))
		within(t, c.name+" Jacobian", data(c.sigma.jacobian(z)), c.jac, none)
	}
	for _, z := range [][]float64{{math.NaN(), 1}, {1, math.NaN()}} {
		if a := (maxPool{}).value(vector(z)).AtVec(0); !math.IsNaN(a) {
			t.Errorf("max-pool(%v) = %v hides NaN", z, a)
		}
	}
}

// TestTies: units that may be the maximum may have the gradient or none of it; the others have exactly none, and exact
// ties go to the first, in every kernel.
func TestTies(t *testing.T) {
	r := newRounding(arithmetic32)
	v := estimate{[]float64{2}, []float64{0.25}}
	for _, c := range []struct {
		name     string
		z        estimate
		least    []float64
		most     []float64
		off, top float64
	}{
		{"exact tie", estimate{[]float64{1, 3, 3}, []float64{0, 0, 0}}, []float64{0, 0.25, 0}, []float64{0, 0.25, 0}, 0, 0},
		{"clear", estimate{[]float64{1, 3, 2}, []float64{0.5, 0.4, 0.5}}, []float64{0, 0.25, 0}, []float64{0, 0.25, 0}, 0.4, 0.4},
		{"within the errors", estimate{[]float64{1, 3, 2}, []float64{0.5, 0.5, 0.6}}, []float64{0, 2, 2.25}, []float64{0, 2.26, 2.26}, 0.5, 0.6},
		{"one exact, one not", estimate{[]float64{3, 3, 0}, []float64{0, 1e-9, 0}}, []float64{2, 2.25, 0}, []float64{2.26, 2.26, 0}, 1e-9, 1e-9},
		{"no bound", estimate{[]float64{3, 9, 0}, []float64{math.Inf(1), 0, 0}}, []float64{2.25, 2, 0}, []float64{2.26, 2.26, 2.26}, math.Inf(1), math.Inf(1)},
	} {
		a := elements(maxPool{}.value(vector(c.z.value)))
		value := maxPool{}.valueBound(r, c.z, a)
		if !(c.off <= value[0] && value[0] <= c.top) {
			t.Errorf("%s: bound of the value %v, want %v…%v", c.name, value[0], c.off, c.top)
		}
		for i, e := range (maxPool{}).pullbackBound(r, c.z, estimate{a, value}, v) {
			if !(c.least[i] <= e && e <= c.most[i]) {
				t.Errorf("%s: bound of unit %d is %v, want %v…%v", c.name, i, e, c.least[i], c.most[i])
			}
		}
	}
}

// TestPoolRanges: no z within its error, ties and near ties among them, has a value or a gradient further off than the
// bound.
func TestPoolRanges(t *testing.T) {
	for _, sigma := range []activation{maxPool{2}, maxPool{}, averagePool{3}, averagePool{}} {
		ranges(t, sigma, newRounding(arithmetic64), func(rng *rand.Rand) ([]float64, float64) {
			z := make([]float64, 6)
			wholeNumbers(rng, z)
			return z, math.Exp2(-6 * rng.Float64())
		})
	}
}

// identity is the n×n identity matrix.
func identity(n int) *mat.Dense {
	m := mat.NewDense(n, n, nil)
	for i := range n {
		m.Set(i, i, 1)
	}
	return m
}
