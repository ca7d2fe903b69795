package schedule

import "testing"

// TestTileColumns checks that tiles of columns cover them, that none has more sums than registers, and none two or
// fewer where there are more columns.
func TestTileColumns(t *testing.T) {
	for n := 1; n <= 100; n++ {
		segs := tileColumns(n)
		if err := checkSegments(segs, n); err != nil {
			t.Errorf("%d columns: %v", n, err)
		}
		for _, s := range segs {
			if s.Size > tileResults || n > 2 && s.Size < 3 {
				t.Errorf("%d columns have a tile of %d: %v", n, s.Size, segs)
			}
		}
	}
}
