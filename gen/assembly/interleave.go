package assembly

import "slices"

// interleave writes some computations that don't depend on one another step by step in turn. A processor looks only so
// far ahead for something to do while a step waits for the one before: less than the length of an elementary function.
func (b *Block) interleave(n int, body func(i int)) {
	first := len(b.Nodes)
	var lines [][]*Node
	for i := range n {
		begin := len(b.Nodes)
		body(i)
		if b.f.Block != b {
			return // a block ended within
		}
		lines = append(lines, b.Nodes[begin:len(b.Nodes):len(b.Nodes)])
	}
	// What one line computed may be known to a later one, which then waits for it.
	waiting := map[*Node]bool{}
	for _, n := range b.Nodes[first:] {
		waiting[n] = true
	}
	ready := func(n *Node) bool {
		for _, v := range n.Sources() {
			if v.Def != nil && waiting[v.Def] {
				return false
			}
		}
		return true
	}
	merged := make([]*Node, 0, len(b.Nodes)-first)
	for len(merged) < cap(merged) {
		for i, line := range lines {
			if len(line) > 0 && ready(line[0]) {
				merged = append(merged, line[0])
				delete(waiting, line[0])
				lines[i] = line[1:]
			}
		}
	}
	copy(b.Nodes[first:], merged)
}

// spreadAmong writes steps that nothing waits for and others that do not depend on them, and spreads the first evenly
// among the others.
func (b *Block) spreadAmong(aside, others func()) {
	begin := len(b.Nodes)
	aside()
	middle := len(b.Nodes)
	if others(); b.f.Block != b { // a block that has ended stays as it is
		return
	}
	x, y := slices.Clone(b.Nodes[begin:middle]), slices.Clone(b.Nodes[middle:])
	waiting := map[*Node]bool{}
	for _, n := range x {
		waiting[n] = true
	}
	// What the others find computed already they wait for.
	ready := func(n *Node) bool {
		return !slices.ContainsFunc(n.Sources(), func(v *Home) bool { return v.Def != nil && waiting[v.Def] })
	}
	b.Nodes = b.Nodes[:begin]
	for i, j := 0, 0; i < len(x) || j < len(y); {
		if j < len(y) && (i == len(x) || i*len(y) >= j*len(x) && ready(y[j])) {
			b.Nodes = append(b.Nodes, y[j])
			j++
			continue
		}
		b.Nodes = append(b.Nodes, x[i])
		delete(waiting, x[i])
		i++
	}
}
