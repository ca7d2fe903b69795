package verify

import (
	"slices"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/memory"
)

// TestOptimizerTeams: a team whose updates are those of the optimizer is accepted, and each way to be something else is
// found.
func TestOptimizerTeams(t *testing.T) {
	type (
		P = params342[float32]
		B = naiveBatch[work342[float32], P]
		X = [3]float32
		Y = [2]float32
		// T is a team of so many workers.
		T = struct {
			workers int
			b       B
			sum     P
		}
		O = interface {
			Update(p, g *P, rate float32)
		}
	)
	right := batched(kernel342[float32](none), 4, none)
	update := func(s *updating, p, g *P, rate float32) { s.Update(p, g, rate) }
	good := OptimizerTeam[T, O, P, P, X, Y, float32]{
		New:       func(workers int) *T { return &T{workers: workers} },
		GradBatch: func(t *T, p *P, xs []X, ys []Y, g *P) float32 { return right.GradBatch(p, &t.b, xs, ys, g) },
		Update:    func(_ *T, o O, p, g *P, rate float32) { o.Update(p, g, rate) },
		Close:     func(*T) {},
	}
	good.UpdateBatch = func(t *T, o O, p *P, xs []X, ys []Y, rate float32) float32 {
		if len(xs) != len(ys) {
			panic("xs and ys differ in length")
		}
		loss := right.GradBatch(p, &t.b, xs, ys, &t.sum)
		o.Update(p, &t.sum, rate)
		return loss
	}
	bad := func(change func(k *OptimizerTeam[T, O, P, P, X, Y, float32])) OptimizerTeam[T, O, P, P, X, Y, float32] {
		k := good
		change(&k)
		return k
	}
	for _, c := range []struct {
		call, quantity string // empty: all is right
		team           OptimizerTeam[T, O, P, P, X, Y, float32]
	}{
		{"", "", good},
		{"sgd.Update by a team", "W2[1][3]", bad(func(k *OptimizerTeam[T, O, P, P, X, Y, float32]) {
			k.Update = func(t *T, o O, p, g *P, rate float32) { // a range that ends too soon with many workers
				was := p.W2[1][3]
				o.Update(p, g, rate)
				if t.workers > 2 {
					p.W2[1][3] = was
				}
			}
		})},
		{"sgd.Update by a team", "the optimizer", bad(func(k *OptimizerTeam[T, O, P, P, X, Y, float32]) {
			k.Update = func(t *T, o O, p, g *P, rate float32) { // counts for every worker
				o.Update(p, g, rate)
				o.(*updating).T += uint64(t.workers - 1)
			}
		})},
		{"sgd.Update by a team", "g", bad(func(k *OptimizerTeam[T, O, P, P, X, Y, float32]) {
			k.Update = func(_ *T, o O, p, g *P, rate float32) { o.Update(p, g, rate); g.W1[0][0]++ }
		})},
		{"sgd.UpdateBatch", "loss", bad(func(k *OptimizerTeam[T, O, P, P, X, Y, float32]) {
			k.UpdateBatch = func(t *T, o O, p *P, xs []X, ys []Y, rate float32) float32 {
				return 2 * good.UpdateBatch(t, o, p, xs, ys, rate)
			}
		})},
		{"sgd.UpdateBatch", "lengths", bad(func(k *OptimizerTeam[T, O, P, P, X, Y, float32]) {
			k.UpdateBatch = func(t *T, o O, p *P, xs []X, ys []Y, rate float32) float32 {
				return good.UpdateBatch(t, o, p, xs[len(xs)-min(len(xs), len(ys)):], ys, rate)
			}
		})},
		{"sgd in a team", "types", bad(func(k *OptimizerTeam[T, O, P, P, X, Y, float32]) { k.Update = nil })},
		{"Close", "goroutines", bad(func(k *OptimizerTeam[T, O, P, P, X, Y, float32]) {
			k.New = func(workers int) *T {
				go func() { <-stay }()
				return &T{workers: workers}
			}
		})},
	} {
		r := CheckOptimizerTeam(threeFourTwo(spec.Float32), "sgd", func() *updating { return new(updating) }, update,
			c.team)
		found := slices.ContainsFunc(r.Failures, func(f Failure) bool {
			return f.Call == c.call && strings.HasPrefix(f.Quantity, c.quantity)
		})
		if c.call == "" && r.Err() != nil || c.call != "" && !found {
			t.Errorf("%s, %q: got %v", c.call, c.quantity, r.Err())
		}
	}
	close(stay)
}

// stay keeps goroutines until it is closed.
var stay = make(chan struct{})

// updating is plain gradient descent as an optimizer with a method.
type updating struct{ T uint64 }

func (s *updating) Update(p, g *params342[float32], rate float32) {
	s.T++
	for i, v := range memory.View[float32](g) {
		memory.View[float32](p)[i] -= rate * v
	}
}
