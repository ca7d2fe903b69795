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
	meet := meeting{times: 3000, few: fewMeetings, lasts: 20 * time.Millisecond}
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

// Where one goroutine runs at a time calls that do not meet are not waited for: the emitted test of iris took five
// times as long there.
func TestMeetingsOfOneProcessor(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	if both := meetings(1); !both.lasting(fewMeetings-1, 2*both.lasts) || both.lasting(fewMeetings, 2*both.lasts) {
		t.Errorf("on two processors %+v", both)
	}
	runtime.GOMAXPROCS(1)
	if one := meetings(1); one.lasting(0, 2*one.lasts) || !one.lasting(0, one.lasts/2) {
		t.Errorf("on one processor %+v", one)
	}
}
