package cores

import "math/bits"

// taken are the cycles in which units are taken, the latest few thousand, by blocks of 64. A block is where its number
// says, modulo how many there are, and what is left there of another is out of date.
type taken [calendar / 64]block

// block are 64 cycles: of every unit a bit for each that is taken.
type block struct {
	number uint64
	units  [unitCount]uint64
}

// block finds one.
func (t *taken) block(number uint64) *block {
	b := &t[number%uint64(len(t))]
	if b.number != number {
		*b = block{number: number}
	}
	return b
}

// occupy takes so many cycles of a unit from one on.
func (t *taken) occupy(unit int, from, busy uint64) {
	for cycle := from; cycle < from+busy; cycle++ {
		t.block(cycle / 64).units[unit] |= 1 << (cycle % 64)
	}
}

// idle says whether so many cycles of a unit are free from one on.
func (t *taken) idle(unit int, from, busy uint64) bool {
	for cycle := from; cycle < from+busy; cycle++ {
		if t.block(cycle / 64).units[unit]>>(cycle%64)&1 == 1 {
			return false
		}
	}
	return true
}

// since appends the cycles of a unit that are taken from one on, as they are from there.
func (t *taken) since(to []int64, unit int, from uint64) []int64 {
	for number := from / 64; number < from/64+uint64(len(t)); number++ {
		b := &t[number%uint64(len(t))]
		if b.number != number {
			continue
		}
		for left := b.units[unit]; left != 0; left &= left - 1 {
			if cycle := number*64 + uint64(bits.TrailingZeros64(left)); cycle >= from {
				to = append(to, int64(cycle-from))
			}
		}
	}
	return to
}

// advance lets time pass that only the memory sees: what other units have taken from one cycle on is so much nearer
// after it.
func (t *taken) advance(from, pass uint64) {
	if pass == 0 {
		return
	}
	before := *t
	for i := range t {
		memory := t[i].units[memoryUnit]
		t[i].units = [unitCount]uint64{memoryUnit: memory}
	}
	for number := (from + pass) / 64; number < from/64+uint64(len(t)); number++ {
		b := &before[number%uint64(len(t))]
		if b.number != number {
			continue
		}
		for unit, left := range b.units[:memoryUnit] {
			for ; left != 0; left &= left - 1 {
				if cycle := number*64 + uint64(bits.TrailingZeros64(left)); cycle >= from+pass {
					t.occupy(unit, cycle-pass, 1)
				}
			}
		}
	}
}

// take occupies the unit that is free first, from a cycle on. The first vector unit takes the second with it where both
// are fused.
func (s *simulation) take(on units, from int64, busy int, fused bool) int64 {
	if busy == 1 && !fused {
		return s.takeOne(on, uint64(from))
	}
	for at := uint64(from); ; at = at/64*64 + 64 {
		free := s.taken.block(at/64).free(on, fused) >> (at % 64) << (at % 64)
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
		b, past := s.taken.block(at/64), uint64(1)<<(at%64)-1
		first, unit := uint64(0), 0 // the first bit of a cycle that is free, and of which unit
		for left := on; left != 0; left &= left - 1 {
			u := bits.TrailingZeros16(uint16(left))
			free := ^(b.units[u] | past)
			if bit := free & -free; bit-1 < first-1 { // no bit is more than any
				first, unit = bit, u
			}
		}
		if first != 0 {
			b.units[unit] |= first
			return int64(at/64*64 + uint64(bits.TrailingZeros64(first)))
		}
	}
}

// free are the cycles in which any of some units is free.
func (b *block) free(on units, fused bool) (free uint64) {
	for left := on; left != 0; left &= left - 1 {
		taken := b.units[bits.TrailingZeros16(uint16(left))]
		if fused && left&-left == vector0 {
			taken |= b.units[secondUnit]
		}
		free |= ^taken
	}
	return free
}

// takeAt occupies the first of some units that is free for so many cycles from one on, and says whether one is.
func (s *simulation) takeAt(on units, cycle, busy uint64, fused bool) bool {
	for left := on; left != 0; left &= left - 1 {
		unit := bits.TrailingZeros16(uint16(left))
		if !s.taken.idle(unit, cycle, busy) {
			continue
		}
		if fused && left&-left == vector0 {
			if !s.taken.idle(secondUnit, cycle, busy) {
				continue
			}
			s.taken.occupy(secondUnit, cycle, busy)
		}
		s.taken.occupy(unit, cycle, busy)
		return true
	}
	return false
}
