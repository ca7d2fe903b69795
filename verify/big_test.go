package verify

import (
	"math"
	"testing"
)

func TestBigFunctions(t *testing.T) {
	for _, x := range []float64{-100, -1, -1e-9, 0.5, 1, 42, 100} {
		e, _ := bigExp(num(x)).Float64()
		if math.Abs(e-math.Exp(x)) > 2*arithmetic64.ulp(e) {
			t.Errorf("exp(%v) = %v, math.Exp gives %v", x, e, math.Exp(x))
		}
		l, _ := bigLog(bigExp(num(x))).Float64()
		if l != x {
			t.Errorf("log(exp(%v)) = %v", x, l)
		}
	}
}
