package judge

import (
	"runtime"
	"sync/atomic"
	"testing"
	"time"
)

// TestTogetherLate: calls that share a number are found where one goroutine does not run until the time for both is
// over, as on a busy machine.
func TestTogetherLate(t *testing.T) {
	meet := meeting{times: 3000, lasts: 20 * time.Millisecond}
	for _, share := range []bool{true, false} {
		var passing [2]atomic.Int32
		var both [2]func() []float32
		var late atomic.Int32
		for i := range both {
			at := &passing[i]
			if share {
				at = &passing[0]
			}
			both[i] = func() []float32 {
				if i == 1 && late.Add(1) == 2 { // the first was alone
					time.Sleep(3 * meet.lasts)
				}
				at.Store(int32(i))
				runtime.Gosched()
				return []float32{float32(at.Load())}
			}
		}
		if wrong := together(meet, both); (wrong != "") != share {
			t.Errorf("shared %t: %q", share, wrong)
		}
	}
}
