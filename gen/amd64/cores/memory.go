package cores

// What comes from the second and the third cache, and goes back there.

// Kept is how many of the bytes that a function goes over are still in the first cache from what went over them before,
// and how many in the second one.
type Kept struct{ First, Second int }

// arrival is how many hundredths of a cycle a line takes to come, and how much longer one takes that follows the line
// before it in its row but not in time, one that does in both, one that follows none, one that is stored whole, one
// that is written to, one across which something lies, and one that is written to again.
type arrival struct{ line, abreast, inRow, astray, whole, written, across, apart int64 }

// arrival is that of the lines of a function. Of those that have no room in the second cache some are still there.
func (c *Core) arrival(bytes int, kept Kept) arrival {
	second := arrival{line: int64(c.LineCycles(bytes)), abreast: int64(c.abreast), inRow: int64(c.inRow),
		astray: int64(c.astray), written: int64(c.written), across: int64(c.across), apart: int64(c.apart)}
	if bytes <= c.secondCache {
		return second
	}
	all, near := int64(bytes), int64(min(kept.Second, bytes))
	far := all - near
	return arrival{
		line:    (near*int64(c.fromSecond) + far*second.line) / all,
		abreast: far * int64(c.thirdAbreast) / all,
		astray:  far * int64(c.thirdAstray) / all,
		whole:   near * int64(c.nearWhole) / all,
		written: (near*int64(c.written) + far*int64(c.thirdWritten)) / all,
		across:  near * int64(c.across) / all,
		apart:   near * int64(c.apart) / all,
	}
}

// touch makes a load or store wait for its lines of memory, where there are too many for the first cache: those that
// are not there. They take more hundredths of a cycle longer than others.
func (s *simulation) touch(places []int64, at, more int64) int64 {
	for _, place := range places {
		if !s.lines.touch(int32(place)) {
			continue
		}
		line := s.lines.numbers[place]
		takes := s.line + more
		switch {
		case line == s.latest+1:
			takes += s.inRow
		case s.lines.has(s.lines.before[place]):
			takes += s.abreast
		default:
			takes += s.astray
		}
		s.latest = line
		s.owed += takes * (s.bytes - s.kept)
		if busy := s.owed / (100 * s.bytes); busy > 0 {
			begins := s.take(memory, at, int(busy), false)
			s.queued += begins - at
			at = begins + busy
		}
		s.owed %= 100 * s.bytes
	}
	return at
}

// storeLines touches the lines that a store writes to. What these take longer, the next one that comes takes.
func (s *simulation) storeLines(i *step, e *event, places []int64, at int64) int64 {
	more, brought := int64(0), s.lines.brought
	for k, place := range places {
		came := s.lines.brought
		at = s.touch(places[k:k+1], at, 0)
		switch {
		case s.lines.write(int32(place)):
			more += s.written
			s.lines.missed[place] = s.lines.brought > came
		case place != s.storedTo && s.lines.missed[place]:
			more += s.apart
		}
		s.storedTo = place
	}
	if e.crosses && s.lines.brought > brought {
		more += s.across
	}
	if i.bytes == lineBytes {
		more += s.whole
	}
	s.owed += more * (s.bytes - s.kept)
	return at
}
