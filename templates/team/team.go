// Package team is the text of the emitted files that spread batches over several cores, as Go that compiles, is vetted and tested
// where it stands.
//
// What such a file does is the same for every network but for names, shapes and the width of a number. So it is written down once,
// for the model network Xnet (model.go, which is not emitted), and emitted with the network's name, types and sizes in its place.
// Nothing imports this package but its tests.
package team

// XnetTeam computes batches on several goroutines, its workers. What comes out does not depend on how many they are, bit for bit: the
// samples are cut into at most xnetSlots runs of whole blocks by their number alone, the gradient of each run is summed up by itself, and
// these sums are added in the order of the runs. It may differ in rounding from what Xnet's own functions give.
//
// A team holds one XnetBatch for each worker, and xnetSlots gradients. It takes one call at a time, and none allocates. A panic in a worker
// comes out of the call, and the team may be used again. Close ends the goroutines.
type XnetTeam struct {
	// The call under way.
	p    *Xnet
	xs   []xnetX
	ys   []xnetY
	out  []xnetY
	g    *XnetGrad
	rate xnetFloat

	workers      int
	slots        int // runs of samples of the call under way
	sharing      int // workers that take part in what is under way
	busy, closed bool
	first        *xnetWorker // works in the caller's goroutine
	losses       [xnetSlots]xnetFloat
	sums         [xnetSlots]XnetGrad
}

// xnetWorker is one of a team's workers.
type xnetWorker struct {
	team    *XnetTeam
	next    *xnetWorker
	index   int
	task    chan string // what to do next; closed at the end
	done    chan bool   // that it is done
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
			w.task, w.done = make(chan string), make(chan bool)
			go w.work()
		}
	}
	return t
}

// Close ends the goroutines. Calls after it panic; closing again does nothing.
func (t *XnetTeam) Close() {
	if t.busy {
		panic("XnetTeam.Close: a call is under way")
	}
	if t.closed {
		return
	}
	t.closed = true
	for w := t.first.next; w != nil; w = w.next {
		close(w.task)
		<-w.done
	}
}

// ForwardBatch computes ŷ of every sample: out[i] from xs[i]. It panics if the slices differ in length.
func (t *XnetTeam) ForwardBatch(p *Xnet, xs []xnetX, out []xnetY) {
	if len(xs) != len(out) {
		panic("XnetTeam.ForwardBatch: xs and out differ in length")
	}
	t.begin(p, xs)
	t.out = out
	t.run("forward", t.slots)
	t.end()
}

// LossBatch returns the sum of the losses of all samples. It panics if the slices differ in length.
func (t *XnetTeam) LossBatch(p *Xnet, xs []xnetX, ys []xnetY) xnetFloat {
	if len(xs) != len(ys) {
		panic("XnetTeam.LossBatch: xs and ys differ in length")
	}
	t.begin(p, xs)
	t.ys = ys
	t.run("loss", t.slots)
	return t.end()
}

// GradBatch overwrites g with the gradient of the sum of the losses of all samples and returns that sum. It panics if the slices differ
// in length, before anything is written.
func (t *XnetTeam) GradBatch(p *Xnet, xs []xnetX, ys []xnetY, g *XnetGrad) xnetFloat {
	if len(xs) != len(ys) {
		panic("XnetTeam.GradBatch: xs and ys differ in length")
	}
	t.begin(p, xs)
	t.ys, t.g = ys, g
	t.run("gradient", t.slots)
	t.run("sum", t.reducers())
	return t.end()
}

// StepBatch takes one step of gradient descent on the sum of the losses of all samples, p -= rate*∇ΣL, and returns the sum before it. It
// panics if the slices differ in length, before anything is written.
func (t *XnetTeam) StepBatch(p *Xnet, xs []xnetX, ys []xnetY, rate xnetFloat) xnetFloat {
	if len(xs) != len(ys) {
		panic("XnetTeam.StepBatch: xs and ys differ in length")
	}
	t.begin(p, xs)
	t.ys, t.rate = ys, rate
	t.run("gradient", t.slots)
	t.run("step", t.reducers())
	return t.end()
}

