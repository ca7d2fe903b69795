package team

import (
	"runtime"
	"sync/atomic"
)

// A goroutine waits awake for a moment before it sleeps. To sleep it gives its processor back, and then it takes the
// system 0.05 to more than 1 ms to have it running again; what comes next most often comes sooner. A round of waiting
// takes about a cycle, so that all take some 40 µs. Every microsecond it lets others run. There a program can also be
// stopped that runs without preemption.
const (
	waitRounds = 1 << 17
	waitYield  = 1 << 12
)

// waiter is what one goroutine waits with, until others change a word.
type waiter struct {
	asleep atomic.Bool   // who sets it back wakes the goroutine, or is the goroutine
	wake   chan struct{} // with room for one, so that nobody waits for a sleeper to take it
	_      line
}

// wait returns what a word is once that is no longer what it was. It stays awake for so many rounds.
func (w *waiter) wait(word *atomic.Uint64, was uint64, rounds int) uint64 {
	for {
		for n := 0; n <= rounds; n++ {
			if now := word.Load(); now != was {
				return now
			}
			if n%waitYield == waitYield-1 {
				runtime.Gosched()
			}
		}
		// Who changes the word looks at asleep afterwards, so that one of both sees what the other did.
		w.asleep.Store(true)
		if word.Load() == was || !w.asleep.CompareAndSwap(true, false) {
			<-w.wake
		}
	}
}

// rouse wakes the goroutine if it sleeps. It comes after the change of the word. One that comes late may find the
// goroutine waiting for the next change, and wakes it too early, which does no harm.
func (w *waiter) rouse() {
	if w.asleep.Load() && w.asleep.CompareAndSwap(true, false) {
		w.wake <- struct{}{}
	}
}
