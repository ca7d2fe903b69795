package verify

import (
	"slices"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/memory"
)

// TestNaNParameters: a kernel that does not see a NaN in one parameter is found, in functions of one sample and of
// batches, and one that lets it reach other outputs.
func TestNaNParameters(t *testing.T) {
	type (
		P = params232[float32]
		W = work232[float32]
		B = naiveBatch[W, grad232[float32]]
		V = [2]float32
	)
	n := twoThreeTwo(spec.Float32)
	right := batched(kernel232[float32](none), 4, none)
	// without is p with 0 for a NaN in parameter i.
	without := func(p *P, i int) *P {
		seen := *p
		if v := memory.View[float32](&seen); v[i] != v[i] {
			v[i] = 0
		}
		return &seen
	}
	hides, spreads, batch := right, right, right
	hides.Forward = func(p *P, ws *W, x *V) *V { return right.Forward(without(p, 5), ws, x) }
	spreads.Forward = func(p *P, ws *W, x *V) *V {
		y := right.Forward(p, ws, x)
		if y[0] != y[0] {
			y[1] = y[0]
		}
		return y
	}
	batch.LossBatch = func(p *P, b *B, xs, ys []V) float32 { return right.LossBatch(without(p, 4), b, xs, ys) }
	for _, c := range []struct {
		name, call, says string
		k                Kernel[P, grad232[float32], W, B, V, V, float32]
	}{
		{"hides", "Forward", "NaN must not hide; W1[2][1] NaN", hides},
		{"spreads", "Forward", "it does not depend on it", spreads},
		{"hides in a batch", "LossBatch", "NaN must not hide; W1[2][0] NaN", batch},
	} {
		r := Check(n, c.k, Options{Trials: 1})
		if !slices.ContainsFunc(r.Failures, func(f Failure) bool {
			return f.Call == c.call && strings.Contains(f.Message, c.says)
		}) {
			t.Errorf("%s: got %v, want %q of %s", c.name, r.Err(), c.says, c.call)
		}
	}
}

// TestNaNNeighbours: a kernel in which a NaN in a unit's weights reaches the unit before it, which only the workspace
// shows, is found.
func TestNaNNeighbours(t *testing.T) {
	type (
		P = params342[float32]
		W = work342[float32]
	)
	right := batched(kernel342[float32](none), 4, none)
	spreads := right
	spreads.Forward = func(p *P, ws *W, x *[3]float32) *[2]float32 {
		y := right.Forward(p, ws, x)
		if ws.A1[2] != ws.A1[2] {
			ws.A1[1] = ws.A1[2]
		}
		return y
	}
	r := Check(threeFourTwo(spec.Float32), spreads, Options{Trials: 1})
	if !slices.ContainsFunc(r.Failures, func(f Failure) bool {
		return f.Call == "Forward" && strings.HasPrefix(f.Quantity, "A1[1]")
	}) {
		t.Errorf("got %v", r.Err())
	}
	if r := Check(threeFourTwo(spec.Float32), right, Options{Trials: 1}); r.Err() != nil {
		t.Error(r.Err())
	}
}
