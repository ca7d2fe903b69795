package team

import (
	"sync/atomic"
	"testing"
)

// TestDescend checks that gradients are added, and parameters moved, by what the network has for that, if it does, and
// that the bits are the same.
func TestDescend(t *testing.T) {
	n := xnetTeam
	var asked atomic.Int32
	n.Descend = func(ps, gs []float32, rate float32, lo, hi int) bool {
		if asked.Add(1)%2 == 0 {
			return false // as where there is no assembly
		}
		for i := lo; i < hi; i++ {
			ps[i] -= float32(rate * gs[i])
		}
		return true
	}
	for workers := 1; workers <= xnetSlots; workers++ {
		team := n.New(workers)
		for count := range 4*xnetSlots*xnetBlock + 2 {
			p, xs, ys := samples(count)
			wantLoss, want := sequential(p, xs, ys)
			g := XnetGrad{[2][3]float32{{7, 7, 7}}}
			asked.Store(0)
			if loss := n.GradBatch(team, p, xs, ys, &g); loss != wantLoss || g != want {
				t.Fatalf("%d workers, %d samples: loss %v and %v, want %v and %v", workers, count, loss, g, wantLoss,
					want)
			}
			// Every run but the first is added to another.
			blocks := (count + xnetBlock - 1) / xnetBlock
			if runs := min(max(blocks/2, 1), xnetSlots); int(asked.Load()) != runs-1 {
				t.Errorf("%d workers, %d samples: %d gradients are added", workers, count, asked.Load())
			}
			next := *p
			for i, v := range want.Flat() {
				next.Flat()[i] -= float32(0.125 * v)
			}
			if loss := n.StepBatch(team, p, xs, ys, 0.125); loss != wantLoss || *p != next {
				t.Errorf("%d workers, %d samples: StepBatch gives %v and %v, want %v and %v", workers, count, loss, *p,
					wantLoss, next)
			}
		}
		n.Close(team)
	}
}
