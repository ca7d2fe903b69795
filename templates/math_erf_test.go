package templates

import (
	"math"
	"math/big"
	"testing"
)

// erfSeries is erf(x) = 2/√π·(x - x³/3 + x⁵/(5·2!) - …), for |x| ≤ 4.
func erfSeries(pi *big.Float, x *big.Float) *big.Float {
	sum, power, square := number(0), number(0).Set(x), number(0).Mul(x, x)
	for n := range 160 {
		sum.Add(sum, number(0).Quo(power, number(float64(2*n+1))))
		power.Mul(power, square)
		power.Quo(power, number(float64(-(n + 1))))
	}
	root := number(0).Sqrt(pi)
	return sum.Quo(sum.Add(sum, sum), root)
}

// TestErfs compares the rows, summed exactly, with the error function at several places within reach of each.
func TestErfs(t *testing.T) {
	rows := erfs()
	if len(rows) != erfRows {
		t.Fatalf("%d rows, want %d", len(rows), erfRows)
	}
	pi := bigPi(t)
	worst := 0.0
	for j, row := range rows {
		if len(row) != erfTerms {
			t.Fatalf("row %d has %d terms, want %d", j, len(row), erfTerms)
		}
		for _, d := range []float64{-0.5, -0.49, -0.25, -0x1p-20, 0, 0x1p-20, 0x1p-10, 0.25, 0.37, 0.49, 0.5} {
			x := (float64(j) + d) / 8
			if x < 0 {
				continue
			}
			sum := number(0)
			for k := erfTerms - 1; k >= 0; k-- {
				sum.Mul(sum, number(d))
				sum.Add(sum, number(row[k]))
			}
			want := erfSeries(pi, number(x))
			if want.Sign() == 0 {
				if sum.Sign() != 0 {
					t.Errorf("the row around 0 is %v at 0", sum)
				}
				continue
			}
			diff := number(0).Sub(sum, want)
			err, _ := diff.Quo(diff, want).Float64()
			worst = max(worst, math.Abs(err))
		}
	}
	if worst > 0x1p-35 {
		t.Errorf("the largest relative error is %.3g = 2^%.2f, want at most 2^-35", worst, math.Log2(worst))
	}
	t.Logf("largest relative error 2^%.2f", math.Log2(worst))
	// Beyond the last row the nearest float32 is 1.
	limit, _ := erfSeries(pi, number(erfLimit)).Float64()
	if float32(limit) != 1 || erfLimit*8 >= erfRows-0.5 {
		t.Errorf("arguments end at %v, whose error function is %v", erfLimit, limit)
	}
}
