package verify

import (
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Two goroutines make calls until so many of them met one of the other's, fewer of large networks, which last longer:
// what one sample costs times their number is limited. On machines that hardly run both they stop after a while. A call
// that shares memory with another is wrong in one of a few that meet; nothing is judged by the time.
const (
	meetings      = 3000
	meetingsLimit = 1 << 24
	onceLasts     = 50 * time.Millisecond
)

// atOnce checks that two goroutines that use one network at once, each with a workspace of its own, compute what each
// does alone: that nothing lies in memory they share, and that none but Step writes the parameters.
func atOnce[F Float](k *judgedKernel[F], cuts batchCuts) {
	n, report := k.network, k.report
	pool, err := newSamplePool(n, k.format, 3)
	if report.failed(err) {
		return
	}
	users := k.users(pool, cuts.Tile+2)
	most := min(max(meetingsLimit/(n.Params()+sampleCost), 50), meetings)
	for _, name := range []string{
		"Forward", "Loss", "Backward", "Grad", "Step", "ForwardBatch", "LossBatch", "GradBatch", "StepBatch", "InputGradBatch",
	} {
		if users[0][name] == nil {
			continue
		}
		if wrong := together(most, [2]func() []F{users[0][name], users[1][name]}); wrong != "" {
			report.broken(name, "two goroutines at once", "seed "+report.Seed,
				"%s; calls on different workspaces must not see each other", wrong)
		}
	}
}

// together makes calls in two goroutines until so many have met, and says what differs from what each of them gives
// alone, empty if nothing does.
func together[F Float](meetings int, both [2]func() []F) string {
	var alone [][]F
	for _, call := range both {
		alone = append(alone, slices.Clone(call()))
	}
	var ready atomic.Int32
	var done atomic.Bool // one of them has met the other often enough, or has found a difference
	var made [2]struct {
		atomic.Int64
		apart [56]byte // a line of the cache each
	}
	wrong, failures := make([]string, len(both)), make([]any, len(both))
	var running sync.WaitGroup
	for i, call := range both {
		running.Go(func() {
			defer func() { failures[i] = recover() }()
			defer done.Store(true) // alone, the other would go on for nothing
			ready.Add(1)
			for ready.Load() < int32(len(both)) { // so that neither is done before the other begins
				runtime.Gosched()
			}
			met, seen, mine, other := 0, int64(-1), &made[i], &made[1-i]
			for start := time.Now(); met < meetings && !done.Load() && (mine.Load()%8 > 0 || time.Since(start) < onceLasts); mine.Add(1) {
				got := call()
				if at := sameBits(got, alone[i]); at >= 0 {
					wrong[i] = fmt.Sprintf("call %d gave %v, alone it gives %v", mine.Load(), got[at], alone[i][at])
					return
				}
				if now := other.Load(); now != seen {
					met, seen = met+1, now
				}
			}
		})
	}
	running.Wait()
	for _, failure := range failures {
		if failure != nil {
			panic(failure) // where Check's caller can recover it
		}
	}
	return wrong[0] + wrong[1]
}