// begin starts a call.
func (t *XnetTeam) begin(p *Xnet, xs []xnetX) {
	switch {
	case t.closed:
		panic("XnetTeam: called after Close")
	case t.busy:
		panic("XnetTeam: called while another call is under way")
	}
	t.busy = true
	t.p, t.xs = p, xs
	blocks := len(xs) / xnetBlock
	if len(xs)%xnetBlock > 0 {
		blocks++
	}
	t.slots = min(max(blocks, 1), xnetSlots)
	t.losses = [xnetSlots]xnetFloat{}
}

// end lets go of the call's arguments and returns the sum of the losses.
func (t *XnetTeam) end() xnetFloat {
	t.p, t.xs, t.ys, t.out, t.g = nil, nil, nil, nil, nil
	t.busy = false
	loss := xnetFloat(0)
	for k := range t.losses {
		loss += t.losses[k]
	}
	return loss
}

// reducers is how many workers add gradients up: one where waking another takes longer.
func (t *XnetTeam) reducers() int {
	return 1 + XnetParams*t.slots/16384
}

// run has a task shared by so many workers, if there are as many, waits for all of them, and panics with what one panicked with.
func (t *XnetTeam) run(task string, sharing int) {
	t.sharing = min(sharing, t.workers)
	for w := t.first.next; w != nil && w.index < t.sharing; w = w.next {
		w.task <- task
	}
	t.first.share(task)
	failure := t.first.failure
	for w := t.first.next; w != nil && w.index < t.sharing; w = w.next {
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
	for task := range w.task {
		w.share(task)
		w.done <- true
	}
	w.done <- true
}

// share does the worker's part of a task: every so manieth run of samples, or a range of the parameters.
func (w *xnetWorker) share(task string) {
	defer w.caught()
	t := w.team
	if task == "sum" || task == "step" {
		w.add(task == "step")
		return
	}
	for k := w.index; k < t.slots && k < xnetSlots; k += t.sharing {
		w.slot(task, k)
	}
}

// caught keeps what the worker panicked with, nil if it did not.
func (w *xnetWorker) caught() { w.failure = recover() }

// slot computes run k of the samples: of the blocks its share, the first runs having one more.
func (w *xnetWorker) slot(task string, k int) {
	t := w.team
	xs, ys, out := t.xs, t.ys, t.out
	blocks := len(xs) / xnetBlock
	if len(xs)%xnetBlock > 0 {
		blocks++
	}
	each, more := blocks/t.slots, blocks%t.slots
	lo := (k*each + min(k, more)) * xnetBlock
	hi := min(((k+1)*each+min(k+1, more))*xnetBlock, len(xs))
	if k < 0 || k >= xnetSlots || lo < 0 || lo > hi || hi > len(xs) {
		return // which is never so: it tells the compiler that nothing below is out of range
	}
	if task == "forward" {
		if hi <= len(out) {
			t.p.ForwardBatch(&w.b, xs[lo:hi], out[lo:hi])
		}
		return
	}
	if hi > len(ys) {
		return
	}
	if task == "loss" {
		t.losses[k] = t.p.LossBatch(&w.b, xs[lo:hi], ys[lo:hi])
		return
	}
	t.losses[k] = t.p.GradBatch(&w.b, xs[lo:hi], ys[lo:hi], &t.sums[k])
}

// add adds the sums of all runs up, in their order, for the worker's range of the parameters, and hands them over or takes the step.
func (w *xnetWorker) add(step bool) {
	t := w.team
	each := (XnetParams + t.sharing - 1) / t.sharing
	lo, hi := w.index*each, min((w.index+1)*each, XnetParams)
	if lo < 0 || hi > XnetParams {
		return // which is never so
	}
	sum := t.sums[0].Flat()
	for k := 1; k < t.slots && k < xnetSlots; k++ {
		next := t.sums[k].Flat()
		for i := lo; i < hi; i++ {
			sum[i] += next[i]
		}
	}
	if step {
		p := t.p.Flat()
		for i := lo; i < hi; i++ {
			p[i] -= t.rate * sum[i]
		}
		return
	}
	g := t.g.Flat()
	for i := lo; i < hi; i++ {
		g[i] = sum[i]
	}
}
