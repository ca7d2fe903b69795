package pauses

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"testing"
)

// digests prints what every function gives at every level, as digests of all bits. Any NaN is NaN: which of two is passed on depends on the
// order of operands.
func (k kernel[P, G, W, B, X, Y, F]) digests(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for round := range 5 {
		params, xs, ys := new(P), make([]X, samples), make([]Y, samples)
		fill(r, round, flat[F](params))
		for i := range xs {
			fill(r, round, flat[F](&xs[i]))
			fill(r, round/2, flat[F](&ys[i]))
		}
		k.atLevels(func(level string) {
			for i, result := range k.results(*params, xs, ys) {
				h := fnv.New64()
				for _, v := range result.values {
					if v != v {
						v = F(math.NaN())
					}
					fmt.Fprintf(h, "%x ", math.Float64bits(float64(v)))
				}
				fmt.Printf("digest %s round %d %s %s (%d): %x\n", t.Name(), round, level, result.of, i, h.Sum64())
			}
		})
	}
}
