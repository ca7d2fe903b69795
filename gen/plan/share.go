package plan

// share lets scratch buffers whose lives never overlap use the same slot of the workspace.
func share(p *Program) error {
	var scratch []*Buffer
	for _, b := range p.Buffers {
		if b.Kind == Scratch {
			scratch = append(scratch, b)
		}
	}
	p.Slots = nil
	for i, b := range scratch {
		taken := map[int]bool{}
		for _, c := range scratch[:i] {
			if overlap(p, b, c) {
				taken[c.Slot] = true
			}
		}
		slot := 0
		for taken[slot] {
			slot++
		}
		b.Slot = slot
		if slot == len(p.Slots) {
			p.Slots = append(p.Slots, 0)
		}
		p.Slots[slot] = max(p.Slots[slot], b.Len())
	}
	return nil
}

// overlap says whether both buffers hold a value that is still to be read at one time in any function.
func overlap(p *Program, a, b *Buffer) bool {
	for _, f := range p.Funcs {
		la, lb := live(f, a), live(f, b)
		for i := range la {
			if la[i] && lb[i] {
				return true
			}
		}
	}
	return false
}

// live says for every operation of f whether the buffer's memory is in use while it runs: it writes the buffer,
// or reads it, or leaves alone what a later operation reads.
func live(f *Func, b *Buffer) []bool {
	out := make([]bool, len(f.Ops))
	needed := false
	for i := len(f.Ops) - 1; i >= 0; i-- {
		writes, reads := contains(f.Ops[i].Writes(), b), contains(f.Ops[i].Reads(), b)
		out[i] = needed || writes || reads
		if writes {
			needed = false
		}
		if reads {
			needed = true
		}
	}
	return out
}

func contains(bs []*Buffer, b *Buffer) bool {
	for _, c := range bs {
		if c == b {
			return true
		}
	}
	return false
}
