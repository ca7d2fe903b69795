package verify

import "slices"

// fencedCalls are the calls of a kernel with every argument between fences.
type fencedCalls[F Float] struct {
	fences fences
	// at makes them on arguments at such a place, on the first sample of a batch and on so many of its samples each;
	// they are to be made in their order.
	at func(where placement, counts []int, b batch) []fencedCall[F]
}

// fencedCounts are numbers of samples for calls between fences: fewer than any tile, whole tiles of either precision,
// and one more than some.
var fencedCounts = []int{1, 3, 8, 16, 32, 33, 64}

// checkFences makes every call with every argument between pages that must not be touched, at either end of its
// memory and aligned as little as its numbers are. What it delivers is the same everywhere.
func checkFences[F Float](k *judgedKernel[F]) {
	limit := batchLimit / (k.network.Params() + sampleCost)
	counts := slices.DeleteFunc(slices.Clone(fencedCounts), func(c int) bool { return c > max(limit, 2) })
	b, err := newBatch(k.network, 0, slices.Max(counts), 3)
	if k.report.failed(err) {
		return
	}
	a := k.fenced(slices.Max(counts))
	defer a.fences.release()
	everywhere(k.report, &a.fences, func(where placement) []fencedCall[F] { return a.at(where, counts, b) })
}
