package jacobian

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify"
)

// columns compares the Jacobian of the only layer of a network whose cost is Σ a·y with the reference's matrix, column
// by column: for the target e_j the gradient of the biases is Jacᵀ·e_j. Small and large z, and some that are equal.
func (k kernel[F]) columns(t *testing.T) {
	n, err := spec.Decode("spec.json", []byte(k.spec))
	if err != nil {
		t.Fatal(err)
	}
	ws := k.newWorkspace()
	params, grad, x, y := make([]F, k.params), make([]F, k.params), make([]F, k.inputs), make([]F, k.outputs)
	dense := n.Layers[0].Dense
	for round, scale := range []float64{1, 0.125, 8} {
		r := rand.New(rand.NewPCG(1, uint64(round)))
		for i := range params {
			params[i] = F(r.NormFloat64() * scale)
			if round == 2 {
				params[i] = F(math.Round(float64(params[i])))
			}
		}
		for i := range x {
			x[i] = 1
		}
		network, err := verify.NewNetwork(n, wide(params))
		if err != nil {
			t.Fatal(err)
		}
		for j := range y {
			clear(y)
			y[j] = 1
			trace := network.Algorithm4(wide(x), wide(y))
			bounds, err := network.Bounds(trace, n.Precision)
			if err != nil {
				t.Fatal(err)
			}
			k.grad(params, ws, x, y, grad)
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

func wide[F verify.Float](vs []F) []float64 {
	var out []float64
	for _, v := range vs {
		out = append(out, float64(v))
	}
	return out
}
