package amd64

import "slices"

// interleave writes some computations that don't depend on one another step by step in turn. A processor looks only so
// far ahead for something to do while a step waits for the one before: less than the length of an elementary function.
func (b *block) interleave(n int, body func(i int)) {
	first := len(b.nodes)
	var lines [][]*node
	for i := range n {
		begin := len(b.nodes)
		body(i)
		if b.f.block != b {
			return // a block ended within
		}
		lines = append(lines, b.nodes[begin:len(b.nodes):len(b.nodes)])
	}
	// What one line computed may be known to a later one, which then waits for it.
	waiting := map[*node]bool{}
	for _, n := range b.nodes[first:] {
		waiting[n] = true
	}
	ready := func(n *node) bool {
		for _, v := range n.sources() {
			if v.def != nil && waiting[v.def] {
				return false
			}
		}
		return true
	}
	merged := make([]*node, 0, len(b.nodes)-first)
	for len(merged) < cap(merged) {
		for i, line := range lines {
			if len(line) > 0 && ready(line[0]) {
				merged = append(merged, line[0])
				delete(waiting, line[0])
				lines[i] = line[1:]
			}
		}
	}
	copy(b.nodes[first:], merged)
}

// spreadAmong writes steps that nothing waits for and others that do not depend on them, and spreads the first evenly
// among the others.
func (b *block) spreadAmong(aside, others func()) {
	begin := len(b.nodes)
	aside()
	middle := len(b.nodes)
	if others(); b.f.block != b { // a block that has ended stays as it is
		return
	}
	x, y := slices.Clone(b.nodes[begin:middle]), slices.Clone(b.nodes[middle:])
	waiting := map[*node]bool{}
	for _, n := range x {
		waiting[n] = true
	}
	// What the others find computed already they wait for.
	ready := func(n *node) bool {
		return !slices.ContainsFunc(n.sources(), func(v *home) bool { return v.def != nil && waiting[v.def] })
	}
	b.nodes = b.nodes[:begin]
	for i, j := 0, 0; i < len(x) || j < len(y); {
		if j < len(y) && (i == len(x) || i*len(y) >= j*len(x) && ready(y[j])) {
			b.nodes = append(b.nodes, y[j])
			j++
			continue
		}
		b.nodes = append(b.nodes, x[i])
		delete(waiting, x[i])
		i++
	}
}
