package pauses

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"testing"
)

// digests prints what every function gives at every level, as digests of all bits. Any NaN is NaN: which of two is
// passed on depends on the order of operands.
func (k kernel[F]) digests(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	var bits []byte
	levels := 0
	k.atLevels(func(string) { levels++ })
	for round := range 5 {
		params, xs, ys := make([]F, k.params), make([]F, samples*k.inputs), make([]F, samples*k.outputs)
		fill(r, round, params)
		for i := range samples {
			fill(r, round, xs[i*k.inputs:(i+1)*k.inputs])
			fill(r, round/2, ys[i*k.outputs:(i+1)*k.outputs])
		}
		k.atLevels(func(level string) {
			if level == "portable" && levels > 1 { // it does not pause
				return
			}
			for i, result := range k.results(params, xs, ys) {
				h := fnv.New64()
				bits = bits[:0]
				for _, v := range result.values {
					if v != v {
						v = F(math.NaN())
					}
					bits = binary.LittleEndian.AppendUint64(bits, math.Float64bits(float64(v)))
				}
				h.Write(bits)
				fmt.Printf("digest %s round %d %s %s (%d): %x\n", t.Name(), round, level, result.of, i, h.Sum64())
			}
		})
	}
}
