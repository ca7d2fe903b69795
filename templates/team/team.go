// Package team is the text of the emitted files that spread batches over several cores, as Go that compiles, is vetted and tested
// where it stands.
//
// What such a file does is the same for every network but for names, shapes and the width of a number. So it is written down once,
// for the model network Xnet (model.go, which is not emitted), and emitted with the network's name, types and sizes in its place.
// Nothing imports this package but its tests.
package team

import "runtime"

// XnetTeam computes batches on several goroutines, its workers. What comes out does not depend on how many they are, bit for bit: the
// samples are cut into at most xnetSlots runs of whole blocks by their number alone, what is summed is summed up for each run by itself,
// and these sums are added in pairs. It may differ in rounding from what Xnet's own functions give.
//
// Results must not overlap samples or targets, and none of them p. NewXnetTeam makes a team; a zero value has no workers.
//
// A team holds one XnetBatch for each worker, and a gradient for each run if it forms any. It takes one call at a time, and none allocates. A panic in a worker
// comes out of the call, and the team may be used again. Close ends the goroutines.
type XnetTeam struct {
	// The call under way.
	p  *Xnet
	xs []xnetX
	// forward {
	out []xnetY
	// forward }
	// gradient {
	ys []xnetY
	g  *XnetGrad
	// gradient }
	// input_gradient {
	gxs []xnetX
	// input_gradient }
	// gradient {
	rate xnetFloat
	// gradient }
	// optimizers {
	o    xnetUpdater
	from *XnetGrad // what o is given
	// optimizers }

	workers      int
	blocks       int // of samples of the call under way, the last of which may be short
	slots        int // runs of them
	sharing      int // workers that take part in what is under way
	busy, closed bool
	first        *xnetWorker // works in the caller's goroutine
	losses       [xnetSlots]xnetFloat
	// gradient {
	sums [xnetSlots]XnetGrad
	// gradient }
}

// xnetWorker is one of a team's workers.
type xnetWorker struct {
	team    *XnetTeam
	next    *xnetWorker
	index   int
	task    chan string // what to do next; closed at the end
	done    chan string // what is done
	failure any         // what it panicked with
	b       XnetBatch
}

// NewXnetTeam starts a team of at least one worker, the caller's goroutine being the first. More than xnetSlots have no work and are
// not started.
func NewXnetTeam(workers int) *XnetTeam {
	if workers < 1 {
		panic("NewXnetTeam: a team has at least 1 worker")
	}
	t := new(XnetTeam)
	t.workers = min(workers, xnetSlots)
	for i := t.workers - 1; i >= 0; i-- {
		w := new(xnetWorker)
		w.team, w.next, w.index = t, t.first, i
		t.first = w
		if i > 0 {
			// With room for one, so that neither side waits for the other to take it.
			w.task, w.done = make(chan string, 1), make(chan string, 1)
			go w.work()
		}
	}
	return t
}

// Close ends the goroutines. Calls after it panic; closing again does nothing, nor does closing nil.
func (t *XnetTeam) Close() {
	if t == nil || t.first == nil || t.closed {
		return
	}
	if t.busy {
		panic("XnetTeam.Close: a call is under way")
	}
	t.closed = true
	for w := t.first.next; w != nil; w = w.next {
		close(w.task)
		<-w.done
	}
}

// forward {

// ForwardBatch computes ŷ of every sample: out[i] from xs[i]. It panics if the slices differ in length.
func (t *XnetTeam) ForwardBatch(p *Xnet, xs []xnetX, out []xnetY) {
	if len(xs) != len(out) {
		panic("XnetTeam.ForwardBatch: xs and out differ in length")
	}
	t.begin(p, xs)
	t.out = out
	t.run("forward", t.computing())
	t.end()
}

// forward }

// grad {

// LossBatch returns the sum of the losses of all samples. It panics if the slices differ in length.
func (t *XnetTeam) LossBatch(p *Xnet, xs []xnetX, ys []xnetY) xnetFloat {
	if len(xs) != len(ys) {
		panic("XnetTeam.LossBatch: xs and ys differ in length")
	}
	t.begin(p, xs)
	t.ys = ys
	t.run("loss", t.computing())
	return t.end()
}

// grad }

// gradient {

