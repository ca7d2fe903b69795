package function

import (
	"math"
	"testing"

	"github.com/backpropgen/backpropgen/verify/internal/linear"
	"gonum.org/v1/gonum/mat"
)

// TestSoftmaxExtremes: no logits overflow it, and of a single unit it is 1, with Jacobian 0.
func TestSoftmaxExtremes(t *testing.T) {
	for _, z := range [][]float64{{1e4, -1e4, 0}, {-1e4, -1e4, -1e4}, {1e308, 1e308, -1e308}, {-100}, {1e4}} {
		a := softmax{}.Value(linear.Vector(z))
		if s := mat.Sum(a); math.Abs(s-1) > float64(len(z))*0x1p-52 {
			t.Errorf("softmax(%v) = %v sums to %v", z, linear.Elements(a), s)
		}
		if jac := (softmax{}).Jacobian(linear.Vector(z)); len(z) == 1 && (a.AtVec(0) != 1 || jac.At(0, 0) != 0) {
			t.Errorf("softmax(%v) = %v with Jacobian %v", z, a.AtVec(0), jac.At(0, 0))
		}
	}
}

// TestLSEShift: moving every logit by its error moves log Σ exp no further.
func TestLSEShift(t *testing.T) {
	z, e := []float64{2, -1, 0.5}, []float64{0.3, 1.5, 0}
	shift := lseShift(linear.Elements(softmax{}.Value(linear.Vector(z))), e)
	sum, m := logSumExp(z)
	for _, signs := range [][]float64{{1, 1, 1}, {-1, -1, -1}, {1, -1, 0}, {-1, 1, 0}} {
		moved := make([]float64, 3)
		for i := range z {
			moved[i] = z[i] + signs[i]*e[i]
		}
		s, n := logSumExp(moved)
		if d := math.Abs(s + n - sum - m); d > shift {
			t.Errorf("signs %v: lse moves by %v, bound %v", signs, d, shift)
		}
	}
}
