package team

import (
	"runtime"
	"sync/atomic"
	"testing"
	"time"
)

// TestLateWorkers: the caller does not wait for a worker that has no part under way. Here the others do not run at all
// before the call is over, and later they find nothing to do.
func TestLateWorkers(t *testing.T) {
	p, xs, ys := samples(4 * xnetSlots * xnetBlock)
	wantLoss, want := sequential(p, xs, ys)
	n := xnetTeam
	var calls atomic.Int32
	n.Grad = func(p *Xnet, b *XnetBatch, xs []xnetX, ys []xnetY, g *XnetGrad) float32 {
		calls.Add(1)
		return p.GradBatch(b, xs, ys, g)
	}
	team := n.New(3)
	asleep(t, team)
	for _, w := range team.workers[1:] {
		w.asleep.Store(false) // so that nobody wakes them
	}
	var g XnetGrad
	for range 3 {
		calls.Store(0)
		loss := n.GradBatch(team, p, xs, ys, &g)
		if loss != wantLoss || g != want || calls.Load() != xnetSlots {
			t.Errorf("the caller alone: %v and %v in %d runs, want %v and %v in %d", loss, g, calls.Load(), wantLoss, want,
				xnetSlots)
		}
	}
	for _, w := range team.workers[1:] {
		w.wake <- struct{}{}
	}
	asleep(t, team)
	if calls.Load() != xnetSlots {
		t.Errorf("workers that came late computed %d runs once more", calls.Load()-xnetSlots)
	}
	n.Close(team)
}

// TestSharing: a worker that waits takes its share, and the caller waits for it.
func TestSharing(t *testing.T) {
	if runtime.GOMAXPROCS(0) < 2 {
		t.Skip("with one processor the caller does all")
	}
	p, xs, ys := samples(4 * xnetSlots * xnetBlock)
	wantLoss, want := sequential(p, xs, ys)
	n := xnetTeam
	var team *xnetWorkers
	both := make(chan struct{})
	var entered atomic.Int32
	n.Grad = func(p *Xnet, b *XnetBatch, xs []xnetX, ys []xnetY, g *XnetGrad) float32 {
		// The first two runs can only go on together: they are in two goroutines.
		if entered.Add(1) == 2 {
			close(both)
		}
		<-both
		if b == &team.workers[1].b {
			time.Sleep(5 * time.Millisecond) // longer than the caller waits awake
		}
		return p.GradBatch(b, xs, ys, g)
	}
	team = n.New(2)
	defer n.Close(team)
	var g XnetGrad
	if loss := n.GradBatch(team, p, xs, ys, &g); loss != wantLoss || g != want {
		t.Errorf("loss %v and %v, want %v and %v", loss, g, wantLoss, want)
	}
}

// TestOneProcessor: with one processor the caller does everything, and nobody is woken.
func TestOneProcessor(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	p, xs, ys := samples(4 * xnetSlots * xnetBlock)
	wantLoss, want := sequential(p, xs, ys)
	team := NewXnetTeam(xnetSlots)
	w := (*xnetWorkers)(team)
	for range 100 {
		var g XnetGrad
		if loss := team.GradBatch(p, xs, ys, &g); loss != wantLoss || g != want {
			t.Fatalf("loss %v and %v, want %v and %v", loss, g, wantLoss, want)
		}
	}
	if opened := w.parts.open.Load(); opened != 0 {
		t.Errorf("%d tasks were opened to others", opened>>partBits)
	}
	team.Close()
}

// TestIdleWorkers: workers that have no part in what a team does sleep, however often it is called.
func TestIdleWorkers(t *testing.T) {
	if runtime.GOMAXPROCS(0) < 2 {
		t.Skip("with one processor no worker is woken")
	}
	p, xs, ys := samples(4 * xnetBlock) // two runs
	team := NewXnetTeam(xnetSlots)
	defer team.Close()
	w := (*xnetWorkers)(team)
	asleep(t, w)
	for range 1000 {
		team.LossBatch(p, xs, ys)
		for _, idle := range w.workers[2:] {
			if !idle.asleep.Load() {
				t.Fatalf("worker %d is awake", idle.index)
			}
		}
	}
}

// TestManyCalls has calls of several kinds follow one another at all distances: workers are awake, about to sleep, or
// asleep.
func TestManyCalls(t *testing.T) {
	p, xs, ys := samples(4*xnetSlots*xnetBlock - 3)
	wantLoss, want := sequential(p, xs, ys)
	team := NewXnetTeam(4)
	defer team.Close()
	for i := range 2000 {
		var g XnetGrad
		if loss := team.GradBatch(p, xs, ys, &g); loss != wantLoss || g != want {
			t.Fatalf("call %d: loss %v and %v, want %v and %v", i, loss, g, wantLoss, want)
		}
		if loss := team.LossBatch(p, xs[:9], ys[:9]); loss == 0 {
			t.Fatalf("call %d: no loss", i)
		}
		for until := time.Now().Add(time.Duration(i%100) * time.Microsecond); time.Now().Before(until); {
		}
	}
}

// asleep waits until all workers but the caller sleep.
func asleep(t *testing.T, team *xnetWorkers) {
	t.Helper()
	for _, w := range team.workers[1:] {
		for end := time.Now().Add(time.Minute); !w.asleep.Load(); {
			if time.Now().After(end) {
				t.Fatalf("worker %d does not fall asleep", w.index)
			}
			runtime.Gosched()
		}
	}
}

// TestPart: a part of a task goes to one worker, once, also where workers come while another task is under way.
func TestPart(t *testing.T) {
	var p parts
	p.each = make([]part, 5)
	done := make([]int, 5)
	do := func(k int) { done[k]++ }
	old := p.begin(3, 2)
	if !p.work(old, 1, 2, do) || p.done.Load() != old {
		t.Error("one worker that does all parts does not do the last")
	}
	task := p.begin(5, 2)
	if p.work(old, 0, 2, do) {
		t.Error("a worker did the last part of a task that was over")
	}
	if !p.work(task, 0, 2, do) || p.work(task, 1, 2, do) || p.done.Load() != task {
		t.Error("the second task ends otherwise than with the worker that does all parts")
	}
	for k, times := range done {
		if want := []int{2, 2, 2, 1, 1}[k]; times != want {
			t.Errorf("part %d is done %d times, want %d", k, times, want)
		}
	}
}
