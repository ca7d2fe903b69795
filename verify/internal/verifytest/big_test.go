package verifytest

import (
	"math"
	"testing"

	"github.com/backpropgen/backpropgen/verify/internal/rounding"
)

func TestBigFunctions(t *testing.T) {
	for _, x := range []float64{-100, -1, -1e-9, 0.5, 1, 42, 100} {
		e, _ := BigExp(Num(x)).Float64()
		if math.Abs(e-math.Exp(x)) > 2*rounding.Float64.ULP(e) {
			t.Errorf("exp(%v) = %v, math.Exp gives %v", x, e, math.Exp(x))
		}
		l, _ := BigLog(BigExp(Num(x))).Float64()
		if l != x {
			t.Errorf("log(exp(%v)) = %v", x, l)
		}
	}
}
