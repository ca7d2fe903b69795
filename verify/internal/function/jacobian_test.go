package function

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/draw"
	"github.com/backpropgen/backpropgen/verify/internal/linear"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
	"github.com/backpropgen/backpropgen/verify/internal/verifytest"
	"gonum.org/v1/gonum/diff/fd"
	"gonum.org/v1/gonum/mat"
)

// points are ordinary z of six elements, which the windows of verifytest.EveryActivation divide.
func points() [][]float64 {
	list := [][]float64{{0.3, -1.2, 2, 0.7, -0.4, 1.1}, {-3.5, 4, 0.01, -0.02, 2.5, -2.5}}
	rng := rand.New(rand.NewPCG(11, 12))
	for _, scale := range []float64{1e-3, 0.5, 2, 8} {
		z := make([]float64, 6)
		draw.ScaledNormal(rng, z, scale)
		list = append(list, z)
	}
	return list
}

// sigmaOf returns the activation of a function that the reference must know.
func sigmaOf(t *testing.T, f spec.Function) Activation {
	t.Helper()
	sigma, err := ActivationOf(f)
	if err != nil {
		t.Fatal(err)
	}
	return sigma
}

// TestJacobians holds every Jacobian matrix against differences of the value, column by column; the tolerance is
// what two steps differ by, and rounding.
func TestJacobians(t *testing.T) {
	z := linear.Vector(points()[0])
	n := z.Len()
	for _, f := range verifytest.EveryActivation() {
		sigma := sigmaOf(t, f)
		a := sigma.Value(z)
		const h = 0x1p-14
		differences := func(step float64) *mat.Dense {
			jac := mat.NewDense(a.Len(), n, nil)
			fd.Jacobian(jac, func(y, x []float64) { copy(y, linear.Elements(sigma.Value(linear.Vector(x)))) },
				linear.Elements(z),
				&fd.JacobianSettings{Formula: fd.Central, Step: step})
			return jac
		}
		got, wide, narrow := sigma.Jacobian(z), differences(h), differences(h/2)
		if rows, cols := got.Dims(); rows != a.Len() || cols != n {
			t.Fatalf("%s: Jacobian of %d×%d for %d outputs of %d units", f.Name, rows, cols, a.Len(), n)
		}
		roundoff := mat.Max(linear.Vector(sigma.ValueBound(rounding.PairOf(rounding.Float64), rounding.Exact(z),
			linear.Elements(a))))
		for i := range a.Len() {
			for j := range n {
				tolerance := math.Abs(wide.At(i, j)-narrow.At(i, j)) + 4*roundoff/h + 4*rounding.Float64.U/h
				if !(math.Abs(got.At(i, j)-narrow.At(i, j)) <= tolerance) {
					t.Errorf("%s: ∂a_%d/∂z_%d = %v, differences give %v ± %v", f.Name, i, j, got.At(i, j),
						narrow.At(i, j), tolerance)
				}
			}
		}
	}
}

// TestDuals holds values and Jacobian matrices, column by column, against dual numbers: off by no more than float64
// kernels may be, for row i is Jacᵀ of the i-th unit vector, and for how far dual numbers are less accurate.
func TestDuals(t *testing.T) {
	// The definitions cancel where the reference and kernels do not: by a last place of 1, a few times.
	const definition = 32 * 0x1p-53
	r := rounding.PairOf(rounding.Float64)
	for _, f := range verifytest.EveryActivation() {
		sigma := sigmaOf(t, f)
		for _, z := range points() {
			zE, n := rounding.Exact(linear.Vector(z)), len(z)
			value, jac := linear.Elements(sigma.Value(linear.Vector(z))), sigma.Jacobian(linear.Vector(z))
			a := rounding.Estimate{Value: value, Bound: sigma.ValueBound(r, zE, value)}
			for j := range n {
				seeded := make([]tangent, n)
				for i := range seeded {
					seeded[i] = constant(z[i])
				}
				seeded[j].d = 1
				column, ok := dualActivate(f, seeded)
				if !ok {
					t.Fatalf("no definition of %s", f.Name)
				}
				for i, want := range column {
					unit := make([]float64, len(value))
					unit[i] = 1
					slack := sigma.PullbackBound(r, zE, a, rounding.Exact(linear.Vector(unit)))[j]
					if d := math.Abs(jac.At(i, j) - want.d); !(d <= slack+definition*(1+math.Abs(want.d))) {
						t.Errorf("%s at %v: ∂a_%d/∂z_%d = %v, dual numbers give %v", f.Name, z, i, j, jac.At(i, j),
							want.d)
					}
					if d := math.Abs(value[i] - want.v); !(d <= a.Bound[i]+definition*(1+math.Abs(want.v))) {
						t.Errorf("%s at %v: a_%d = %v, by definition %v", f.Name, z, i, value[i], want.v)
					}
				}
			}
		}
	}
}

// TestKinks: at kinks the derivatives are those agreed on, exactly.
func TestKinks(t *testing.T) {
	lambda, alpha := SeluScale, SeluAlpha // so that their product is one of float64
	for _, c := range []struct {
		f       spec.Function
		z, want float64
	}{
		{spec.Function{Name: "relu"}, 0, 0},
		{spec.Function{Name: "leaky-relu"}, 0, 0.01},
		{spec.Function{Name: "leaky-relu", Params: map[string]float64{"slope": -2}}, 0, -2},
		{spec.Function{Name: "elu", Params: map[string]float64{"alpha": 0.5}}, 0, 0.5},
		{spec.Function{Name: "selu"}, 0, lambda * alpha},
		{spec.Function{Name: "hard-sigmoid"}, 3, 0},
		{spec.Function{Name: "hard-sigmoid"}, -3, 0},
		{spec.Function{Name: "hard-tanh"}, 1, 0},
		{spec.Function{Name: "hard-tanh"}, -1, 0},
		{spec.Function{Name: "softsign"}, 0, 1},
		{spec.Function{Name: "radial-sigmoid"}, 0, 0},
		{spec.Function{Name: "max-pool"}, 0, 1},
	} {
		sigma := sigmaOf(t, c.f)
		if got := sigma.Jacobian(linear.Vector([]float64{c.z})).At(0, 0); got != c.want {
			t.Errorf("%s' at %v = %v, want %v", c.f.Name, c.z, got, c.want)
		}
		p, ok := sigma.(pointwise)
		if !ok || p.fromPost.At == nil {
			continue
		}
		if got := p.fromPost.At(p.function.At(c.z)); got != c.want {
			t.Errorf("%s' at %v = %v from a, want %v", c.f.Name, c.z, got, c.want)
		}
	}
}
