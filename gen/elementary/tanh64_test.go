package elementary

import (
	"math"
	"testing"
)

// TestTanhs compares the rows, summed exactly, with the hyperbolic tangent at several places within reach of each.
func TestTanhs(t *testing.T) {
	rows := tanhs()
	if _, end := quarterEnds(tanhStart, tanhRows-1); len(rows) != tanhRows || end != tanhEnd {
		t.Fatalf("%d rows up to %v, want %d up to %v", len(rows), end, tanhRows, tanhEnd)
	}
	worst := 0.0
	for j, row := range rows {
		if len(row) != tanhTerms+2 || row[2] != 0 && row[2] != 1 || math.Abs(row[3]) > 0.5 {
			t.Fatalf("row %d is %v", j, row)
		}
		low, high := quarterEnds(tanhStart, j)
		c := (low + high) / 2
		if j == 0 {
			c = 0
		}
		for i := range 17 {
			x := low + (high-low)*float64(i)/16
			if x == 0 {
				continue
			}
			d := number(x - c)
			sum := value(row[4:], x-c)
			sum.Mul(sum, d)
			sum.Add(sum, number(row[2]))
			sum.Add(sum, number(row[3]))
			sum.Mul(sum, d)
			sum.Add(sum, number(row[1]))
			sum.Add(sum, number(row[0]))
			e := exponential(number(2 * x))
			want := number(0).Quo(number(0).Sub(e, number(1)), number(0).Add(e, number(1)))
			err, _ := sum.Quo(sum.Sub(sum, want), want).Float64()
			worst = max(worst, math.Abs(err))
		}
	}
	t.Logf("largest relative error 2^%.2f", math.Log2(worst))
	if worst > 0x1p-57 {
		t.Errorf("the largest relative error is 2^%.2f, want at most 2^-57", math.Log2(worst))
	}
}

// TestExponential compares the exponential with the logarithm.
func TestExponential(t *testing.T) {
	for _, x := range []float64{0, 1, -1, 0.001, 40, -36.5, 0x1p-30} {
		v := logarithm(exponential(number(x)))
		if err := v.Sub(v, number(x)); err.Sign() != 0 && err.MantExp(nil) > 60-precision {
			t.Errorf("log(exp %v) is off by %v", x, err)
		}
	}
}
