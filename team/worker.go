package team

import "runtime"

// worker is one of a team's workers.
type worker[P, G, B, X, Y any, F Float] struct {
	team    *Team[P, G, B, X, Y, F]
	next    *worker[P, G, B, X, Y, F]
	index   int
	task    chan string // what to do next; closed at the end
	done    chan string // what is done
	failure any         // what it panicked with
	b       B
}

// run has a task shared by so many workers, waits for all of them, and panics with what one panicked with.
func (t *Team[P, G, B, X, Y, F]) run(task string, sharing int) {
	t.sharing = sharing
	for w := t.first.next; w != nil && w.index < t.sharing; w = w.next {
		w.task <- task
	}
	t.first.share(task)
	failure := t.first.failure
	for w := t.first.next; w != nil && w.index < t.sharing; w = w.next {
		linger(w.done)
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
func (w *worker[P, G, B, X, Y, F]) work() {
	for {
		linger(w.task)
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

// linger waits for something to be in a channel, but for a moment only, and lets other goroutines run meanwhile. A
// goroutine that waits in earnest gives its processor back, and it takes the system 0.1 ms to more than 1 ms to have it
// running again; what comes next most often comes sooner.
func linger(c chan string) {
	for n := 0; n < 1<<15 && len(c) == 0; n++ {
		if n%64 == 63 {
			runtime.Gosched()
		}
	}
}

// share does the worker's part of a task: its runs of samples, or a range of the parameters.
func (w *worker[P, G, B, X, Y, F]) share(task string) {
	defer w.caught()
	t := w.team
	switch task {
	case "sum", "step", "add", "update":
		w.finish(task)
	case "apply":
		t.o.Update(t.p, t.from, t.rate)
	case "count":
		t.net.Count(t.o)
	default:
		first := w.index * t.slots / t.sharing
		for k := first; k < (w.index+1)*t.slots/t.sharing; k++ {
			w.slot(task, k)
			if task == "gradient" {
				t.add(first, k+1)
			}
		}
	}
}

// caught keeps what the worker panicked with, nil if it did not.
func (w *worker[P, G, B, X, Y, F]) caught() { w.failure = recover() }

// slot computes run k of the samples: of the blocks its share, the first runs having one more.
func (w *worker[P, G, B, X, Y, F]) slot(task string, k int) {
	t := w.team
	n := t.net
	each, more := t.blocks/t.slots, t.blocks%t.slots
	lo := (k*each + min(k, more)) * n.Block
	hi := min(((k+1)*each+min(k+1, more))*n.Block, len(t.xs))
	xs := t.xs[lo:hi]
	switch task {
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
