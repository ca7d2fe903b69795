package cores

import "slices"

// steady says whether a call left the core as the one before it did, but for the time: then the next one does as well,
// as all of them execute the same, and takes as long.
func (s *simulation) steady() bool {
	s.pass(s.issue)
	s.left, s.before = s.state(s.before[:0]), s.left
	return slices.Equal(s.left, s.before)
}

// state appends all that says how the core goes on, with times as they are from now on. What happened before no
// instruction waits for any more.
func (s *simulation) state(to []int64) []int64 {
	to = slices.Grow(to, len(s.window)+len(s.ready)+inFlight)
	from := func(times ...int64) {
		for _, t := range times {
			to = append(to, max(t-s.issue, 0))
		}
	}
	to = append(to, int64(s.inCycle), s.retired-s.issue, int64(s.slow), s.now-s.issue, int64(s.waiting))
	if s.line > 0 {
		to = append(to, s.latest, s.storedTo, s.owed)
	}
	if s.second {
		to = append(to, 1)
	}
	from(s.window[s.oldest:]...)
	from(s.window[:s.oldest]...)
	from(s.ready...)
	from(s.results[s.oldestResult:]...)
	from(s.results[:s.oldestResult]...)
	from(s.pending[s.oldestPending:]...)
	from(s.pending[:s.oldestPending]...)
	from(s.committed)
	for k := range int64(inFlight) {
		to = append(to, max(s.stored[(s.stores+k)%inFlight]-s.issue, 0))
	}
	for at, left := s.now+1, s.waiting; left > 0; at++ {
		begin := s.begins[uint64(at)%calendar]
		to = append(to, int64(begin))
		left -= int(begin)
	}
	for unit := range unitCount {
		to = append(s.taken.since(to, unit, uint64(s.issue)), -1)
	}
	return to
}
