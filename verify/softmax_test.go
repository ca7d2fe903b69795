package verify

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// TestSoftmaxExtremes: no logits overflow it, and of a single unit it is 1, with Jacobian 0.
func TestSoftmaxExtremes(t *testing.T) {
	for _, z := range [][]float64{{1e4, -1e4, 0}, {-1e4, -1e4, -1e4}, {1e308, 1e308, -1e308}, {-100}, {1e4}} {
		a := softmax{}.value(vector(z))
		if s := mat.Sum(a); math.Abs(s-1) > float64(len(z))*0x1p-52 {
			t.Errorf("softmax(%v) = %v sums to %v", z, elements(a), s)
		}
		if jac := (softmax{}).jacobian(vector(z)); len(z) == 1 && (a.AtVec(0) != 1 || jac.At(0, 0) != 0) {
			t.Errorf("softmax(%v) = %v with Jacobian %v", z, a.AtVec(0), jac.At(0, 0))
		}
	}
}

// TestPullback: the closed form a(v - a·v) is Jacᵀv of the full matrix, within the bound.
func TestPullback(t *testing.T) {
	r := newRounding(arithmetic64)
	for _, z := range [][]float64{{0, 0, 0}, {1, -2, 0.5}, {100, -100, 99}, {3}} {
		v := []float64{1e3, -7, 0.1}[:len(z)]
		zE := exact(vector(z))
		a := elements(softmax{}.value(vector(z)))
		aE := estimate{a, softmax{}.valueBound(r, zE, a)}
		s := 0.0
		for j := range a {
			s += a[j] * v[j]
		}
		closed := make([]float64, len(z))
		for i := range a {
			closed[i] = a[i] * (v[i] - s)
		}
		full := mulTransposed(softmax{}.jacobian(vector(z)), vector(v))
		within(t, "Jacᵀv", closed, elements(full), softmax{}.pullbackBound(r, zE, aE, exact(vector(v))))
	}
}

// TestLSEShift: moving every logit by its error moves log Σ exp no further.
func TestLSEShift(t *testing.T) {
	z, e := []float64{2, -1, 0.5}, []float64{0.3, 1.5, 0}
	shift := lseShift(elements(softmax{}.value(vector(z))), e)
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
