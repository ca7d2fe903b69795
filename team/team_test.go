package team

import (
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"
)

// samples are a network and so many samples.
func samples(count int) (p *Xnet, xs []xnetX, ys []xnetY) {
	r := rand.New(rand.NewPCG(1, uint64(count)))
	p, xs, ys = new(Xnet), make([]xnetX, count), make([]xnetY, count)
	fill := func(vs []float32) {
		for i := range vs {
			vs[i] = float32(r.NormFloat64())
		}
	}
	fill(p.Flat()[:])
	for i := range xs {
		fill(xs[i][:])
		fill(ys[i][:])
	}
	return p, xs, ys
}

// sequential is what a team is to compute for the samples: the runs one after another, and their sums in pairs.
func sequential(p *Xnet, xs []xnetX, ys []xnetY) (loss float32, g XnetGrad) {
	blocks := (len(xs) + xnetBlock - 1) / xnetBlock
	sums := make([]XnetGrad, min(max(blocks/2, 1), xnetSlots))
	for k, lo := 0, 0; k < len(sums); k++ {
		run := blocks / len(sums)
		if k < blocks%len(sums) {
			run++
		}
		hi := min(lo+run*xnetBlock, len(xs))
		loss += p.GradBatch(new(XnetBatch), xs[lo:hi], ys[lo:hi], &sums[k])
		lo = hi
	}
	return loss, pairwise(sums)
}

// pairwise is the sum of gradients, those of the largest power of two of them that leaves some and those of the others
// being summed up apart.
func pairwise(gs []XnetGrad) XnetGrad {
	if len(gs) == 1 {
		return gs[0]
	}
	half := 1
	for 2*half < len(gs) {
		half *= 2
	}
	sum, others := pairwise(gs[:half]), pairwise(gs[half:])
	for i, v := range others.Flat() {
		sum.Flat()[i] += v
	}
	return sum
}

// TestAnyWorkers compares teams of all sizes with the runs computed one after another: the same bits.
func TestAnyWorkers(t *testing.T) {
	for workers := 1; workers <= xnetSlots+2; workers++ {
		team := NewXnetTeam(workers)
		for count := range 4*xnetSlots*xnetBlock + 2 {
			p, xs, ys := samples(count)
			wantLoss, want := sequential(p, xs, ys)
			g := XnetGrad{[2][3]float32{{7, 7, 7}}}
			if loss := team.GradBatch(p, xs, ys, &g); loss != wantLoss || g != want {
				t.Fatalf("%d workers, %d samples: loss %v and %v, want %v and %v", workers, count, loss, g, wantLoss,
					want)
			}
			if loss := team.LossBatch(p, xs, ys); loss != wantLoss {
				t.Errorf("%d workers, %d samples: LossBatch gives %v, want %v", workers, count, loss, wantLoss)
			}
			out, outputs := make([]xnetY, count), make([]xnetY, count)
			team.ForwardBatch(p, xs, out)
			p.ForwardBatch(new(XnetBatch), xs, outputs)
			for i := range out {
				if out[i] != outputs[i] {
					t.Errorf("%d workers, %d samples: output %d is %v, want %v", workers, count, i, out[i], outputs[i])
				}
			}
			gxs, inputs := make([]xnetX, count), make([]xnetX, count)
			loss := team.InputGradBatch(p, xs, ys, gxs)
			p.InputGradBatch(new(XnetBatch), xs, ys, inputs)
			if loss != wantLoss || !slices.Equal(gxs, inputs) {
				t.Errorf("%d workers, %d samples: InputGradBatch gives %v and %v, want %v and %v", workers, count, loss,
					gxs, wantLoss, inputs)
			}
			next := *p
			for i, v := range want.Flat() {
				next.Flat()[i] -= float32(0.125 * v)
			}
			if loss := team.StepBatch(p, xs, ys, 0.125); loss != wantLoss || *p != next {
				t.Errorf("%d workers, %d samples: StepBatch gives %v and %v, want %v and %v", workers, count, loss, *p,
					wantLoss, next)
			}
		}
		team.Close()
	}
}

// TestShares checks that ranges of the parameters cover each of them once, however many workers share them.
func TestShares(t *testing.T) {
	p, xs, ys := samples(9)
	_, want := sequential(p, xs, ys)
	team := NewXnetTeam(xnetSlots)
	defer team.Close()
	w := (*xnetWorkers)(team)
	for sharing := 1; sharing <= xnetSlots; sharing++ {
		var g XnetGrad
		xnetTeam.begin(w, p, xs)
		w.ys, w.g = ys, &g
		w.run("gradient", w.slots)
		w.run("sum", sharing)
		w.end()
		if g != want {
			t.Errorf("summed by %d workers: %v, want %v", sharing, g, want)
		}
	}
}

// panics returns what f panics with.
func panics(f func()) (with any) {
	defer func() { with = recover() }()
	f()
	return nil
}

