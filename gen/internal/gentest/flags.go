package gentest

import "flag"

var (
	// Specs is how many random networks tests try.
	Specs = flag.Int("specs", 7, "how many random networks to generate, compile and compare with the reference")
	// Seed is what they are drawn from.
	Seed = flag.Uint64("seed", 8, "of the random networks; 0 draws one")
)
