package assembly

// This file estimates how many cycles code takes while it is being written, which the simulation can't, as it runs
// finished functions: of each block it is what the instructions occupy the units of a core for, how long instructions
// wait for one another, or what the memory that is touched takes to come, whichever is the most.

// lines are how many hundredths of a cycle a line takes to come, of the matrices of a network and of the area that a
// function works
// in.
type lines struct{ matrices, area int }

// LineOf is how many a line takes that an address from a register points to.
func (f *Function) LineOf(base Register) int {
	if f.root(base) == f.General().Area {
		return f.lines.area
	}
	return f.lines.matrices
}

// waits are how many nodes a block has, how long it takes from the old value of a variable to the new one, and how long
// from its first step to its last.
func (b *Block) waits() (nodes int, variables, all float64) {
	type path struct{ all, variable float64 }
	paths := make(map[*Home]path, len(b.Nodes))
	for _, n := range b.Nodes {
		if n.Out == nil {
			continue
		}
		p := path{variable: -1}
		for _, v := range n.In {
			q, ok := paths[v]
			if !ok && !v.Cell {
				q.variable = -1
			}
			p = path{max(p.all, q.all), max(p.variable, q.variable)}
		}
		latency := b.f.Target.Latency(n)
		p.all += latency
		if p.variable >= 0 {
			p.variable += latency
		}
		paths[n.Out] = p
		all = max(all, p.all)
		if n.Out.Cell {
			variables = max(variables, p.variable)
		}
	}
	return len(b.Nodes), variables, all
}

// span is how many cycles code takes: that which no point has been charged with yet, and all of it.
type span struct{ open, Total float64 }

// add adds the cycles of a block.
func (f *Function) add(cycles float64) {
	f.Span.open += cycles
	f.Span.Total += cycles
}

// Enter begins the body of a loop, which is counted apart.
func (f *Function) Enter() (before span) {
	before = f.Span
	f.Span = span{}
	return before
}

// Round ends the body of a loop of so many rounds. Where these take long, there is a point in each.
func (f *Function) Round(before span, trips int) {
	body := f.Span
	if f.Pause != nil && body.open*float64(trips) >= f.Pause.grain {
		f.point()
		body.open = 0
	}
	f.Span = span{before.open + body.open*float64(trips), before.Total + body.Total*float64(trips)}
}
