package team

import (
	"sync/atomic"
	"testing"
)

// TestAdd checks that gradients are added by what the network has for that, if it does, and that the bits are the same.
func TestAdd(t *testing.T) {
	n := xnetTeam
	var asked atomic.Int32
	n.Add = func(sum, next *XnetGrad) bool {
		if asked.Add(1)%2 == 0 {
			return false // as where there is no assembly
		}
		for i, v := range next.Flat() {
			sum.Flat()[i] += v
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
			if blocks := (count + xnetBlock - 1) / xnetBlock; int(asked.Load()) != min(max(blocks/2, 1), xnetSlots)-1 {
				t.Errorf("%d workers, %d samples: %d gradients are added", workers, count, asked.Load())
			}
		}
		n.Close(team)
	}
}
