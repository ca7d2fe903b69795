package training

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// maxSeeds bounds how many trainings one run may ask for; a slip in a range should not run for days.
const maxSeeds = 1000

// Seeds is the value of a flag -seeds: numbers and ranges between commas, "1,2,7-9".
type Seeds []uint64

// String is the list as it may be written, ranges spelled out.
func (s *Seeds) String() string {
	parts := make([]string, len(*s))
	for i, seed := range *s {
		parts[i] = strconv.FormatUint(seed, 10)
	}
	return strings.Join(parts, ",")
}

// Set replaces the list by the one that text spells.
func (s *Seeds) Set(text string) error {
	var seeds Seeds
	for part := range strings.SplitSeq(text, ",") {
		first, last, err := seedRange(strings.TrimSpace(part))
		if err != nil {
			return err
		}
		// The difference is compared, not the sum, which could overflow.
		if last-first >= uint64(maxSeeds-len(seeds)) {
			return fmt.Errorf("more than %d seeds; name fewer", maxSeeds)
		}
		for i := range last - first + 1 {
			if slices.Contains(seeds, first+i) {
				return fmt.Errorf("seed %d is named twice; name each once", first+i)
			}
			seeds = append(seeds, first+i)
		}
	}
	*s = seeds
	return nil
}

// seedRange parses "7" or "7-9".
func seedRange(text string) (first, last uint64, err error) {
	low, high, isRange := strings.Cut(text, "-")
	if !isRange {
		high = low
	}
	first, err = strconv.ParseUint(low, 10, 64)
	if err == nil {
		last, err = strconv.ParseUint(high, 10, 64)
	}
	switch {
	case err != nil:
		return 0, 0, fmt.Errorf("%q is not a seed; write whole numbers from 0 and ranges, such as 1,2,3 or 1-5", text)
	case first > last:
		return 0, 0, fmt.Errorf("range %s runs backwards; write %d-%d", text, last, first)
	}
	return first, last, nil
}
