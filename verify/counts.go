package verify

import "slices"

// batchLimit bounds the samples of one call times what one costs: about a second for all calls of a trial.
const batchLimit = 1 << 24

// sampleCost is that of a sample, in parameters, where there are none.
const sampleCost = 1000

// batchCounts are the numbers of samples at which batch functions break: none, one, and those about multiples of a
// block, up to the largest, ascending.
func batchCounts(block, largest int) []int {
	counts := []int{0, 1, 2, block - 1, block, block + 1, 2 * block, 2*block + 3}
	slices.Sort(counts)
	counts = slices.Compact(counts)
	return slices.DeleteFunc(counts, func(c int) bool { return c > max(largest, 2) })
}

// teamLimit is batchLimit for teams.
const teamLimit = 2 * batchLimit

// teamCounts are batchCounts, and more samples than there are workers, as far as time allows.
func teamCounts(block, largest int) []int {
	counts := batchCounts(block, largest)
	for _, c := range []int{5*block + 1, 8 * block, 19*block + 7, 40*block + 3} {
		if c <= largest {
			counts = append(counts, c)
		}
	}
	slices.Sort(counts)
	return slices.Compact(counts)
}
