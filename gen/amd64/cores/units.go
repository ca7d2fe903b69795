package cores

import "math/bits"

// cycles are the cycles in which a unit is taken, the latest few thousand: a bit for each, 64 in a word. blocks says
// which cycles a word is about; what it says of others is out of date.
type cycles struct {
	words, blocks [calendar / 64]uint64
}

// word are the cycles from 64·block on.
func (c *cycles) word(block uint64) uint64 {
	if at := block % uint64(len(c.words)); c.blocks[at] == block {
		return c.words[at]
	}
	return 0
}

// add takes a cycle.
func (c *cycles) add(cycle uint64) {
	block := cycle / 64
	at := block % uint64(len(c.words))
	if c.blocks[at] != block {
		c.blocks[at], c.words[at] = block, 0
	}
	c.words[at] |= 1 << (cycle % 64)
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

// take occupies the unit that is free first, from a cycle on. The first vector unit takes the second with it where both
// are fused.
func (s *simulation) take(on units, from int64, busy int, fused bool) int64 {
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

// lines is a set of lines of memory: those of each argument a bit set, from where it begins on, and what lies far from
// there in a map.
type lines struct {
	near [8][]uint64
	far  map[int64]bool
}

// nearLines is how many lines of an argument are in the bit set.
const nearLines = 1 << 20

// linePlace is where a line is in the bit sets, if it is there.
func linePlace(line int64) (argument, word int64, ok bool) {
	argument = line >> 30 // addresses of arguments are apart by 1<<36
	at := line & (1<<30 - 1)
	return argument, at / 64, argument >= 0 && argument < int64(len(lines{}.near)) && at < nearLines
}

// has says whether a line is in the set.
func (l *lines) has(line int64) bool {
	argument, word, ok := linePlace(line)
	if !ok {
		return l.far[line]
	}
	near := l.near[argument]
	return word < int64(len(near)) && near[word]>>(line%64)&1 == 1
}

// add puts a line into the set, and says whether it was not there.
func (l *lines) add(line int64) bool {
	if l.has(line) {
		return false
	}
	argument, word, ok := linePlace(line)
	if !ok {
		if l.far == nil {
			l.far = map[int64]bool{}
		}
		l.far[line] = true
		return true
	}
	near := &l.near[argument]
	if grow := word + 1 - int64(len(*near)); grow > 0 {
		*near = append(*near, make([]uint64, grow)...)
	}
	(*near)[word] |= 1 << (line % 64)
	return true
}

// clear empties the set.
func (l *lines) clear() {
	for i := range l.near {
		clear(l.near[i])
	}
	clear(l.far)
}