// GradBatch overwrites g with the gradient of the sum of the losses of all samples and returns that sum. It panics if the slices differ
// in length, before anything is written.
func (t *XnetTeam) GradBatch(p *Xnet, xs []xnetX, ys []xnetY, g *XnetGrad) xnetFloat {
	if len(xs) != len(ys) {
		panic("XnetTeam.GradBatch: xs and ys differ in length")
	}
	if g == nil {
		panic("XnetTeam.GradBatch: g is nil")
	}
	t.begin(p, xs)
	t.ys, t.g = ys, g
	t.run("gradient", t.computing())
	t.run("sum", t.finishing())
	return t.end()
}

// gradient }

// step {

// StepBatch takes one step of gradient descent on the sum of the losses of all samples, p -= rate*∇ΣL, and returns the sum before it. It
// panics if the slices differ in length, before anything is written.
func (t *XnetTeam) StepBatch(p *Xnet, xs []xnetX, ys []xnetY, rate xnetFloat) xnetFloat {
	if len(xs) != len(ys) {
		panic("XnetTeam.StepBatch: xs and ys differ in length")
	}
	t.begin(p, xs)
	t.ys, t.rate = ys, rate
	t.run("gradient", t.computing())
	t.run("step", t.finishing())
	return t.end()
}

// step }

// optimizers {

// Update is o.Update(p, g, rate), with the same bits. Where parameters are many, the workers share them out, if o is one of the optimizers of this package.
func (t *XnetTeam) Update(o xnetUpdater, p *Xnet, g *XnetGrad, rate xnetFloat) {
	if o == nil {
		panic("XnetTeam.Update: o is nil")
	}
	if g == nil {
		panic("XnetTeam.Update: g is nil")
	}
	t.begin(p, nil)
	t.o, t.from, t.rate = o, g, rate
	// spread {
	if xnetShares(o) {
		t.run("count", 1)
		t.run("update", min(t.workers, XnetParams/xnetSpreadFrom+1))
		t.end()
		return
	}
	// spread }
	t.run("apply", 1)
	t.end()
}

// UpdateBatch is GradBatch and Update in one call, with the same bits: it moves p by o against the sum of the gradients of all samples, and
// returns the sum of their losses before it. A worker that adds up the gradients of its parameters moves these at once. It panics if the
// slices differ in length, before anything is written.
func (t *XnetTeam) UpdateBatch(o xnetUpdater, p *Xnet, xs []xnetX, ys []xnetY, rate xnetFloat) xnetFloat {
	if len(xs) != len(ys) {
		panic("XnetTeam.UpdateBatch: xs and ys differ in length")
	}
	if o == nil {
		panic("XnetTeam.UpdateBatch: o is nil")
	}
	t.begin(p, xs)
	t.ys, t.rate = ys, rate
	t.o, t.from = o, &t.sums[0]
	t.run("gradient", t.computing())
	// spread {
	if xnetShares(o) {
		t.run("count", 1)
		t.run("update", t.finishing())
		return t.end()
	}
	// spread }
	t.run("add", t.finishing())
	t.run("apply", 1)
	return t.end()
}

// xnetUpdater is any optimizer of Xnet.
type xnetUpdater = interface {
	Update(p *Xnet, g *XnetGrad, rate xnetFloat)
}

// spread {

// xnetSpread is what the optimizers have whose updates can be done in parts.
type xnetSpread interface {
	count()
	update(p *Xnet, g *XnetGrad, rate xnetFloat, lo, hi int)
}

// xnetShares says whether an optimizer is one of them, and no type that one is embedded in, whose Update may do more.
func xnetShares(o xnetUpdater) bool {
	switch o.(type) {
	case *XnetSGD:
		return true
	}
	return false
}

// spread }

// optimizers }

// input_gradient {

// InputGradBatch computes the gradient of every sample's loss with respect to x, gxs[i] at xs[i], and returns the sum of the losses. It
// panics if the slices differ in length, before anything is written.
func (t *XnetTeam) InputGradBatch(p *Xnet, xs []xnetX, ys []xnetY, gxs []xnetX) xnetFloat {
	if len(xs) != len(ys) {
		panic("XnetTeam.InputGradBatch: xs and ys differ in length")
	}
	if len(xs) != len(gxs) {
		panic("XnetTeam.InputGradBatch: xs and gxs differ in length")
	}
	t.begin(p, xs)
	t.ys, t.gxs = ys, gxs
	t.run("input gradient", t.computing())
	return t.end()
}

