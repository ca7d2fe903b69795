package amd64

import (
	"github.com/mmcloughlin/avo/reg"

	"github.com/backpropgen/backpropgen/gen/amd64/cores"
)

// This file estimates how many cycles code takes while it is being written, which the simulation can't, as it runs
// finished functions: of each block it is what the instructions occupy the units of a core for, how long instructions
// wait for one another, or what the memory that is touched takes to come, whichever is the most.

// lines are how many hundredths of a cycle a line takes to come, of the matrices of a network and of the area that a function works
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

// waits are how long a block takes from the old value of a variable to the new one, and from its first instruction to
// its last as far as others can't be begun meanwhile.
func (b *block) waits() (w cores.Work) {
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
			latency = float64(c.Latency(n.low.name(n.bits)))
		case n.kind != assign:
			latency = float64(c.LoadLatency)
		}
		p.all += latency
		if p.variable >= 0 {
			p.variable += latency
		}
		paths[n.out] = p
		longest = max(longest, p.all)
		if n.out.cell {
			w[cores.OnChains] = max(w[cores.OnChains], p.variable)
		}
	}
	w[cores.OnWindow] = longest * min(1, float64(len(b.nodes))/float64(c.Begun()))
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
