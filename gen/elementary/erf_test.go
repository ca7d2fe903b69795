package elementary

import (
	"math"
	"math/big"
	"testing"
)

// erfPower is erf(x) = 2/√π·(x - x³/3 + x⁵/(5·2!) - …), for |x| ≤ 6.2.
func erfPower(pi *big.Float, x *big.Float) *big.Float {
	sum, power, square := number(0), number(0).Set(x), number(0).Mul(x, x)
	for n := range 240 {
		sum.Add(sum, number(0).Quo(power, number(float64(2*n+1))))
		power.Mul(power, square)
		power.Quo(power, number(float64(-(n + 1))))
	}
	root := number(0).Sqrt(pi)
	return sum.Quo(sum.Add(sum, sum), root)
}

// TestErfs32 compares the rows, summed exactly, with the error function at several places within reach of each.
func TestErfs32(t *testing.T) {
	rows := erfs32()
	if len(rows) != erfRows32 {
		t.Fatalf("%d rows, want %d", len(rows), erfRows32)
	}
	pi := bigPi(t)
	worst := 0.0
	for j, row := range rows {
		if len(row) != erfTerms32 {
			t.Fatalf("row %d has %d terms, want %d", j, len(row), erfTerms32)
		}
		for _, d := range []float64{-0.5, -0.49, -0.25, -0x1p-20, 0, 0x1p-20, 0x1p-10, 0.25, 0.37, 0.49, 0.5} {
			x := (float64(j) + d) / 8
			if x < 0 {
				continue
			}
			sum := number(0)
			for k := erfTerms32 - 1; k >= 0; k-- {
				sum.Mul(sum, number(d))
				sum.Add(sum, number(row[k]))
			}
			want := erfPower(pi, number(x))
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
	limit, _ := erfPower(pi, number(erfLimit32)).Float64()
	if float32(limit) != 1 || erfLimit32*8 >= erfRows32-0.5 {
		t.Errorf("arguments end at %v, whose error function is %v", erfLimit32, limit)
	}
}

// TestErfs64 compares the rows, summed exactly, with the error function at several places within reach of each.
func TestErfs64(t *testing.T) {
	rows := erfs64()
	if len(rows) != erfRows64 || float64(erfRows64-1)/4 != erfLimit64 {
		t.Fatalf("%d rows, want %d, to %v", len(rows), erfRows64, erfLimit64)
	}
	pi := bigPi(t)
	worst := 0.0
	for j, row := range rows {
		if len(row) != erfTerms64+1 {
			t.Fatalf("row %d has %d numbers, want %d", j, len(row), erfTerms64+1)
		}
		for _, d := range []float64{-0.125, -0.12, -0.0625, -0x1p-20, 0, 0x1p-20, 0x1p-10, 0.0625, 0.09, 0.12, 0.125} {
			x := float64(j)/4 + d
			d = x - float64(j)/4 // what the sum is rounded by
			if x <= 0 {
				continue
			}
			sum := value(row[3:], d)
			sum.Mul(sum, number(d))
			sum.Add(sum, number(row[2]))
			sum.Add(sum, number(1))
			sum.Mul(sum, number(d))
			sum.Add(sum, number(row[1]))
			sum.Add(sum, number(row[0]))
			want := erfPower(pi, number(x))
			err, _ := sum.Quo(sum.Sub(sum, want), want).Float64()
			worst = max(worst, math.Abs(err))
		}
	}
	t.Logf("largest relative error 2^%.2f", math.Log2(worst))
	if worst > 0x1p-56 {
		t.Errorf("the largest relative error is 2^%.2f, want at most 2^-56", math.Log2(worst))
	}
}
