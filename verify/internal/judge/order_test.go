package judge

import (
	"math"
	"testing"
)

// TestSumInLanes: the order as the README has it, written down for a few terms.
func TestSumInLanes(t *testing.T) {
	terms := []float32{1e8, 3, -1e8, 7, 0.125, 1e7, -3, 1, 5e-3, 2, 1e-7}
	t0, t1, t2, t3 := terms[0]+terms[4], terms[1]+terms[5], terms[2]+terms[6], terms[3]+terms[7]
	t0, t1, t2 = t0+terms[8], t1+terms[9], t2+terms[10]
	t0, t1 = t0+t2, t1+t3
	if got := sumInLanes(terms, 4); got != t0+t1 {
		t.Errorf("11 terms in 4 lanes: %v, want %v", got, t0+t1)
	}
	if got, want := sumInLanes(terms[:3], 16), (terms[0]+terms[2])+terms[1]; got != want {
		t.Errorf("3 terms in 16 lanes: %v, want %v", got, want)
	}
	if got, want := sumInLanes(terms[:6], 8), (terms[0]+terms[4]+terms[2])+(terms[1]+terms[5]+terms[3]); got != want {
		t.Errorf("6 terms in 8 lanes: %v, want %v", got, want)
	}
	for n := 1; n <= len(terms); n++ {
		whole := make([]float64, n)
		for i := range whole {
			whole[i] = float64(i + 1)
		}
		if got, want := sumInLanes(whole, 4), float64(n*(n+1)/2); got != want {
			t.Errorf("whole numbers up to %d: %v, want %v", n, got, want)
		}
	}
	if got := sumInLanes([]float64{math.Copysign(0, -1)}, 16); !math.Signbit(got) {
		t.Errorf("the sum of -0 alone is %v", got)
	}
}
