package cores

// Of a loop no more rounds are run than it takes to settle: until a round takes as long as the one before it, and
// leaves the core as that one did. All that follow take as long. Meanwhile the core stays as it is, and only time goes
// by.

// round is what is known of the rounds of a loop so far.
type round struct {
	// ended is how many ended, and half when the first half of those did that are run at most.
	ended int
	half  int64
	// end is how the last one ended, and took how long it took.
	end  mark
	took int64
}

// mark is where a round ended: the time, how many points and lines there were so far, for how long lines had waited for
// others, what was owed for them, and how the core was left.
type mark struct {
	time, brought, queued, owed int64
	points                      int
	left                        footprint
}

// footprint says how far the core is ahead of what retires.
type footprint struct {
	retired, now, committed int64
	inCycle, waiting, slow  int
	second                  bool
}

// fewRounds is how many rounds of a loop are run at least.
const fewRounds = 4

// time is when the last instruction retired.
func (s *simulation) time() int64 { return s.retired + s.elapsed }

// mark is where the core is now.
func (s *simulation) mark() mark {
	return mark{s.time(), s.lines.brought, s.queued, s.owed, s.points, footprint{
		retired: s.retired - s.issue, now: s.now - s.issue, committed: max(0, s.committed-s.retired),
		inCycle: s.inCycle, waiting: s.waiting, slow: s.slow, second: s.second,
	}}
}

// again notes that a loop goes into another round, before which some are skipped. A round in which lines waited for one
// another settles nothing before as much is owed as after the round before it: the next one may take a cycle more.
func (s *simulation) again(loop int16, skipped int64) {
	r, end := &s.rounds[loop], s.mark()
	took, before := end.time-r.end.time, r.end
	settled := r.ended >= fewRounds-1 && took == r.took && end.left == before.left &&
		(end.queued == before.queued || end.owed == before.owed)
	r.took, r.end.left = took, end.left
	s.endRound(r, skipped)
	s.settled, s.loop = settled && skipped == 0, loop
}

// endRound ends a round, after which some are skipped: time passes as it did from round to round.
func (s *simulation) endRound(r *round, skipped int64) {
	if r.ended++; r.ended == roundsRun/2 {
		r.half = s.time()
	}
	if skipped > 0 {
		s.skip((s.time()-r.half)*skipped/(roundsRun/2), s.points > r.end.points)
		s.lines.again(r.end.brought, skipped)
	}
	end := s.mark()
	end.left = r.end.left
	r.end = end
}

// idle lets time go by in which nothing is run; points says that some were reached meanwhile.
func (s *simulation) idle(time int64, points bool) {
	s.elapsed += time
	if !points {
		s.seen -= time
	}
}

// skip lets time go by in which units are done with what they do. Lines that are on their way stay so.
func (s *simulation) skip(time int64, points bool) {
	s.idle(time, points)
	s.taken.advance(uint64(s.issue), uint64(time))
	clear(s.begins[:])
	s.waiting = 0
}

// goOn is an instruction of a loop that is settled. Only the lines count that it touches.
func (s *simulation) goOn(i *step, e *event, details []int64) {
	if i.store {
		s.notRun++
	}
	if i.point {
		s.points++
	}
	if s.line > 0 {
		for _, place := range details[e.first:][:e.lines] {
			if s.lines.touch(int32(place)) {
				s.latest = s.lines.numbers[place]
			}
			if i.store {
				s.lines.write(int32(place))
				s.storedTo = place
			}
		}
	}
	if i.loop != s.loop {
		return
	}
	r := &s.rounds[s.loop]
	s.idle(r.took, s.points > r.end.points)
	if !e.round {
		r.ended, s.settled = 0, false
		return
	}
	skipped := details[e.first]
	s.settled = skipped == 0
	s.endRound(r, skipped)
}
