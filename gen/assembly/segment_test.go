package assembly

import "testing"

// TestRepeats: segments are repeated as long as each is as far from the last as the second from the first.
func TestRepeats(t *testing.T) {
	for _, test := range []struct {
		disps         []int
		length, times int
	}{
		{[]int{0, 64, 128, 192}, 1, 4},
		{[]int{0, 64, 128, 160}, 1, 3},
		{[]int{0, 32, 100, 132, 200, 232}, 2, 3},
		{[]int{0, 32, 100, 132, 200, 233}, 2, 2},
		{[]int{0}, 2, 0},
	} {
		var segments []Segment
		for _, d := range test.disps {
			segments = append(segments, Segment{Far: []int{d}})
		}
		if got := Repeats(segments, test.length); got != test.times {
			t.Errorf("%v by %d: %d times, want %d", test.disps, test.length, got, test.times)
		}
	}
}
