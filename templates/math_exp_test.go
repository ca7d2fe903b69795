package templates

import (
	"math"
	"math/big"
	"testing"
)

// TestRoots checks that the table of 2^(j/32) is correctly rounded: the 32nd power of the interval of half an ULP around
// every entry holds 2^j.
func TestRoots(t *testing.T) {
	const bits = 2000
	vs := roots()
	if len(vs) != rootCount {
		t.Fatalf("%d entries, want %d", len(vs), rootCount)
	}
	power := func(x *big.Float) *big.Float {
		for n := rootCount; n > 1; n /= 2 {
			x = new(big.Float).SetPrec(bits).Mul(x, x)
		}
		return x
	}
	for j, v := range vs {
		half := new(big.Float).SetPrec(bits).SetFloat64((math.Nextafter(v, 3) - v) / 2)
		mid := new(big.Float).SetPrec(bits).SetFloat64(v)
		low := power(new(big.Float).SetPrec(bits).Sub(mid, half))
		high := power(new(big.Float).SetPrec(bits).Add(mid, half))
		want := new(big.Float).SetMantExp(big.NewFloat(1), j)
		if low.Cmp(want) > 0 || high.Cmp(want) < 0 {
			t.Errorf("2^(%d/32) is not %v to half an ULP", j, v)
		}
	}
}
