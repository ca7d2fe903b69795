package code

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
)

// TestExact checks that numbers read back as the same float64, and that those of few bits are short.
func TestExact(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	values := []float64{0, 1, -1, 0.1, math.Pi, 0x1p600, -0x1.812746bp-11, math.SmallestNonzeroFloat64,
		-math.MaxFloat64}
	for len(values) < 2000 {
		if v := math.Float64frombits(r.Uint64() &^ (1<<r.IntN(53) - 1)); !math.IsNaN(v) && !math.IsInf(v, 0) && v != 0 {
			values = append(values, v)
		}
	}
	for _, v := range values {
		text := Exact(v)
		if got, err := strconv.ParseFloat(text, 64); err != nil || math.Float64bits(got) != math.Float64bits(v) {
			t.Errorf("%x is written %s, which is %x: %v", v, text, got, err)
		}
		if len(text) > 25 {
			t.Errorf("%x is written %s", v, text)
		}
	}
}
