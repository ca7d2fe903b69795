package team

import "runtime"

// worker is one of a team's workers.
type worker[P, G, B, X, Y any, F Float] struct {
	team  *Team[P, G, B, X, Y, F]
	index int
	waiter
	do   func(k int) // part, made once
	mine []bool      // runs whose gradients it computed in the task under way
	b    B
}

// run has the parts of a task done, waits until all are, and panics with what one panicked with.
func (t *Team[P, G, B, X, Y, F]) run(task string, count int) {
	t.task, t.count = task, count
	caller := t.workers[0]
	clear(caller.mine)
	sharing := min(count, len(t.workers))
	if sharing > 1 {
		// More workers than processors would only wait for one another.
		sharing = min(sharing, runtime.GOMAXPROCS(0))
	}
	if sharing > 1 {
		before := t.parts.done.Load()
		number := t.parts.begin(count, sharing)
		for _, w := range t.workers[1:sharing] {
			w.rouse()
		}
		if !t.parts.work(number, 0, sharing, caller.do) {
			caller.wait(&t.parts.done, before, waitRounds)
		}
	} else {
		for k := range count {
			t.parts.attempt(k, caller.do)
		}
	}
	if failure := t.parts.failure(); failure != nil {
		t.end()
		panic(failure)
	}
}

// work is what a worker's goroutine does.
func (w *worker[P, G, B, X, Y, F]) work() {
	t := w.team
	task, rounds := uint64(0), 0
	for {
		if task = w.wait(&t.parts.open, task, rounds); task == closed {
			return
		}
		// That number may be of a later task, which changes no more than where this one begins.
		sharing := int(t.parts.sharing.Load())
		if w.index >= sharing {
			rounds = 0 // the next task is most likely to be none of its own either
			continue
		}
		clear(w.mine)
		if t.parts.work(task, w.index, sharing, w.do) {
			t.workers[0].rouse()
		}
		rounds = waitRounds
	}
}

// part does part k of the task under way: a run of samples, or a range of the parameters.
func (w *worker[P, G, B, X, Y, F]) part(k int) {
	t := w.team
	switch t.task {
	case "sum", "step", "add", "update":
		t.finish(k)
	case "apply":
		t.o.Update(t.p, t.from, t.rate)
	case "count":
		t.net.Count(t.o)
	default:
		w.slot(k)
		if t.task == "gradient" {
			w.add(k)
		}
	}
}

// slot computes run k of the samples: of the blocks its share, the first runs having one more.
func (w *worker[P, G, B, X, Y, F]) slot(k int) {
	t := w.team
	n := t.net
	each, more := t.blocks/t.slots, t.blocks%t.slots
	lo := (k*each + min(k, more)) * n.Block
	hi := min(((k+1)*each+min(k+1, more))*n.Block, len(t.xs))
	xs := t.xs[lo:hi]
	switch t.task {
	case "forward":
		n.Forward(t.p, &w.b, xs, t.out[lo:hi])
	case "loss":
		if t.weights != nil {
			t.losses[k] = n.LossWeighted(t.p, &w.b, xs, t.ys[lo:hi], t.weights[lo:hi])
			return
		}
		t.losses[k] = n.Loss(t.p, &w.b, xs, t.ys[lo:hi])
	case "input gradient":
		t.losses[k] = n.InputGrad(t.p, &w.b, xs, t.ys[lo:hi], t.gxs[lo:hi])
	case "gradient":
		if t.weights != nil {
			t.losses[k] = n.GradWeighted(t.p, &w.b, xs, t.ys[lo:hi], t.weights[lo:hi], t.sum(k))
			return
		}
		t.losses[k] = n.Grad(t.p, &w.b, xs, t.ys[lo:hi], t.sum(k))
	}
}
