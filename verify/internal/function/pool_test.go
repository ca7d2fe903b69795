package function

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/backpropgen/backpropgen/verify/internal/draw"
	"github.com/backpropgen/backpropgen/verify/internal/linear"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
	"github.com/backpropgen/backpropgen/verify/internal/verifytest"
	"gonum.org/v1/gonum/mat"
)

// TestPools: values and Jacobian matrices by hand, of windows and of the whole layer.
func TestPools(t *testing.T) {
	z := linear.Vector([]float64{1, 5, 5, 2, -3, -4})
	for _, c := range []struct {
		name  string
		sigma Activation
		value []float64
		jac   []float64
	}{
		{"max of 3", maxPool{3}, []float64{5, 2}, []float64{0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0}},
		{"max of 2", maxPool{2}, []float64{5, 5, -3}, []float64{
			0, 1, 0, 0, 0, 0,
			0, 0, 1, 0, 0, 0,
			0, 0, 0, 0, 1, 0}},
		{"max of all", maxPool{}, []float64{5}, []float64{0, 1, 0, 0, 0, 0}},
		{"max of 1", maxPool{1}, linear.Elements(z), verifytest.Data(identity(6))},
		{"mean of 2", averagePool{2}, []float64{3, 3.5, -3.5}, []float64{
			0.5, 0.5, 0, 0, 0, 0,
			0, 0, 0.5, 0.5, 0, 0,
			0, 0, 0, 0, 0.5, 0.5}},
		{"mean of all", averagePool{}, []float64{1}, []float64{1. / 6, 1. / 6, 1. / 6, 1. / 6, 1. / 6, 1. / 6}},
	} {
		a := linear.Elements(c.sigma.Value(z))
		none := make([]float64, 64)
		verifytest.Within(t, c.name, a, c.value, c.sigma.ValueBound(rounding.PairOf(rounding.Float64),
			rounding.Exact(z), a))
		verifytest.Within(t, c.name+" Jacobian", verifytest.Data(mat.DenseCopyOf(c.sigma.Jacobian(z))), c.jac, none)
	}
	for _, z := range [][]float64{{math.NaN(), 1}, {1, math.NaN()}} {
		if a := (maxPool{}).Value(linear.Vector(z)).AtVec(0); !math.IsNaN(a) {
			t.Errorf("max-pool(%v) = %v hides NaN", z, a)
		}
	}
}

// TestTies: units that may be the maximum may have the gradient or none of it; the others have exactly none, and exact
// ties go to the first, in every kernel.
func TestTies(t *testing.T) {
	r := rounding.PairOf(rounding.Float32)
	v := rounding.Estimate{Value: []float64{2}, Bound: []float64{0.25}}
	for _, c := range []struct {
		name     string
		z        rounding.Estimate
		least    []float64
		most     []float64
		off, top float64
	}{
		{
			"exact tie", rounding.Estimate{Value: []float64{1, 3, 3}, Bound: []float64{0, 0, 0}}, []float64{0, 0.25, 0},
			[]float64{0, 0.25, 0}, 0, 0,
		},
		{
			"clear", rounding.Estimate{Value: []float64{1, 3, 2}, Bound: []float64{0.5, 0.4, 0.5}},
			[]float64{0, 0.25, 0}, []float64{0, 0.25, 0}, 0.4, 0.4,
		},
		{
			"within the errors", rounding.Estimate{Value: []float64{1, 3, 2}, Bound: []float64{0.5, 0.5, 0.6}},
			[]float64{0, 2, 2.25}, []float64{0, 2.26, 2.26}, 0.5, 0.6,
		},
		{
			"one exact, one not", rounding.Estimate{Value: []float64{3, 3, 0}, Bound: []float64{0, 1e-9, 0}},
			[]float64{2, 2.25, 0}, []float64{2.26, 2.26, 0}, 1e-9, 1e-9,
		},
		{
			"no bound", rounding.Estimate{Value: []float64{3, 9, 0}, Bound: []float64{math.Inf(1), 0, 0}},
			[]float64{2.25, 2, 0}, []float64{2.26, 2.26, 2.26}, math.Inf(1), math.Inf(1),
		},
	} {
		a := linear.Elements(maxPool{}.Value(linear.Vector(c.z.Value)))
		value := maxPool{}.ValueBound(r, c.z, a)
		if !(c.off <= value[0] && value[0] <= c.top) {
			t.Errorf("%s: bound of the value %v, want %v…%v", c.name, value[0], c.off, c.top)
		}
		for i, e := range (maxPool{}).PullbackBound(r, c.z, rounding.Estimate{Value: a, Bound: value}, v) {
			if !(c.least[i] <= e && e <= c.most[i]) {
				t.Errorf("%s: bound of unit %d is %v, want %v…%v", c.name, i, e, c.least[i], c.most[i])
			}
		}
	}
}

// TestPoolRanges: no z within its error, ties and near ties among them, has a value or a gradient further off than the
// bound.
func TestPoolRanges(t *testing.T) {
	for _, sigma := range []Activation{maxPool{2}, maxPool{}, averagePool{3}, averagePool{}} {
		ranges(t, sigma, rounding.PairOf(rounding.Float64), func(rng *rand.Rand) ([]float64, float64) {
			z := make([]float64, 6)
			draw.WholeNumbers(rng, z)
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
