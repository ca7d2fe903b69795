package gen_test

import "flag"

var (
	specs = flag.Int("specs", 5, "how many random networks to generate, compile and compare with the reference")
	seed  = flag.Uint64("seed", 8, "of the random networks; 0 draws one")
)
