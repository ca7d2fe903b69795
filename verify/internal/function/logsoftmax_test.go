package function

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/backpropgen/backpropgen/verify/internal/draw"
	"github.com/backpropgen/backpropgen/verify/internal/linear"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
)

// TestLogSoftmaxExtremes: no logits overflow it, it is the logarithm of softmax where that has one, and of a single
// unit it is 0, with Jacobian 0.
func TestLogSoftmaxExtremes(t *testing.T) {
	for _, z := range [][]float64{{1e4, -1e4, 0}, {-1e4, -1e4, -1e4}, {1e308, 1e308, -1e308}, {0.1, 2, -3}, {-100}} {
		a, p := logSoftmax{}.Value(linear.Vector(z)), softmax{}.Value(linear.Vector(z))
		for i := range z {
			got, want := a.AtVec(i), math.Log(p.AtVec(i))
			if math.IsNaN(got) || p.AtVec(i) > 0 && math.Abs(got-want) > 1e-15*(1+math.Abs(want)) {
				t.Errorf("log-softmax(%v)_%d = %v, log of softmax %v", z, i, got, want)
			}
		}
		if jac := (logSoftmax{}).Jacobian(linear.Vector(z)); len(z) == 1 && (a.AtVec(0) != 0 || jac.At(0, 0) != 0) {
			t.Errorf("log-softmax(%v) = %v with Jacobian %v", z, a.AtVec(0), jac.At(0, 0))
		}
	}
}

// TestLogSoftmaxRanges: no z within its error has a value or a gradient further off than the bound.
func TestLogSoftmaxRanges(t *testing.T) {
	ranges(t, logSoftmax{}, rounding.PairOf(rounding.Float64), func(rng *rand.Rand) ([]float64, float64) {
		z := make([]float64, 1+rng.IntN(4))
		draw.ScaledNormal(rng, z, math.Exp2(10*rng.Float64()-4))
		return z, math.Exp2(-12 * rng.Float64())
	})
}