// TestPanics checks that a panic in any worker comes out of the call, and that the team goes on working.
func TestPanics(t *testing.T) {
	p, xs, ys := samples(8)
	want, _ := sequential(p, xs, ys)
	for workers := 1; workers <= xnetSlots; workers++ {
		team := NewXnetTeam(workers)
		for at := range xs {
			spoilt := slices.Clone(xs)
			spoilt[at][0] = unlucky
			for name, call := range map[string]func(xs []xnetX){
				"ForwardBatch":   func(xs []xnetX) { team.ForwardBatch(p, xs, make([]xnetY, len(xs))) },
				"LossBatch":      func(xs []xnetX) { team.LossBatch(p, xs, ys) },
				"GradBatch":      func(xs []xnetX) { team.GradBatch(p, xs, ys, new(XnetGrad)) },
				"StepBatch":      func(xs []xnetX) { team.StepBatch(p, xs, ys, 1) },
				"InputGradBatch": func(xs []xnetX) { team.InputGradBatch(p, xs, ys, make([]xnetX, len(xs))) },
			} {
				if got := panics(func() { call(spoilt) }); got != "an unlucky number" {
					t.Errorf("%s by %d workers: panic %v", name, workers, got)
				}
				if team.p != nil || team.gxs != nil || team.out != nil || team.state.Load() != idle {
					t.Errorf("%s: the team keeps the arguments of a call that panicked", name)
				}
				if got := team.LossBatch(p, xs, ys); got != want {
					t.Errorf("%s: after a panic the loss is %v, want %v", name, got, want)
				}
			}
		}
		if got := panics(func() { team.LossBatch(nil, xs, ys) }); got != "XnetTeam: p is nil" {
			t.Errorf("no parameters: panic %v", got)
		}
		team.Close()
	}
}

// TestRefuses checks what a team refuses and how it says so.
func TestRefuses(t *testing.T) {
	p, xs, ys := samples(3)
	var g XnetGrad
	team := NewXnetTeam(2)
	closed := NewXnetTeam(2)
	closed.Close()
	closed.Close()
	working := NewXnetTeam(1)
	working.state.Store(busy)
	for want, f := range map[string]func(){
		"NewXnetTeam: a team has at least 1 worker":            func() { NewXnetTeam(0) },
		"XnetTeam.ForwardBatch: xs and out differ in length":   func() { team.ForwardBatch(p, xs, ys[:2]) },
		"XnetTeam.LossBatch: xs and ys differ in length":       func() { team.LossBatch(p, xs[:1], ys) },
		"XnetTeam.GradBatch: xs and ys differ in length":       func() { team.GradBatch(p, nil, ys, &g) },
		"XnetTeam.StepBatch: xs and ys differ in length":       func() { team.StepBatch(p, xs, nil, 1) },
		"XnetTeam.InputGradBatch: xs and ys differ in length":  func() { team.InputGradBatch(p, xs, ys[:1], xs) },
		"XnetTeam.InputGradBatch: xs and gxs differ in length": func() { team.InputGradBatch(p, xs, ys, xs[:1]) },
		"XnetTeam: called after Close":                         func() { closed.LossBatch(p, xs, ys) },
		"XnetTeam: called while another call is under way":     func() { working.LossBatch(p, xs, ys) },
		"XnetTeam.Close: a call is under way":                  func() { working.Close() },
	} {
		if got := panics(f); got != want {
			t.Errorf("the panic is %v, want %s", got, want)
		}
	}
	team.Close()
	// What no constructor has made.
	var zero XnetTeam
	var none *XnetTeam
	for name, f := range map[string]func(){
		"a zero value": func() {
			zero.LossBatch(p, xs, ys)
		}, "a closed zero value": func() { zero.Close(); zero.StepBatch(p, xs, ys, 1) },
		"nil": func() {
			none.ForwardBatch(p, xs, ys)
		}, "a closed nil": func() { none.Close(); none.GradBatch(p, xs, ys, &g) },
	} {
		if got := panics(f); got != "XnetTeam: nil and a zero value have no workers; make a team with NewXnetTeam" {
			t.Errorf("%s: the panic is %v", name, got)
		}
	}
}

// TestClose checks that closing ends every goroutine.
func TestClose(t *testing.T) {
	p, xs, ys := samples(20)
	before := runtime.NumGoroutine()
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			team := NewXnetTeam(xnetSlots)
			team.LossBatch(p, xs, ys)
			team.Close()
		})
	}
	all.Wait()
	for range 1000 {
		if runtime.NumGoroutine() <= before {
			return
		}
		runtime.Gosched()
	}
	t.Errorf("%d goroutines are left of %d", runtime.NumGoroutine(), before)
}

// TestNoAllocation checks that no call allocates.
func TestNoAllocation(t *testing.T) {
	p, xs, ys := samples(33)
	out := make([]xnetY, len(xs))
	gxs := make([]xnetX, len(xs))
	var g XnetGrad
	o := new(XnetSGD)
	team := NewXnetTeam(3)
	defer team.Close()
	if n := testing.AllocsPerRun(50, func() {
		team.ForwardBatch(p, xs, out)
		team.LossBatch(p, xs, ys)
		team.GradBatch(p, xs, ys, &g)
		team.StepBatch(p, xs, ys, 0)
		team.InputGradBatch(p, xs, ys, gxs)
		team.Update(o, p, &g, 0)
		team.UpdateBatch(o, p, xs, ys, 0)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
