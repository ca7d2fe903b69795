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
// what one sample costs times their number is limited. On machines that hardly run both they stop after a while, or
// after a longer one as long as next to none met: a busy machine may run one of them alone all the while. A call that
// shares memory with another is wrong in one of a few that meet; nothing is judged by the time.
const (
	mostMeetings  = 3000
	meetingsLimit = 1 << 24
	onceLasts     = 50 * time.Millisecond
	fewMeetings   = 10
	patience      = 20
)

// meeting is how many calls of two goroutines are to meet, and after which time they need not, unless fewer than few
// have.
type meeting struct {
	times, few int
	lasts      time.Duration
}

// lasting says whether calls go on that have lasted so long, and of which so many met.
func (m meeting) lasting(met int, since time.Duration) bool {
	return since < m.lasts || met < m.few && since < patience*m.lasts
}

// meetings are those of calls that cost so much: fewer where the detector of races sees what calls share that met once.
// With -short they are as many, for a busy machine may let few of them meet. Where one goroutine runs at a time none do
// but those in which one is interrupted, however long one waits.
func meetings(cost int) meeting {
	most, few, lasts := mostMeetings, fewMeetings, onceLasts
	if runtime.GOMAXPROCS(0) == 1 {
		few, lasts = 0, onceLasts/2
	}
	if Instrumented {
		most, lasts = mostMeetings/50, onceLasts/10
	}
	return meeting{min(max(meetingsLimit/cost, 50), most), few, lasts}
}

// CheckConcurrency checks that two goroutines that use one network at once, each with a workspace of its own, compute
// what each does alone: that nothing lies in memory they share, and that none but Step writes the parameters.
func CheckConcurrency[F memory.Float](k *Kernel[F], cuts Cuts) {
	n, report := k.Network, k.Report
	pool, err := trial.NewPool(n, k.Format, 3)
	if report.Failed(err) {
		return
	}
	// A tile with a rest that is taken one by one, if any is, and with one that is too large for that.
	counts := distinctCounts([]int{cuts.Tile + 2, 2*cuts.Tile - 1})
	both := k.Users(slices.Max(counts))
	memory.Narrow(both[0].Reads.Params, pool.Params)
	users := [2]map[string]func() []F{callsOf(both[0], pool, 0, counts), callsOf(both[1], pool, 1, counts)}
	meet := meetings(n.Params() + trial.SampleCost)
	var names []string
	for _, c := range calls(both[0].Reads) {
		names = append(names, c.name)
	}
	for _, c := range batchCalls(both[0].ReadsBatch) {
		names = append(names, c.name)
	}
	for _, name := range names {
		if wrong := together(meet, [2]func() []F{users[0][name], users[1][name]}); wrong != "" {
			report.Broken(name, "two goroutines at once", "seed "+report.Seed,
				"%s; calls on different workspaces must not see each other", wrong)
		}
	}
}

// callsOf are functions by their names, each with everything it returns and leaves behind, on samples of the pool:
// batch functions on so many of them, one after the other. Those that the network does not emit must not be called.
func callsOf[F memory.Float](u User[F], pool *trial.Pool, i int, counts []int) map[string]func() []F {
	memory.Narrow(u.Reads.X, pool.Samples[i].X)
	memory.Narrow(u.Reads.Y, pool.Samples[i].Y)
	most := slices.Max(counts)
	b := u.ReadsBatch
	xs, ys := b.Xs.First(most), b.Ys.First(most)
	for s := range most {
		pick := pool.Samples[(s+i)%len(pool.Samples)]
		memory.Narrow(xs[s*b.Xs.Width:][:b.Xs.Width], pick.X)
		memory.Narrow(ys[s*b.Ys.Width:][:b.Ys.Width], pick.Y)
		b.Weights.First(most)[s] = F(1+(s+i)%3) / 2
	}
	rate, out := F(pool.Rate), []F{}
	// said is what a call returned and left behind.
	said := func(loss F, more ...[]F) {
		out = append(out, loss)
		for _, v := range more {
			out = append(out, v...)
		}
	}
	one := func(call func()) func() []F { return func() []F { out = out[:0]; call(); return out } }
	each := func(call func(n int, all memory.Lengths)) func() []F {
		return one(func() {
			for _, n := range counts {
				call(n, memory.Evenly(n))
			}
		})
	}
	m, own := u.Reads, func() { copy(u.Moves.Params, u.Reads.Params) }
	type lengths = memory.Lengths
	list := map[string]func() []F{
		"Forward":        one(func() { said(0, m.Forward()) }),
		"Loss":           one(func() { said(m.Loss()) }),
		"Backward":       one(func() { m.Forward(); said(m.Backward(), m.Grad) }),
		"Grad":           one(func() { said(m.Gradient(), m.Grad) }),
		"Step":           one(func() { own(); said(u.Moves.Step(rate), u.Moves.Params) }),
		"ForwardBatch":   each(func(n int, all lengths) { b.Forward(all); said(0, b.Out.First(n)) }),
		"LossBatch":      each(func(_ int, all lengths) { said(b.Loss(all)) }),
		"GradBatch":      each(func(_ int, all lengths) { said(b.Gradient(all), b.Grad) }),
		"StepBatch":      each(func(_ int, all lengths) { own(); said(u.MovesBatch.Step(all, rate), u.Moves.Params) }),
		"InputGradBatch": each(func(n int, all lengths) { said(b.InputGrad(all), b.Gxs.First(n)) }),

		"LossBatchWeighted": each(func(_ int, all lengths) { said(b.WeightedLoss(all)) }),
		"GradBatchWeighted": each(func(_ int, all lengths) { said(b.WeightedGradient(all), b.Grad) }),
		"StepBatchWeighted": each(func(_ int, all lengths) {
			own()
			said(u.MovesBatch.WeightedStep(all, rate), u.Moves.Params)
		}),
	}
	if m.InputGrad != nil {
		list["Grad"] = one(func() { said(m.Gradient(), m.Grad, m.InputGrad()) })
	}
	return list
}

// together makes calls in two goroutines until so many have met, and says what differs from what each of them gives
// alone, empty if nothing does.
func together[F memory.Float](meet meeting, both [2]func() []F) string {
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
			for start := time.Now(); met < meet.times && !done.Load() &&
				(mine.Load()%8 > 0 || meet.lasting(met, time.Since(start))); mine.Add(1) {
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
