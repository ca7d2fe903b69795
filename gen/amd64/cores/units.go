package cores

import "math/bits"

// cycles are the cycles in which a unit is taken, the latest few thousand: a bit for each, 64 in a word. A word says
// which block of cycles it is about; what it says of others is out of date.
type cycles [calendar / 64]struct{ block, taken uint64 }

// word are the cycles from 64·block on.
func (c *cycles) word(block uint64) uint64 {
	if w := &c[block%uint64(len(c))]; w.block == block {
		return w.taken
	}
	return 0
}

// add takes a cycle.
func (c *cycles) add(cycle uint64) {
	block := cycle / 64
	w := &c[block%uint64(len(c))]
	if w.block != block {
		w.block, w.taken = block, 0
	}
	w.taken |= 1 << (cycle % 64)
}

// occupy takes so many cycles from one on.
func (c *cycles) occupy(from, busy uint64) {
	for k := range busy {
		c.add(from + k)
	}
}

// idle says whether so many cycles are free from one on.
func (c *cycles) idle(from, busy uint64) bool {
	for k := range busy {
		if c.word((from+k)/64)>>((from+k)%64)&1 == 1 {
			return false
		}
	}
	return true
}

// since appends the cycles that are taken from one on, as they are from there.
func (c *cycles) since(to []int64, from uint64) []int64 {
	for block := from / 64; block < from/64+uint64(len(c)); block++ {
		for left := c.word(block); left != 0; left &= left - 1 {
			if cycle := block*64 + uint64(bits.TrailingZeros64(left)); cycle >= from {
				to = append(to, int64(cycle-from))
			}
		}
	}
	return to
}

// move takes the cycles later that are taken from one on, and no others.
func (c *cycles) move(from, later uint64) {
	for _, after := range c.since(nil, from) {
		c.add(from + uint64(after) + later)
	}
}

// take occupies the unit that is free first, from a cycle on. The first vector unit takes the second with it where both
// are fused.
func (s *simulation) take(on units, from int64, busy int, fused bool) int64 {
	if busy == 1 && !fused {
		return s.takeOne(on, uint64(from))
	}
	for at := uint64(from); ; at = at/64*64 + 64 {
		free := s.free(on, at/64, fused) >> (at % 64) << (at % 64)
		for ; free != 0; free &= free - 1 {
			cycle := at/64*64 + uint64(bits.TrailingZeros64(free))
			if s.takeAt(on, cycle, uint64(busy), fused) {
				return int64(cycle)
			}
		}
	}
}

// takeOne is take for one cycle of one unit, as most instructions need it.
func (s *simulation) takeOne(on units, at uint64) int64 {
	for ; ; at = at/64*64 + 64 {
		first, unit := uint64(0), 0 // the first bit of a cycle that is free, and of which unit
		for left := on; left != 0; left &= left - 1 {
			u := bits.TrailingZeros16(uint16(left))
			free := ^s.taken[u].word(at/64) >> (at % 64) << (at % 64)
			if bit := free & -free; bit-1 < first-1 { // no bit is more than any
				first, unit = bit, u
			}
		}
		if first != 0 {
			cycle := at/64*64 + uint64(bits.TrailingZeros64(first))
			s.taken[unit].add(cycle)
			return int64(cycle)
		}
	}
}

// free are the cycles of 64 in which any of some units is free.
func (s *simulation) free(on units, block uint64, fused bool) (free uint64) {
	for left := on; left != 0; left &= left - 1 {
		taken := s.taken[bits.TrailingZeros16(uint16(left))].word(block)
		if fused && left&-left == vector0 {
			taken |= s.taken[bits.TrailingZeros16(uint16(vector1))].word(block)
		}
		free |= ^taken
	}
	return free
}

// takeAt occupies the first of some units that is free for so many cycles from one on, and says whether one is.
func (s *simulation) takeAt(on units, cycle, busy uint64, fused bool) bool {
	for left := on; left != 0; left &= left - 1 {
		u := &s.taken[bits.TrailingZeros16(uint16(left))]
		if !u.idle(cycle, busy) {
			continue
		}
		if fused && left&-left == vector0 {
			other := &s.taken[bits.TrailingZeros16(uint16(vector1))]
			if !other.idle(cycle, busy) {
				continue
			}
			other.occupy(cycle, busy)
		}
		u.occupy(cycle, busy)
		return true
	}
	return false
}
