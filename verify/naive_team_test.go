package verify

import (
	"github.com/backpropgen/backpropgen/verify/internal/finding"
	"github.com/backpropgen/backpropgen/verify/internal/memory"
)

// naiveSlots is into how many slots a naive team cuts its samples.
const naiveSlots = 8

// naiveTeam shares samples out to goroutines by slots, whatever their number, and adds the slots up in order: the same
// bits for every number of workers.
type naiveTeam[P, G, W, X, Y any, F Float] struct {
	k    Kernel[P, G, W, naiveBatch[W, G], X, Y, F]
	flaw flaw

	workers int
	todo    chan int
	said    chan any // what a slot's work panicked with, nil if it did not
	closed  bool
	broken  bool

	// the call at work
	p     *P
	xs    []X
	ys    []Y
	out   []Y
	gxs   []X
	slots [naiveSlots]struct {
		g    G
		loss F
	}
	sum G
}

func newNaiveTeam[P, G, W, X, Y any, F Float](
	k Kernel[P, G, W, naiveBatch[W, G], X, Y, F], workers int, flaw flaw,
) *naiveTeam[P, G, W, X, Y, F] {
	if workers < 1 {
		if flaw != "nobody works" {
			panic("NewNetTeam: workers must be at least 1")
		}
		workers = 1
	}
	t := &naiveTeam[P, G, W, X, Y, F]{
		k: k, flaw: flaw, workers: workers, todo: make(chan int), said: make(chan any, naiveSlots),
	}
	for range workers {
		go t.work()
	}
	return t
}

func (t *naiveTeam[P, G, W, X, Y, F]) work() {
	var ws W
	var g G
	for slot := range t.todo {
		t.said <- finding.PanicOf(func() { t.slot(slot, &ws, &g) })
	}
}

// cut returns where a slot begins.
func (t *naiveTeam[P, G, W, X, Y, F]) cut(slot, slots int) int { return slot * len(t.xs) / slots }

// parts is the number of slots.
func (t *naiveTeam[P, G, W, X, Y, F]) parts() int {
	if t.flaw == "slots by workers" {
		return min(t.workers, naiveSlots)
	}
	return naiveSlots
}

func (t *naiveTeam[P, G, W, X, Y, F]) slot(slot int, ws *W, g *G) {
	s := &t.slots[slot]
	s.loss = 0
	sum := memory.View[F](&s.g)
	clear(sum)
	for i := t.cut(slot, t.parts()); i < t.cut(slot+1, t.parts()); i++ {
		switch {
		case t.out != nil:
			t.out[i] = *t.k.Forward(t.p, ws, &t.xs[i])
			continue
		case t.flaw == "last slot lost" && slot == naiveSlots-1:
			continue
		}
		s.loss += t.k.Grad(t.p, ws, &t.xs[i], &t.ys[i], g)
		if t.gxs != nil {
			t.gxs[i] = *t.k.InputGrad(ws)
			if t.flaw == "input gradient of another" && i > 0 {
				t.gxs[i] = t.gxs[i-1]
			}
		}
		for j, v := range memory.View[F](g) {
			sum[j] += v
		}
	}
}

// call does all slots, and sums them up in t.sum.
func (t *naiveTeam[P, G, W, X, Y, F]) call(name string, p *P, xs []X, ys, out []Y) (loss F) {
	switch {
	case t.closed && t.flaw != "hung up": // sending to a closed channel is the language's panic
		panic("NetTeam." + name + ": the team is closed")
	case t.broken:
		panic("NetTeam." + name + ": a worker panicked; make a new team")
	case len(xs) != len(ys)+len(out) && t.flaw != "lengths unchecked":
		panic("NetTeam." + name + ": arguments differ in length")
	}
	t.p, t.xs, t.ys, t.out = p, xs, ys, out
	if t.flaw == "allocates" {
		sink = make([]float64, 3+len(sink)%2)
	}
	parts := t.parts()
	for slot := range parts {
		t.todo <- slot
	}
	var first any
	for range parts {
		if said := <-t.said; said != nil {
			first = said
		}
	}
	switch {
	case first != nil && t.flaw == "panic swallowed":
	case first != nil:
		t.broken = t.flaw == "broken by a panic"
		panic(first)
	}
	sum := memory.View[F](&t.sum)
	clear(sum)
	for i := range t.slots[:parts] {
		loss += t.slots[i].loss
		for j, v := range memory.View[F](&t.slots[i].g) {
			sum[j] += v
		}
	}
	return loss
}

// teamOf is the naive team of a kernel, with a mistake or none.
func teamOf[P, G, W, X, Y any, F Float](
	k Kernel[P, G, W, naiveBatch[W, G], X, Y, F], flaw flaw,
) Team[naiveTeam[P, G, W, X, Y, F], P, G, X, Y, F] {
	type T = naiveTeam[P, G, W, X, Y, F]
	team := Team[T, P, G, X, Y, F]{
		New:          func(workers int) *T { return newNaiveTeam(k, workers, flaw) },
		ForwardBatch: func(t *T, p *P, xs []X, out []Y) { t.call("ForwardBatch", p, xs, nil, out) },
		LossBatch:    func(t *T, p *P, xs []X, ys []Y) F { return t.call("LossBatch", p, xs, ys, nil) },
		GradBatch: func(t *T, p *P, xs []X, ys []Y, g *G) F {
			loss := t.call("GradBatch", p, xs, ys, nil)
			*g = t.sum
			return loss
		},
		StepBatch: func(t *T, p *P, xs []X, ys []Y, rate F) F {
			loss := t.call("StepBatch", p, xs, ys, nil)
			for j, v := range memory.View[F](&t.sum) {
				memory.View[F](p)[j] -= rate * v
			}
			return loss
		},
		Close: func(t *T) {
			if !t.closed || flaw == "closed twice" {
				t.closed = true
				if flaw != "goroutines stay" {
					close(t.todo)
				}
			}
		},
	}
	if k.InputGrad != nil {
		team.InputGradBatch = func(t *T, p *P, xs []X, ys []Y, gxs []X) F {
			if len(gxs) != len(xs) && flaw != "gxs unchecked" {
				panic("NetTeam.InputGradBatch: arguments differ in length")
			}
			t.gxs = gxs
			defer func() { t.gxs = nil }()
			return t.call("InputGradBatch", p, xs, ys, nil)
		}
	}
	return team
}
