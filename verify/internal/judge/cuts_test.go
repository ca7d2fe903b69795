package judge

import (
	"slices"
	"testing"
)

// TestCuts: batches cross both sides of every block, tile and chunk, the second chunk, every number of tiles and every
// rest.
func TestCuts(t *testing.T) {
	for _, c := range []Cuts{
		{Block: 32, Tile: 32, Chunk: 256}, {Block: 4, Tile: 16, Chunk: 176}, {Block: 7, Tile: 8, Chunk: 8},
		{Block: 1, Tile: 8, Chunk: 128},
	} {
		counts := c.counts(false)
		for _, size := range []int{c.Block, c.Tile, c.Chunk} {
			for _, n := range []int{size - 1, size, size + 1, 2 * size, 2*size + 1} {
				if n > 0 && !slices.Contains(counts, n) {
					t.Errorf("%+v: no batch of %d samples", c, n)
				}
			}
		}
		for tiles := range c.Chunk / c.Tile {
			if !slices.ContainsFunc(counts, func(n int) bool { return n%c.Chunk/c.Tile == tiles }) {
				t.Errorf("%+v: no batch whose last chunk has %d tiles", c, tiles)
			}
		}
		for rest := range c.Tile {
			if !slices.ContainsFunc(counts, func(n int) bool { return n%c.Tile == rest }) {
				t.Errorf("%+v: no batch with a rest of %d", c, rest)
			}
			if rest > 0 && !slices.Contains(counts, rest) {
				t.Errorf("%+v: no batch of %d samples", c, rest)
			}
		}
		if counts[0] != 2*c.Chunk+1 || !slices.Contains(counts, 3*c.Chunk-1) {
			t.Errorf("%+v: the first is %d, and there is none of nearly three chunks: %v", c, counts[0], counts)
		}
	}
	if got, want := (Cuts{}).orElse(32).counts(false), []int{65, 32, 33, 31, 64, 63}; !slices.Equal(got, want) {
		t.Errorf("without assembly: %v, want %v", got, want)
	}
	for _, c := range []Cuts{{Block: 32}, {Block: 32, Tile: 16, Chunk: 256}} {
		if got := c.counts(true)[0]; got != 513 {
			t.Errorf("%+v: the first is %d where samples are cheap, want 513", c, got)
		}
	}
}

// TestTeamCuts: batches fill every run, and have every smaller number of them.
func TestTeamCuts(t *testing.T) {
	c := Cuts{Block: 4, Runs: 8}
	counts := c.teamCounts()
	if counts[0] != 79 || counts[1] != 64 || counts[2] != 92 {
		t.Errorf("the first are %v, want 79, 64 and 92", counts[:3])
	}
	for runs := range c.Runs {
		if !slices.ContainsFunc(counts, func(n int) bool { return min(max((n+3)/4/2, 1), 8) == runs+1 }) {
			t.Errorf("none with %d runs: %v", runs+1, counts)
		}
	}
	if got := (Cuts{Block: 4}).teamCounts(); got != nil {
		t.Errorf("without a team: %v", got)
	}
	if got := crowds(32); got[0] != 32 || !slices.Contains(got, 33) || !slices.Contains(got, 13) {
		t.Errorf("numbers of workers: %v", got)
	}
	if got, want := crowds(2), []int{2, 3, 1, 5, 8, 13, 7}; !slices.Equal(got, want) {
		t.Errorf("numbers of workers for 2 runs: %v, want %v", got, want)
	}
}

// TestAffordable: counts are taken in order while they cost no more than the limit.
func TestAffordable(t *testing.T) {
	if got := affordable([]int{5, 1, 9, 1}, 10, 149); !slices.Equal(got, []int{5, 1}) {
		t.Errorf("got %v, want the first two", got)
	}
}
