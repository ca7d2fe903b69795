package verify

import (
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/backpropgen/backpropgen/spec"
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
func atOnce[P, G, W, B, X, Y any, F Float](
	n spec.Network, format arithmetic, report *Report, k Kernel[P, G, W, B, X, Y, F], cuts Cuts,
) {
	pool, err := newSamplePool(n, format, 3)
	if report.failed(err) {
		return
	}
	shared := new(P)
	narrowed(view[F](shared), pool.params)
	count := cuts.Tile + 2
	most := min(max(meetingsLimit/(n.Params()+sampleCost), 50), meetings)
	var users [2]map[string]func() []F
	for i := range users {
		users[i] = k.user(shared, pool, i, count)
	}
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

// user is the functions of one goroutine, each with everything it returns; Step and StepBatch move parameters of its
// own.
func (k Kernel[P, G, W, B, X, Y, F]) user(shared *P, pool *samplePool, i, count int) map[string]func() []F {
	p, g, ws, x, y := new(P), new(G), new(W), new(X), new(Y)
	narrowed(view[F](x), pool.samples[i].x)
	narrowed(view[F](y), pool.samples[i].y)
	rate, out := F(pool.rate), []F{}
	// said is what a call returned and left behind.
	said := func(loss F, more ...[]F) []F {
		out = append(out[:0], loss)
		for _, v := range more {
			out = append(out, v...)
		}
		return out
	}
	own := func() { *p = *shared }
	calls := map[string]func() []F{
		"Forward":  func() []F { return said(0, view[F](k.Forward(shared, ws, x))) },
		"Loss":     func() []F { return said(k.Loss(shared, ws, x, y)) },
		"Backward": func() []F { k.Forward(shared, ws, x); return said(k.Backward(shared, ws, x, y, g), view[F](g)) },
		"Grad":     func() []F { return said(k.Grad(shared, ws, x, y, g), view[F](g)) },
		"Step":     func() []F { own(); return said(k.Step(p, ws, x, y, rate), view[F](p)) },
	}
	if k.InputGrad != nil {
		calls["Grad"] = func() []F { return said(k.Grad(shared, ws, x, y, g), view[F](g), view[F](k.InputGrad(ws))) }
	}
	b, xs, ys := new(B), newSamples[X, F](count).first(count), newSamples[Y, F](count).first(count)
	outs, gxs := newSamples[Y, F](count).first(count), newSamples[X, F](count).first(count)
	for s := range count {
		pick := (s + i) % len(pool.samples)
		narrowed(view[F](&xs[s]), pool.samples[pick].x)
		narrowed(view[F](&ys[s]), pool.samples[pick].y)
	}
	flat := func(v []Y) []F { return sampleArray[Y, F](v).flat().memory }
	calls["ForwardBatch"] = func() []F { k.ForwardBatch(shared, b, xs, outs); return said(0, flat(outs)) }
	calls["LossBatch"] = func() []F { return said(k.LossBatch(shared, b, xs, ys)) }
	calls["GradBatch"] = func() []F { return said(k.GradBatch(shared, b, xs, ys, g), view[F](g)) }
	calls["StepBatch"] = func() []F { own(); return said(k.StepBatch(p, b, xs, ys, rate), view[F](p)) }
	if k.InputGradBatch != nil {
		calls["InputGradBatch"] = func() []F {
			return said(k.InputGradBatch(shared, b, xs, ys, gxs), sampleArray[X, F](gxs).flat().memory)
		}
	}
	return calls
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
