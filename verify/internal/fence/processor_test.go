package fence

import (
	"math"
	"testing"
)

// TestRoundsOtherwise: the processor rounds as Go's arithmetic does, and each way in which it might not is told. The
// numbers are changed here, for the processor can't be from Go.
func TestRoundsOtherwise(t *testing.T) {
	if s := roundsOtherwise(); s != "" {
		t.Fatal(s)
	}
	for _, c := range []struct {
		number *float64
		value  float64
		says   string
	}{
		{&lessThanHalf, 0x1p-52, "sums are not rounded to nearest"}, // as if rounded away from 0
		{&moreThanHalf, 0, "sums are not rounded to nearest"},       // as if towards it
		{&subnormal, math.SmallestNonzeroFloat64, "subnormal numbers are taken for 0"},
	} {
		was := *c.number
		*c.number = c.value
		if s := roundsOtherwise(); s != c.says {
			t.Errorf("%q, want %q", s, c.says)
		}
		*c.number = was
	}
}
