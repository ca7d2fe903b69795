package amd64

import (
	"math/bits"
	"slices"

	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/reg"

	"github.com/backpropgen/backpropgen/gen/kernel"
)

// This file estimates how many cycles code takes while it is being written, which the simulation can't, as it runs
// finished functions: of each block it is what the instructions occupy the units of a core for, how long instructions
// wait for one another, or what the memory that is touched takes to come, whichever is the most.

// work is what a block asks of a core, in cycles for each kind of unit.
type work [workKinds]float64

const (
	onAny = iota // instructions, of which a core begins so many a cycle
	onVectors
	onMultipliers
	onAdders
	onShufflers
	onDivider
	onLoaders
	onStorer
	onMemory
	onChains
	onWindow
	workKinds
)

// kindsOf are the units that have a kind of their own.
var kindsOf = map[units]int{multipliers: onMultipliers, adders: onAdders, shufflers: onShufflers, divider: onDivider,
	loaders: onLoaders}

// cycles is how many the work takes at least.
func (w work) cycles() float64 { return slices.Max(w[:]) }

// plus is the work and other work.
func (w work) plus(x work) work {
	for i := range w {
		w[i] += x[i]
	}
	return w
}

// workOf is what an instruction asks for.
func (f *function) workOf(i *ir.Instruction) (w work) {
	c := f.file.core
	m := c.model(i)
	w[onAny] = 1 / float64(c.width)
	if !m.free {
		cycles := float64(m.turns * m.op.busy)
		if kind, ok := kindsOf[m.op.on]; ok {
			w[kind] = cycles / float64(bits.OnesCount16(uint16(m.op.on)))
		}
		if m.vector && m.op.on&anyVector != 0 {
			w[onVectors] = cycles / float64(bits.OnesCount16(uint16(anyVector)))
		}
	}
	at, load, store := memoryOf(i)
	if !load && !store {
		return w
	}
	turns, lines := float64((m.bytes+c.moved-1)/c.moved), float64(m.bytes)/kernel.LineBytes
	if load {
		w[onLoaders] = turns / 2
	} else {
		w[onStorer] = turns
		lines *= 2 // what is written comes and goes
	}
	if !slices.Contains(pseudo, at.Base) {
		w[onMemory] = lines * float64(f.lineOf(at.Base))
	}
	return w
}

// lines are how many cycles a line takes to come, of the matrices of a network and of the area that a function works
// in.
type lines struct{ matrices, area int }

// lineOf is how many a line takes that an address from a register points to.
func (f *function) lineOf(base reg.Register) int {
	if r, ok := base.(reg.GPPhysical); ok && f.roots[r] != nil {
		base = f.roots[r]
	}
	if base == areaBase {
		return f.lines.area
	}
	return f.lines.matrices
}

// begun is how many instructions a core has begun at once where they wait for one another, about: enough to begin the
// next round of a short loop before a round is done, not of a long one.
func (c *core) begun() int { return c.waiting * 5 / 4 }

// waits are how long a block takes from the old value of a variable to the new one, and from its first instruction to
// its last as far as others can't be begun meanwhile.
func (b *block) waits() (w work) {
	type path struct{ all, variable float64 }
	c, paths := b.f.file.core, map[*home]path{}
	longest := 0.0
	for _, n := range b.nodes {
		if n.out == nil {
			continue
		}
		p := path{variable: -1}
		for _, v := range n.in {
			q, ok := paths[v]
			if !ok && !v.cell {
				q.variable = -1
			}
			p = path{max(p.all, q.all), max(p.variable, q.variable)}
		}
		latency := 0.0
		switch {
		case n.low != nil:
			latency = float64(c.operation(n.low.name(n.bits)).latency)
		case n.kind != assign:
			latency = float64(c.loadLatency)
		}
		p.all += latency
		if p.variable >= 0 {
			p.variable += latency
		}
		paths[n.out] = p
		longest = max(longest, p.all)
		if n.out.cell {
			w[onChains] = max(w[onChains], p.variable)
		}
	}
	w[onWindow] = longest * min(1, float64(len(b.nodes))/float64(c.begun()))
	return w
}

// span is how many cycles code takes: that which no point has been charged with yet, and all of it.
type span struct{ open, total float64 }

// add adds the cycles of a block.
func (f *function) add(cycles float64) {
	f.span.open += cycles
	f.span.total += cycles
}

// enter begins the body of a loop, which is counted apart.
func (f *function) enter() (before span) {
	before = f.span
	f.span = span{}
	return before
}

// round ends the body of a loop of so many rounds. Where these take long, there is a point in each.
func (f *function) round(before span, trips int) {
	body := f.span
	if f.pause != nil && body.open*float64(trips) >= f.pause.grain {
		f.point()
		body.open = 0
	}
	f.span = span{before.open + body.open*float64(trips), before.total + body.total*float64(trips)}
}
