// Package team spreads batches of an emitted network over several cores. An emitted file says which functions the
// network has (Network) and passes the methods of its team on. Everything else is the same for every network and stands
// here. Programs of users import this package at run time, so it needs the standard library only.
//
// Results do not depend on the number of workers, bit for bit. Samples are cut into runs of whole blocks by their
// number alone, each run is summed by itself, and these sums are added in pairs.
package team

import (
	"sync"
	"sync/atomic"

	"github.com/backpropgen/backpropgen/internal/absent"
)

// Float is the type of a network's numbers.
type Float interface{ float32 | float64 }

// Updater is any optimizer of a network.
type Updater[P, G any, F Float] interface {
	Update(p *P, g *G, rate F)
}

// Network is what teams of a network P share out, with its gradient G, its batch workspace B, inputs X and outputs Y.
// Functions that are not emitted are nil, and so must be the calls that need them.
type Network[P, G, B, X, Y any, F Float] struct {
	Name   string
	Params int // parameters
	Block  int // samples that the functions take at a time
	Runs   int // of samples that are summed up apart from one another, at most

	Forward   func(p *P, b *B, xs []X, out []Y)
	Loss      func(p *P, b *B, xs []X, ys []Y) F
	Grad      func(p *P, b *B, xs []X, ys []Y, g *G) F
	InputGrad func(p *P, b *B, xs []X, ys []Y, gxs []X) F

	LossWeighted func(p *P, b *B, xs []X, ys []Y, weights []F) F
	GradWeighted func(p *P, b *B, xs []X, ys []Y, weights []F, g *G) F

	Parameters func(p *P) []F // a view of them
	Gradient   func(g *G) []F // likewise
	// Descend is ps -= rate·gs for elements lo to hi of arrays as long as the parameters, or does nothing and says so.
	// It may be nil. At the rate -1 each sum is rounded once.
	Descend func(ps, gs []F, rate F, lo, hi int) bool

	// Updates are shared out from SpreadFrom parameters for every worker that takes part, where Shares says that an
	// optimizer does updates in parts: Count once, and Part for each range of the parameters.
	SpreadFrom int
	Shares     func(o Updater[P, G, F]) bool
	Count      func(o Updater[P, G, F])
	Part       func(o Updater[P, G, F], p *P, g *G, rate F, lo, hi int)
}

// Team is several goroutines, its workers, of which the caller's is the first. It holds a B for each, and a gradient
// for each run if it forms any. It takes one call at a time, and none allocates.
type Team[P, G, B, X, Y any, F Float] struct {
	net *Network[P, G, B, X, Y, F]

	// The call under way.
	p       *P
	xs      []X
	out     []Y
	ys      []Y
	weights []F
	g       *G
	gxs     []X
	rate    F
	o       Updater[P, G, F]
	from    *G // what o is given

	blocks int    // of samples of the call under way, the last of which may be short
	slots  int    // runs of them
	task   string // what is under way
	count  int    // parts that it has
	added  []bool // runs whose gradients are added to another one's

	state   atomic.Uint32               // idle, busy or ended; atomic, so that a call from another goroutine is noticed
	workers []*worker[P, G, B, X, Y, F] // the first works in the caller's goroutine
	working sync.WaitGroup              // the goroutines of the others
	parts   parts
	losses  []F // of runs
	sums    []G // of gradients of runs
}

// What a team is doing.
const (
	idle uint32 = iota
	busy
	ended // closed
)

// New starts a team of at least one worker. More than there are runs have no work and are not started.
func (n *Network[P, G, B, X, Y, F]) New(workers int) *Team[P, G, B, X, Y, F] {
	if workers < 1 {
		panic("New" + n.Name + "Team: a team has at least 1 worker")
	}
	t := &Team[P, G, B, X, Y, F]{net: n, losses: make([]F, n.Runs), added: make([]bool, n.Runs)}
	t.parts.each = make([]part, n.Runs)
	if n.Grad != nil {
		t.sums = make([]G, n.Runs)
	}
	for i := range min(workers, n.Runs) {
		w := &worker[P, G, B, X, Y, F]{team: t, index: i, mine: make([]bool, n.Runs)}
		w.wake, w.do = make(chan struct{}, 1), w.part
		t.workers = append(t.workers, w)
		if i > 0 {
			t.working.Go(w.work)
		}
	}
	return t
}

// Close ends the goroutines. Calls after it panic; closing again does nothing, nor does closing nil.
func (n *Network[P, G, B, X, Y, F]) Close(t *Team[P, G, B, X, Y, F]) {
	if t == nil || t.workers == nil {
		return
	}
	if !t.state.CompareAndSwap(idle, ended) {
		if t.state.Load() == busy {
			n.refuse(".Close: a call is under way")
		}
		return
	}
	t.parts.open.Store(closed)
	for _, w := range t.workers {
		w.rouse()
	}
	t.working.Wait()
}

// refuse panics with what a team refuses. It stays a call, so that no text of a panic is made in emitted methods.
//
//go:noinline
func (n *Network[P, G, B, X, Y, F]) refuse(what string) { panic(n.Name + "Team" + what) }

// missing says whether an optimizer is nil, or a nil pointer in an interface.
func missing(o any) bool { return o == nil || absent.Pointer(o) }

// begin starts a call.
func (n *Network[P, G, B, X, Y, F]) begin(t *Team[P, G, B, X, Y, F], p *P, xs []X) {
	switch {
	case t == nil || t.workers == nil:
		n.refuse(": nil and a zero value have no workers; make a team with New" + n.Name + "Team")
	case t.state.Load() == ended:
		n.refuse(": called after Close")
	case p == nil:
		n.refuse(": p is nil")
	case !t.state.CompareAndSwap(idle, busy):
		n.refuse(": called while another call is under way")
	}
	t.p, t.xs = p, xs
	t.blocks = len(xs) / n.Block
	if len(xs)%n.Block > 0 {
		t.blocks++
	}
	// A run is two blocks or more: adding a gradient to another takes about as long as two samples do.
	t.slots = min(max(t.blocks/2, 1), n.Runs)
	clear(t.losses)
	clear(t.added)
}

// end lets go of the call's arguments and returns the sum of the losses.
func (t *Team[P, G, B, X, Y, F]) end() F {
	t.p, t.xs, t.out, t.ys, t.weights, t.g, t.gxs, t.o, t.from = nil, nil, nil, nil, nil, nil, nil, nil, nil
	loss := F(0)
	for _, l := range t.losses {
		loss += l
	}
	t.state.Store(idle)
	return loss
}

// ranges is into how many ranges of the parameters it is cut what is left to add up: one where another worker takes as
// long to begin.
func (t *Team[P, G, B, X, Y, F]) ranges() int {
	return min(len(t.workers), 1+t.net.Params*min(t.slots, len(t.workers))/rangeWork)
}
