package digests

import (
	"math"

	"github.com/backpropgen/backpropgen/train"
)

// hash is FNV-1a, of 64 bits, over numbers as their bits with the lowest byte first. NaN is NaN, whatever its payload:
// that is the one thing in which processors differ.
type hash[F train.Float] struct{ sum uint64 }

func newHash[F train.Float]() *hash[F] { return &hash[F]{14695981039346656037} }

func (h *hash[F]) add(vs ...F) {
	for _, v := range vs {
		size, bits := 8, math.Float64bits(float64(v))
		if single, ok := any(v).(float32); ok {
			size, bits = 4, uint64(math.Float32bits(single))
		}
		if v != v {
			bits = math.MaxUint64
		}
		for range size {
			h.sum = (h.sum ^ bits&0xff) * 1099511628211
			bits >>= 8
		}
	}
}
