package judge

import (
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/backpropgen/backpropgen/verify/internal/memory"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
)

// Two goroutines make calls until so many of them met one of the other's, fewer of large networks, which last longer:
// what one sample costs times their number is limited. On machines that hardly run both they stop after a while. A call
// that shares memory with another is wrong in one of a few that meet; nothing is judged by the time.
const (
	meetings      = 3000
	meetingsLimit = 1 << 24
	onceLasts     = 50 * time.Millisecond
)

// CheckConcurrency checks that two goroutines that use one network at once, each with a workspace of its own, compute
// what each does alone: that nothing lies in memory they share, and that none but Step writes the parameters.
func CheckConcurrency[F memory.Float](k *Kernel[F], cuts Cuts) {
	n, report := k.Network, k.Report
	pool, err := trial.NewPool(n, k.Format, 3)
	if report.Failed(err) {
		return
	}
	both := k.Users(cuts.Tile + 2)
	memory.Narrow(both[0].Reads.Params, pool.Params)
	users := [2]map[string]func() []F{callsOf(both[0], pool, 0, cuts.Tile+2), callsOf(both[1], pool, 1, cuts.Tile+2)}
	most := min(max(meetingsLimit/(n.Params()+trial.SampleCost), 50), meetings)
	var names []string
	for _, c := range calls(both[0].Reads) {
		names = append(names, c.name)
	}
	for _, c := range batchCalls(both[0].ReadsBatch) {
		names = append(names, c.name)
	}
	for _, name := range names {
		if wrong := together(most, [2]func() []F{users[0][name], users[1][name]}); wrong != "" {
			report.Broken(name, "two goroutines at once", "seed "+report.Seed,
				"%s; calls on different workspaces must not see each other", wrong)
		}
	}
}

// callsOf are functions by their names, each with everything it returns and leaves behind, on samples of the pool. Those
// that the network does not emit must not be called.
func callsOf[F memory.Float](u User[F], pool *trial.Pool, i, count int) map[string]func() []F {
	memory.Narrow(u.Reads.X, pool.Samples[i].X)
	memory.Narrow(u.Reads.Y, pool.Samples[i].Y)
	b, all := u.ReadsBatch, memory.Evenly(count)
	xs, ys := b.Xs.First(count), b.Ys.First(count)
	for s := range count {
		pick := pool.Samples[(s+i)%len(pool.Samples)]
		memory.Narrow(xs[s*b.Xs.Width:][:b.Xs.Width], pick.X)
		memory.Narrow(ys[s*b.Ys.Width:][:b.Ys.Width], pick.Y)
		b.Weights.First(count)[s] = F(1+(s+i)%3) / 2
	}
	rate, out := F(pool.Rate), []F{}
	// said is what a call returned and left behind.
	said := func(loss F, more ...[]F) []F {
		out = append(out[:0], loss)
		for _, v := range more {
			out = append(out, v...)
		}
		return out
	}
	m, own := u.Reads, func() { copy(u.Moves.Params, u.Reads.Params) }
	list := map[string]func() []F{
		"Forward":        func() []F { return said(0, m.Forward()) },
		"Loss":           func() []F { return said(m.Loss()) },
		"Backward":       func() []F { m.Forward(); return said(m.Backward(), m.Grad) },
		"Grad":           func() []F { return said(m.Gradient(), m.Grad) },
		"Step":           func() []F { own(); return said(u.Moves.Step(rate), u.Moves.Params) },
		"ForwardBatch":   func() []F { b.Forward(all); return said(0, b.Out.First(count)) },
		"LossBatch":      func() []F { return said(b.Loss(all)) },
		"GradBatch":      func() []F { return said(b.Gradient(all), b.Grad) },
		"StepBatch":      func() []F { own(); return said(u.MovesBatch.Step(all, rate), u.Moves.Params) },
		"InputGradBatch": func() []F { return said(b.InputGrad(all), b.Gxs.First(count)) },

		"LossBatchWeighted": func() []F { return said(b.WeightedLoss(all)) },
		"GradBatchWeighted": func() []F { return said(b.WeightedGradient(all), b.Grad) },
		"StepBatchWeighted": func() []F { own(); return said(u.MovesBatch.WeightedStep(all, rate), u.Moves.Params) },
	}
	if m.InputGrad != nil {
		list["Grad"] = func() []F { return said(m.Gradient(), m.Grad, m.InputGrad()) }
	}
	return list
}

// together makes calls in two goroutines until so many have met, and says what differs from what each of them gives
// alone, empty if nothing does.
func together[F memory.Float](meetings int, both [2]func() []F) string {
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
			for start := time.Now(); met < meetings && !done.Load() &&
				(mine.Load()%8 > 0 || time.Since(start) < onceLasts); mine.Add(1) {
				got := call()
				if at := memory.FirstDifference(got, alone[i]); at >= 0 {
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
