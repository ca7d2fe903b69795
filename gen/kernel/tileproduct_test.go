package kernel

import "testing"

// TestUnconflicted: weights that lie 4 KB apart go to one set of the first cache, of which only some lines stay; others
// don't get in one another's way.
func TestUnconflicted(t *testing.T) {
	for _, c := range []struct{ bytes, want int }{{4, 24}, {256, 24}, {512, 24}, {1024, 24}, {2048, 12}, {4096, 6},
		{65536, 6}, {784 * 4, 24}, {4100, 6}, {4160, 24}} {
		if got := unconflicted(c.bytes, 24); got != c.want {
			t.Errorf("%d weights that lie %d bytes apart stay in the first cache, want %d", got, c.bytes, c.want)
		}
	}
}
