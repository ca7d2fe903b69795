package plan

import "slices"

// share lets scratch buffers whose lives never overlap use the same slot of the workspace.
func share(p *Program) error {
	var used []uses
	for _, f := range p.Funcs {
		used = append(used, usesOf(f))
	}
	var lives []life // of each slot: of all buffers that have it
	p.Slots = nil
	for _, b := range p.Buffers {
		if b.Kind != Scratch {
			continue
		}
		var l life
		for _, u := range used {
			l = append(l, live(u, b)...)
		}
		slot := 0
		for slot < len(lives) && l.overlaps(lives[slot]) {
			slot++
		}
		b.Slot = slot
		if slot == len(p.Slots) {
			p.Slots, lives = append(p.Slots, 0), append(lives, make(life, len(l)))
		}
		p.Slots[slot] = max(p.Slots[slot], b.Len())
		lives[slot].join(l)
	}
	return nil
}

// uses are the buffers that each operation of a function reads and writes.
type uses struct{ reads, writes [][]*Buffer }

func usesOf(f *Func) uses {
	var u uses
	ops := f.All()
	if f.Rows != nil {
		ops = append(slices.Clone(ops), f.Rows.Ops...) // a row may read what was there before the row before it
	}
	for _, op := range ops {
		u.reads, u.writes = append(u.reads, withViewed(op.Reads())), append(u.writes, op.Writes())
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

// join adds a life to that of others.
func (l life) join(m life) {
	for i, lives := range m {
		l[i] = l[i] || lives
	}
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
