package trial

import "slices"

// BatchLimit bounds the samples of one call times what one costs: about a second for all calls of a trial.
const BatchLimit = 1 << 24

// SampleCost is that of a sample, in parameters, where there are none.
const SampleCost = 1000

// BatchCounts are the numbers of samples at which batch functions break: none, one, and those about multiples of a
// block, up to the largest, ascending.
func BatchCounts(block, largest int) []int {
	counts := []int{0, 1, 2, block - 1, block, block + 1, 2 * block, 2*block + 3}
	slices.Sort(counts)
	counts = slices.Compact(counts)
	return slices.DeleteFunc(counts, func(c int) bool { return c > max(largest, 2) })
}

// TeamLimit is BatchLimit for teams.
const TeamLimit = 2 * BatchLimit

// TeamCounts are BatchCounts, and more samples than there are workers, as far as time allows.
func TeamCounts(block, largest int) []int {
	counts := BatchCounts(block, largest)
	for _, c := range []int{5*block + 1, 8 * block, 19*block + 7, 40*block + 3} {
		if c <= largest {
			counts = append(counts, c)
		}
	}
	slices.Sort(counts)
	return slices.Compact(counts)
}
