package verify

// Cuts says how emitted code cuts batches up, so that the judge crosses every boundary: Block samples at once in Go,
// Tile of them side by side in assembly, and Chunk in one call of it. A team cuts them into at most Runs runs of
// blocks. What is 0 there is not.
type Cuts struct{ Block, Tile, Chunk, Runs int }
