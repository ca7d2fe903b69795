package jacobian

import (
	"math"
	"math/rand/v2"
	"testing"
	"unsafe"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify"
)

// columns compares the Jacobian of the only layer of a network whose cost is Σ a·y with the reference's matrix, column by column:
// for the target e_j the gradient of the biases is Jacᵀ·e_j. Small and large z, and some that are equal.
func columns[P, G, W, B, X, Y any, F verify.Float](t *testing.T, text string, k verify.Kernel[P, G, W, B, X, Y, F]) {
	n, err := spec.Decode("spec.json", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	var p P
	var g G
	var ws W
	var x X
	var y Y
	params, grad := flat[F](&p), flat[F](&g)
	dense := n.Layers[0].Dense
	for round, scale := range []float64{1, 0.125, 8} {
		r := rand.New(rand.NewPCG(1, uint64(round)))
		for i := range params {
			params[i] = F(r.NormFloat64() * scale)
			if round == 2 {
				params[i] = F(math.Round(float64(params[i])))
			}
		}
		for i, xs := 0, flat[F](&x); i < len(xs); i++ {
			xs[i] = 1
		}
		network, err := verify.NewNetwork(n, wide(params))
		if err != nil {
			t.Fatal(err)
		}
		for j, ys := 0, flat[F](&y); j < len(ys); j++ {
			clear(ys)
			ys[j] = 1
			trace := network.Algorithm4(wide(flat[F](&x)), wide(ys))
			bounds, err := network.Bounds(trace, n.Precision)
			if err != nil {
				t.Fatal(err)
			}
			k.Grad(&p, &ws, &x, &y, &g)
			for i, got := range grad[len(grad)-dense:] {
				want, bound := trace.B[0].AtVec(i), bounds.B[0].AtVec(i)
				if math.IsInf(bound, 1) {
					t.Errorf("%v: ∂a_%d/∂z_%d has no bound", n.Layers[0].Activation, j, i)
				}
				if !(math.Abs(float64(got)-want) <= bound) {
					t.Errorf("%v: ∂a_%d/∂z_%d is %v, want %v ± %.2g", n.Layers[0].Activation, j, i, got, want, bound)
				}
			}
		}
	}
}

// flat is the numbers of a struct or an array that holds nothing else.
func flat[F verify.Float, T any](v *T) []F {
	return unsafe.Slice((*F)(unsafe.Pointer(v)), unsafe.Sizeof(*v)/unsafe.Sizeof(*new(F)))
}

func wide[F verify.Float](vs []F) []float64 {
	var out []float64
	for _, v := range vs {
		out = append(out, float64(v))
	}
	return out
}
