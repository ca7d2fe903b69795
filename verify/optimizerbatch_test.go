package verify

import (
	"slices"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/memory"
)

// descent is plain gradient descent as an optimizer.
type descent struct{ T uint64 }

// TestOptimizerBatches: a step on a batch that is GradBatch and Update is accepted, and each way to be something else
// is found.
func TestOptimizerBatches(t *testing.T) {
	type (
		P = params342[float32]
		B = naiveBatch[work342[float32], P]
		X = [3]float32
		Y = [2]float32
	)
	right := batched(kernel342[float32](none), 4, none)
	update := func(s *descent, p, g *P, rate float32) {
		s.T++
		for i, v := range memory.View[float32](g) {
			memory.View[float32](p)[i] -= rate * v
		}
	}
	var kept P
	step := func(s *descent, p *P, b *B, xs []X, ys []Y, rate float32) float32 {
		if len(xs) != len(ys) {
			panic("xs and ys differ in length")
		}
		loss := right.GradBatch(p, b, xs, ys, &kept)
		update(s, p, &kept, rate)
		return loss
	}
	type stepping = func(s *descent, p *P, b *B, xs []X, ys []Y, rate float32) float32
	for _, c := range []struct {
		quantity string // empty: all is right
		step     stepping
	}{
		{"", step},
		{"loss", func(s *descent, p *P, b *B, xs []X, ys []Y, rate float32) float32 {
			return 2 * step(s, p, b, xs, ys, rate)
		}},
		{"W2[1][3]", func(s *descent, p *P, b *B, xs []X, ys []Y, rate float32) float32 {
			was := p.W2[1][3]
			defer func() { p.W2[1][3] = was }()
			return step(s, p, b, xs, ys, rate)
		}},
		{"the optimizer", func(s *descent, p *P, b *B, xs []X, ys []Y, rate float32) float32 {
			defer func() { s.T = 1 }()
			return step(s, p, b, xs, ys, rate)
		}},
		{"xs and ys", func(s *descent, p *P, b *B, xs []X, ys []Y, rate float32) float32 {
			loss := step(s, p, b, xs, ys, rate)
			if len(xs) > 1 {
				xs[1][2]++
			}
			return loss
		}},
		{"lengths", func(s *descent, p *P, b *B, xs []X, ys []Y, rate float32) float32 {
			return step(s, p, b, xs[len(xs)-min(len(xs), len(ys)):], ys, rate)
		}},
		{"lengths", func(s *descent, p *P, b *B, xs []X, ys []Y, rate float32) float32 {
			if len(xs) != len(ys) {
				s.T++
			}
			return step(s, p, b, xs, ys, rate)
		}},
		{"allocations", func(s *descent, p *P, b *B, xs []X, ys []Y, rate float32) float32 {
			allocated = slices.Clone(xs)
			return step(s, p, b, xs, ys, rate)
		}},
	} {
		r := CheckOptimizerBatch(threeFourTwo(spec.Float32), "sgd", func() *descent { return new(descent) }, update,
			c.step, right.GradBatch)
		found := slices.ContainsFunc(r.Failures, func(f Failure) bool {
			return f.Quantity == c.quantity && strings.HasPrefix(f.Call, "sgd")
		})
		if c.quantity == "" && r.Err() != nil || c.quantity != "" && !found {
			t.Errorf("%q: got %v", c.quantity, r.Err())
		}
	}
}

// allocated keeps what a step allocates.
var allocated [][3]float32