// input_gradient }

// begin starts a call.
func (t *XnetTeam) begin(p *Xnet, xs []xnetX) {
	switch {
	case t == nil || t.first == nil:
		panic("XnetTeam: nil and a zero value have no workers; make a team with NewXnetTeam")
	case t.closed:
		panic("XnetTeam: called after Close")
	case t.busy:
		panic("XnetTeam: called while another call is under way")
	case p == nil:
		panic("XnetTeam: p is nil")
	}
	t.busy = true
	t.p, t.xs = p, xs
	t.blocks = len(xs) / xnetBlock
	if len(xs)%xnetBlock > 0 {
		t.blocks++
	}
	// A run is two blocks or more: adding a gradient to another takes about as long as two samples do.
	t.slots = min(max(t.blocks/2, 1), xnetSlots)
	t.losses = [xnetSlots]xnetFloat{}
}

// end lets go of the call's arguments and returns the sum of the losses.
func (t *XnetTeam) end() xnetFloat {
	t.p, t.xs = nil, nil
	// forward {
	t.out = nil
	// forward }
	// gradient {
	t.ys, t.g = nil, nil
	// gradient }
	// input_gradient {
	t.gxs = nil
	// input_gradient }
	// optimizers {
	t.o, t.from = nil, nil
	// optimizers }
	t.busy = false
	loss := xnetFloat(0)
	for k := range t.losses {
		loss += t.losses[k]
	}
	return loss
}

// gradient {

// finishing is how many workers add up what is left: one where waking another takes longer.
func (t *XnetTeam) finishing() int {
	return min(t.workers, 1+XnetParams*t.computing()/16384)
}

// gradient }

// run has a task shared by so many workers, waits for all of them, and panics with what one panicked with.
func (t *XnetTeam) run(task string, sharing int) {
	t.sharing = sharing
	for w := t.first.next; w != nil && w.index < t.sharing; w = w.next {
		w.task <- task
	}
	t.first.share(task)
	failure := t.first.failure
	for w := t.first.next; w != nil && w.index < t.sharing; w = w.next {
		w.linger(w.done)
		<-w.done
		if failure == nil {
			failure = w.failure
		}
	}
	if failure != nil {
		t.end()
		panic(failure)
	}
}

// work is what a worker's goroutine does.
func (w *xnetWorker) work() {
	for {
		w.linger(w.task)
		task, open := <-w.task
		if open {
			w.share(task)
		}
		w.done <- task
		if !open {
			return
		}
	}
}

// linger waits for something to be in a channel, but for a moment only, and lets other goroutines run meanwhile. A goroutine that waits in
// earnest gives its processor back, and it takes the system 0.1 ms to more than 1 ms to have it running again; what comes next most often comes sooner.
func (w *xnetWorker) linger(c chan string) {
	for n := 0; n < 1<<15 && len(c) == 0; n++ {
		if n%64 == 63 {
			runtime.Gosched()
		}
	}
}

// share does the worker's part of a task: its runs of samples, or a range of the parameters.
func (w *xnetWorker) share(task string) {
	defer w.caught()
	t := w.team
	switch task {
	// gradient {
	case "sum", "step", "add", "update":
		w.finish(task)
	// gradient }
	// optimizers {
	case "apply":
		t.o.Update(t.p, t.from, t.rate)
	// spread {
	case "count":
		t.o.(xnetSpread).count()
	// spread }
	// optimizers }
	default:
		first := w.index * t.slots / t.sharing
		for k := first; k < (w.index+1)*t.slots/t.sharing; k++ {
			w.slot(task, k)
			// gradient {
			if task == "gradient" {
				t.add(first, k+1)
			}
			// gradient }
		}
	}
}

// caught keeps what the worker panicked with, nil if it did not.
func (w *xnetWorker) caught() { w.failure = recover() }

