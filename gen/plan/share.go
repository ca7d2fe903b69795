package plan

// share lets scratch buffers whose lives never overlap use the same slot of the workspace.
func share(p *Program) error {
	var used []uses
	for _, f := range p.Funcs {
		used = append(used, usesOf(f))
	}
	var scratch []*Buffer
	var lives []life
	p.Slots = nil
	for _, b := range p.Buffers {
		if b.Kind != Scratch {
			continue
		}
		var l life
		for _, u := range used {
			l = append(l, live(u, b)...)
		}
		taken := map[int]bool{}
		for i, c := range scratch {
			if !taken[c.Slot] && l.overlaps(lives[i]) {
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
		scratch, lives = append(scratch, b), append(lives, l)
	}
	return nil
}

// uses are the buffers that each operation of a function reads and writes.
type uses struct{ reads, writes [][]*Buffer }

func usesOf(f *Func) uses {
	var u uses
	for _, op := range f.Ops {
		u.reads, u.writes = append(u.reads, op.Reads()), append(u.writes, op.Writes())
	}
	return u
}

// life has an element for every operation: whether a buffer's memory is in use while it runs.
type life []bool

// overlaps says whether two buffers hold a value that is still to be read at one time.
func (l life) overlaps(m life) bool {
	for i := range l {
		if l[i] && m[i] {
			return true
		}
	}
	return false
}

// live is the life of a buffer in a function: an operation writes the buffer, or reads it, or leaves alone what a later
// operation reads.
func live(u uses, b *Buffer) life {
	out := make(life, len(u.reads))
	needed := false
	for i := len(out) - 1; i >= 0; i-- {
		writes, reads := contains(u.writes[i], b), contains(u.reads[i], b)
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
