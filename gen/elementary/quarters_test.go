package elementary

import (
	"math"
	"testing"
)

// TestQuarterEnds checks that the rows follow one another, four to a binade from the start on, and that the index of
// quarterRow is what it is to be for their ends.
func TestQuarterEnds(t *testing.T) {
	for _, start := range []float64{arcStart, tanhStart} {
		for j := range 60 {
			low, high := quarterEnds(start, j)
			next, _ := quarterEnds(start, j+1)
			if next != high || low >= high {
				t.Errorf("row %d from %v goes to %v, and the next begins at %v", j, low, high, next)
			}
			if want := math.Ldexp(start, j/4) * (1 + float64(j%4)/4); high != want {
				t.Errorf("row %d ends at %v, want %v", j, high, want)
			}
			for _, x := range []float64{low, math.Nextafter(high, 0)} {
				// What quarterRow writes.
				got := max(int64(math.Float64bits(x)>>50)-int64(math.Float64bits(start)>>50-1), 0)
				if got != int64(j) {
					t.Errorf("%v belongs to row %d, and row %d is found", x, j, got)
				}
			}
		}
	}
}