// slot computes run k of the samples: of the blocks its share, the first runs having one more.
func (w *xnetWorker) slot(task string, k int) {
	t := w.team
	xs := t.xs
	each, more := t.blocks/t.slots, t.blocks%t.slots
	lo := (k*each + min(k, more)) * xnetBlock
	hi := min(((k+1)*each+min(k+1, more))*xnetBlock, len(xs))
	if k < 0 || k >= xnetSlots || lo < 0 || lo > hi || hi > len(xs) {
		return // which is never so: it tells the compiler that nothing below is out of range
	}
	// forward {
	if task == "forward" {
		if out := t.out; hi <= len(out) {
			t.p.ForwardBatch(&w.b, xs[lo:hi], out[lo:hi])
		}
		return
	}
	// forward }
	// gradient {
	ys := t.ys
	if hi > len(ys) {
		return
	}
	// gradient }
	// grad {
	if task == "loss" {
		t.losses[k] = t.p.LossBatch(&w.b, xs[lo:hi], ys[lo:hi])
		return
	}
	// grad }
	// input_gradient {
	if task == "input gradient" {
		if gxs := t.gxs; hi <= len(gxs) {
			t.losses[k] = t.p.InputGradBatch(&w.b, xs[lo:hi], ys[lo:hi], gxs[lo:hi])
		}
		return
	}
	// input_gradient }
	// gradient {
	t.losses[k] = t.p.GradBatch(&w.b, xs[lo:hi], ys[lo:hi], &t.sums[k])
	// gradient }
}

// gradient {

// Sums of runs are added in pairs, the sums of pairs in pairs, and so on: sums[i] += sums[i+d] for d = 1, 2, 4 … and every i that is a
// multiple of 2d, which gives the same bits whoever does it. A worker adds the pairs that have all their runs from it while they are in its
// processor's cache; the few that are left are shared out by ranges of the parameters.

// add adds all pairs that end before run k and begin at run first or later.
func (t *XnetTeam) add(first, k int) {
	for d := 1; d < t.slots; d *= 2 {
		i := (k - 1) / (2 * d) * (2 * d)
		if i < first || min(i+2*d, t.slots) != k {
			return
		}
		t.pair(i, d, 0, XnetParams)
	}
}

// pair adds parameters lo to hi of run i+d, if there is one, to those of run i.
func (t *XnetTeam) pair(i, d, lo, hi int) {
	if k := i + d; k < t.slots && i >= 0 && i < k && k < xnetSlots && lo >= 0 && lo <= hi && hi <= XnetParams {
		sum, next := t.sums[i].Flat()[lo:hi], t.sums[k].Flat()[lo:hi]
		for len(sum) >= 8 && len(next) >= 8 {
			sum[0] += next[0]
			sum[1] += next[1]
			sum[2] += next[2]
			sum[3] += next[3]
			sum[4] += next[4]
			sum[5] += next[5]
			sum[6] += next[6]
			sum[7] += next[7]
			sum, next = sum[8:], next[8:]
		}
		for i := 0; i < len(sum) && i < len(next); i++ {
			sum[i] += next[i]
		}
	}
}

// finish adds the pairs that are left up for the worker's range of the parameters, and does with the sum what the task is.
func (w *xnetWorker) finish(task string) {
	t := w.team
	lo, hi := w.index*XnetParams/t.sharing, (w.index+1)*XnetParams/t.sharing
	if lo < 0 || lo > hi || hi > XnetParams {
		return // which is never so
	}
	for d := 1; d < t.slots; d *= 2 {
		for i := 0; i+d < t.slots; i += 2 * d {
			if t.owner(i) != t.owner(min(i+2*d, t.slots)-1) {
				t.pair(i, d, lo, hi)
			}
		}
	}
	sum := t.sums[0].Flat()
	switch task {
	case "sum":
		copy(t.g.Flat()[lo:hi], sum[lo:hi])
	// step {
	case "step":
		p := t.p.Flat()
		for i := lo; i < hi; i++ {
			p[i] -= xnetFloat(t.rate * sum[i]) // rounded, never fused
		}
	// step }
	// optimizers {
	// spread {
	case "update": // by a gradient that is given, or by the sum
		t.o.(xnetSpread).update(t.p, t.from, t.rate, lo, hi)
		// spread }
		// optimizers }
	}
}

// owner is the worker that computed run k.
func (t *XnetTeam) owner(k int) int { return ((k+1)*t.computing() - 1) / t.slots }

// gradient }

// computing is how many workers compute runs of samples.
func (t *XnetTeam) computing() int { return min(t.slots, t.workers) }
