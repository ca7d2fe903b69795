package amd64

// interleave writes some computations that don't depend on one another step by step in turn. A processor looks only so
// far ahead for something to do while a step waits for the one before: less than the length of an elementary function.
func (b *block) interleave(n int, body func(i int)) {
	first := len(b.nodes)
	var lines [][]*node
	for i := range n {
		begin := len(b.nodes)
		body(i)
		if b.f.code != b {
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

// lines is how many elementary functions there are registers for side by side.
func (m machine) lines() int { return m.registers() / 5 }
