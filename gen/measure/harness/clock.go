package harness

import "time"

// factor is a variable so that the compiler multiplies.
var factor uint64 = 0x9e3779b97f4a7c15

// clock is how many cycles the processor makes in a nanosecond, 0 where that is not known: a product takes as many
// cycles as chainCycles says, and each waits for the one before.
func clock() float64 {
	const products = 20_000
	x, by := factor, factor
	start := time.Now()
	for range products {
		x *= by
	}
	spent := time.Since(start)
	factor = x | 1
	return chainCycles * products / float64(spent)
}
