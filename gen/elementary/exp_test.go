package elementary

import (
	"math"
	"math/big"
	"testing"
)

// TestRoots checks that the powers 2^(j/count) are correctly rounded, and with what they lack good to 2⁻¹⁰⁰: the power
// of count of the interval around every entry holds 2^j.
func TestRoots(t *testing.T) {
	const bits = 2000
	for _, count := range []int{32, 64} {
		rows := roots(count)
		if len(rows) != count {
			t.Fatalf("%d entries, want %d", len(rows), count)
		}
		within := func(j int, center, half *big.Float) bool {
			power := func(x *big.Float) *big.Float {
				for n := count; n > 1; n /= 2 {
					x = new(big.Float).SetPrec(bits).Mul(x, x)
				}
				return x
			}
			low := power(new(big.Float).SetPrec(bits).Sub(center, half))
			high := power(new(big.Float).SetPrec(bits).Add(center, half))
			want := new(big.Float).SetMantExp(big.NewFloat(1), j)
			return low.Cmp(want) <= 0 && high.Cmp(want) >= 0
		}
		for j, row := range rows {
			v := new(big.Float).SetPrec(bits).SetFloat64(row[0])
			if !within(j, v, big.NewFloat((math.Nextafter(row[0], 3)-row[0])/2)) {
				t.Errorf("2^(%d/%d) is not %v to half an ULP", j, count, row[0])
			}
			if !within(j, v.Add(v, big.NewFloat(row[1])), big.NewFloat(0x1p-100)) {
				t.Errorf("2^(%d/%d) is not %v and %v to 2^-100", j, count, row[0], row[1])
			}
		}
	}
}
