package judge

import "slices"

// Cuts are verify.Cuts.
type Cuts struct{ Block, Tile, Chunk, Runs int }

// crossingLimit bounds the samples of all batches that cross cuts times what one costs, and markedLimit those of the
// batches with a NaN.
const (
	crossingLimit = 1 << 27 / thrift
	markedLimit   = 1 << 24 / thrift
)

// crossingTrials is the trial of batches that cross cuts among the seeds.
const crossingTrials = 1 << 37

// wholly is how many of the counts every function is judged at. The others are rests and numbers of tiles: in networks
// whose samples cost more than thinned each goes to one function, in turn.
const wholly, thinned = 9, 1 << 14

// orElse is the cuts with a block of the given size where none is told.
func (c Cuts) orElse(block int) Cuts {
	if c.Block == 0 {
		c.Block = block
	}
	return c
}

// counts are the numbers of samples at which a batch is cut in every way that there is, the most telling first: both
// sides of every multiple of a block, a tile and a chunk up to the second, chunks followed by tiles and a rest, every
// number of tiles of a chunk and every rest of a tile, and last every number that is less than a tile, of which a few
// may be taken one by one. Where samples are cheap a batch of many blocks comes before all.
func (c Cuts) counts(cheap bool) []int {
	var list []int
	if long := 2*max(c.Chunk, manyBlocks*c.Block) + 1; cheap {
		list = append(list, long)
	}
	for _, size := range []int{c.Chunk, c.Block, c.Tile} {
		if size > 0 {
			list = append(list, 2*size+1, size, size+1, size-1, 2*size, 2*size-1)
		}
	}
	if c.Tile > 0 {
		list = slices.Insert(list, min(6, len(list)), 2*c.Chunk+c.Tile+1, c.Chunk+c.Tile, c.chunksAndRest())
		tiles := max(c.Chunk/c.Tile, 1)
		for k := range max(tiles, c.Tile) {
			list = append(list, k%tiles*c.Tile+k%c.Tile)
		}
		for n := 1; n < c.Tile; n++ {
			list = append(list, n)
		}
	}
	return distinctCounts(list)
}

// chunksAndRest is a number of samples that fills chunks and tiles and leaves a rest as large as there is. Smaller
// rests may be taken one by one.
func (c Cuts) chunksAndRest() int { return 3*c.Chunk - 1 }

// manyBlocks is half of how many blocks are many.
const manyBlocks = 8

// teamCounts are the numbers of samples at which a team has as many runs as it can, of blocks that do not come out
// even, and then every smaller number of runs.
func (c Cuts) teamCounts() []int {
	if c.Runs == 0 {
		return nil
	}
	list := []int{(2*c.Runs+3)*c.Block + c.Block/2 + 1, 2 * c.Runs * c.Block, (3*c.Runs - 1) * c.Block}
	for runs := c.Runs - 1; runs > 0; runs-- {
		list = append(list, 2*runs*c.Block+runs%2)
	}
	return distinctCounts(list)
}

// distinctCounts leaves out what came before, and what is no number of samples.
func distinctCounts(list []int) (counts []int) {
	return slices.DeleteFunc(unrepeated(list), func(n int) bool { return n <= 0 })
}

// unrepeated leaves out what came before.
func unrepeated(list []int) (once []int) {
	for _, n := range list {
		if !slices.Contains(once, n) {
			once = append(once, n)
		}
	}
	return once
}

// affordable are the first of the counts whose samples cost no more than the limit together, each so much.
func affordable(counts []int, cost, limit int) []int {
	for i, n := range counts {
		if limit -= n * cost; limit < 0 {
			return counts[:i]
		}
	}
	return counts
}
