package cores

import (
	"slices"
)

// Cycles predicts how many cycles of the core a call of a function takes, one call following the other: its
// instructions are run through a model of one that executes out of order (core.go). General registers are computed
// with, so that loops run as they will and every address is known; vectors have no values, only times. bytes is what a
// call goes over in memory, and kept how much of that caches hold from before; arguments are the integers that it is
// given.
func (c *Core) Cycles(fn *Program, bytes int, kept Kept, arguments map[string]int) int {
	return Cycles(fn, []On{{c, kept}}, bytes, arguments)[0]
}

// On is a core that calls of a function are predicted on, and what its caches hold from before.
type On struct {
	*Core
	Kept Kept
}

// Cycles predicts what a function takes on several cores.
func Cycles(fn *Program, on []On, bytes int, arguments map[string]int) []int {
	w := newWalk(fn, arguments, slices.ContainsFunc(on, func(c On) bool { return c.LineCycles(bytes) > 0 }))
	all := make([]*simulation, len(on))
	for i, c := range on {
		all[i] = newSimulation(c, w, fn, bytes)
	}
	running := slices.Clone(all) // those that are not steady
	const before, calls = 1, 3
	for call := range before + calls {
		for _, s := range running {
			s.lines.clear()
		}
		count := w.call(func(e *events) {
			for _, s := range running {
				s.run(e)
			}
		})
		for _, s := range running {
			s.calls = append(s.calls, s.time())
		}
		if count > longCall || len(running) == 0 {
			break
		}
		if call < before+calls-1 && count > shortCall {
			running = slices.DeleteFunc(running, func(s *simulation) bool { return s.steady() })
		}
	}
	cycles := make([]int, len(on))
	for i, s := range all {
		first, last := s.calls[0], len(s.calls)-1
		if last == 0 {
			cycles[i] = int(first) + s.core.Call
			continue
		}
		// What is steady goes on as it did.
		more := int64(before+calls-len(s.calls)) * (s.calls[last] - s.calls[last-1])
		cycles[i] = int((s.time()+more-first+calls/2)/calls) + s.core.Call
	}
	return cycles
}

// longCall is how many instructions a call has that is predicted by itself: what it leaves behind in the core counts
// for nothing. After calls of no more than shortCall it isn't looked whether they leave it as the one before did.
const longCall, shortCall = 1_000_000, 500

// Stretch runs a function that pauses once, and is the longest time between two of its points, with all of the time
// that it takes and how many points it comes to.
func (c *Core) Stretch(fn *Program, bytes int, arguments map[string]int) (longest, all int64, points int) {
	w := newWalk(fn, arguments, c.LineCycles(bytes) > 0)
	s := newSimulation(On{Core: c}, w, fn, bytes)
	w.call(s.run)
	s.point() // the end
	return s.stretch, s.time(), s.points
}

func newSimulation(on On, w *walk, fn *Program, bytes int) *simulation {
	s := &simulation{
		core: on.Core, code: fn.code, takes: on.takes(fn), window: make([]int64, on.window),
		arrival: on.arrival(bytes, on.Kept), bytes: int64(bytes), kept: int64(on.Kept.First),
		lines: newLines(w.lines, on.FirstCache), ready: make([]int64, fn.registers),
		rounds: make([]round, fn.loops), results: make([]int64, on.results), pending: make([]int64, on.pending),
	}
	return s
}

// simulation is the state of the model of a core. Times are in cycles.
type simulation struct {
	core *Core
	code []step
	// takes is what each kind of instruction takes on the core.
	takes []figures
	// lines are those of memory that are in the first cache, latest is the one that came last, and storedTo the place
	// of the one that was written to last.
	arrival
	lines            lines
	latest, storedTo int64
	// slow is what is less than a turn of the time that wide stores take more, and second says that an operation on
	// three vectors reads the third with the one before it.
	slow   int
	second bool
	// bytes are what a call goes over and kept those of them that are there; owed is what is less than a cycle of the
	// time that lines take.
	bytes, kept, owed int64
	// seen is when the last point of a function that pauses was reached, points how many were, and stretch the longest
	// time between two.
	seen, stretch int64
	points        int
	// ready is when a register can be read, and stored when the data of the latest stores, of which there were so many,
	// are known.
	ready  []int64
	stored [inFlight]int64
	stores int64
	// results is when the latest vectors retire that were computed, and pending when the latest stores leave for the
	// cache, committed being when the last one does.
	results, pending            []int64
	oldestResult, oldestPending int
	committed                   int64
	taken                       taken
	// issue is the cycle in which instructions enter, inCycle how many have, window when the last ones retire.
	issue   int64
	inCycle int
	window  []int64
	oldest  int // of the window
	retired int64
	// waiting is how many vector instructions have not begun by the cycle now, and begins how many of them do in each
	// that follows.
	waiting int
	now     int64
	begins  [calendar]int16
	// elapsed is the time of rounds of loops that were not run, which no other time includes, and notRun how many
	// stores these had. queued is for how long lines have waited for others to come.
	elapsed, notRun, queued int64
	// rounds are those of loops. While one is settled its rounds are not run.
	rounds  []round
	settled bool
	loop    int16
	// calls is when those that have ended did, and left the state that the last one left behind, before the one before
	// that.
	calls, left, before []int64
}

// calendar is how many cycles ahead instructions can begin.
const calendar = 1 << 12

// run runs what a function executes.
func (s *simulation) run(e *events) {
	for k := range e.list {
		one := &e.list[k]
		i := &s.code[one.at]
		if s.settled {
			s.goOn(i, one, e.details)
			continue
		}
		s.execute(i, one, e.details)
		if i.point {
			s.point()
		}
		if one.round {
			s.again(i.loop, e.details[one.first])
		} else if one.left {
			s.rounds[i.loop].ended = 0
		}
	}
}

// point notes that a point is reached.
func (s *simulation) point() {
	s.stretch = max(s.stretch, s.retired-s.seen)
	s.seen = s.retired
	s.points++
}

// execute runs one instruction: it enters, waits for what it reads, takes units, and leaves when those before it have.
func (s *simulation) execute(i *step, e *event, details []int64) {
	takes := &s.takes[i.kind]
	at := s.enter(i)
	ready := at
	for _, r := range i.registers[:i.reads] {
		ready = max(ready, s.ready[r])
	}
	if i.load {
		ready = s.fetch(i, takes, e, details, at, ready)
	}
	begin, done := ready, ready
	if !i.free {
		for range takes.turns {
			if takes.also != 0 {
				ready = s.take(takes.also, ready, 1, false)
			}
			if takes.three {
				ready = s.readThird(ready)
			}
			begin = s.take(takes.op.on, ready, takes.op.busy, takes.fused)
			done = begin + int64(takes.op.latency)
		}
	}
	if i.store {
		done = s.write(i, takes, e, details, done)
	}
	for _, r := range i.registers[i.reads:] {
		s.ready[r] = done
	}
	if i.vector && !i.free && begin > s.now {
		s.waiting++
		s.begins[uint64(begin)%calendar]++
	}
	s.retired = max(s.retired, done)
	s.window[s.oldest] = s.retired
	s.oldest = next(s.oldest, s.window)
	if i.writes() {
		s.results[s.oldestResult] = s.retired
		s.oldestResult = next(s.oldestResult, s.results)
	}
}

// readThird is when an operation on three vectors can read the third, from a cycle on: two do in one.
func (s *simulation) readThird(from int64) int64 {
	if s.second = !s.second; !s.second {
		return from
	}
	return s.take(third, from, 1, false)
}

// next is the place after one, the first after the last.
func next(place int, of []int64) int {
	if place++; place < len(of) {
		return place
	}
	return 0
}

// enter finds when an instruction enters the core.
func (s *simulation) enter(i *step) int64 {
	if s.inCycle == s.core.width {
		s.issue++
		s.inCycle = 0
	}
	at := max(s.issue, s.window[s.oldest])
	if i.writes() {
		at = max(at, s.results[s.oldestResult])
	}
	if i.store {
		at = max(at, s.pending[s.oldestPending])
	}
	s.pass(at)
	if i.vector && s.waiting >= s.core.waiting {
		for s.waiting >= s.core.waiting {
			s.pass(s.now + 1)
		}
		at = s.now
	}
	if at > s.issue {
		s.issue, s.inCycle = at, 0
	}
	s.inCycle++
	if s.core.apartAtSums && i.load && i.at.index >= 0 && i.vector && !i.free {
		s.inCycle = s.core.width
	}
	return at
}

// pass lets vector instructions begin up to a cycle.
func (s *simulation) pass(at int64) {
	for ; s.now < at && s.waiting > 0; s.now++ {
		begin := &s.begins[uint64(s.now+1)%calendar]
		s.waiting -= int(*begin)
		*begin = 0
	}
	s.now = max(s.now, at)
}

// fetch is a load: it begins when its address is known, and what it brings can be used with the other operands.
func (s *simulation) fetch(i *step, takes *figures, e *event, details []int64, entered, ready int64) int64 {
	at := max(entered, s.ready[i.at.base])
	if i.at.index >= 0 {
		at = max(at, s.ready[i.at.index])
	}
	turns := takes.loads
	if e.crosses {
		turns++
	}
	for range turns {
		at = s.take(takes.loaders, at, 1, false)
	}
	if s.line > 0 && e.lines > 0 {
		more := int64(0)
		if i.bytes < lineBytes {
			more = int64(s.core.pieces)
		}
		if e.crosses {
			more += s.across
		}
		at = s.touch(details[e.first:][:e.lines], at, more)
	}
	data := at + int64(s.core.LoadLatency)
	for _, store := range details[int(e.first)+int(e.lines):][:e.stores] {
		if store -= s.notRun; store < max(0, s.stores-inFlight) {
			continue
		}
		known := s.stored[store%inFlight]
		if e.blocked {
			data = max(data, known+int64(s.core.blockedLatency))
		} else if known >= at {
			data = max(data, known+int64(s.core.ForwardLatency))
		}
	}
	if i.free {
		return data
	}
	return max(data, ready)
}

// write is a store, of data that is known from a cycle on.
func (s *simulation) write(i *step, takes *figures, e *event, details []int64, data int64) int64 {
	if s.core.inTheWay && i.vector {
		data = s.take(third, data, 1, false)
	}
	at := data
	if s.line > 0 {
		at = s.storeLines(i, e, details[e.first:][:e.lines], at)
	}
	// Stores leave in their order, when what was before them has retired.
	at = max(at, s.retired, s.committed)
	for range s.turns(i, takes, e) {
		at = s.take(s.core.storers, at, 1, false)
	}
	s.committed = at
	for range takes.stores {
		s.pending[s.oldestPending] = at
		s.oldestPending = next(s.oldestPending, s.pending)
	}
	s.stored[s.stores%inFlight] = data
	s.stores++
	return data
}

// turns is how many turns a store takes to leave.
func (s *simulation) turns(i *step, takes *figures, e *event) int {
	turns := takes.stores
	if !s.core.byHalves {
		if e.crosses {
			s.slow += s.core.acrossLines
			turns += 1 + s.slow/100
			s.slow %= 100
		}
		return turns
	}
	turns += int(e.halves) - (int(i.bytes)+halfBytes-1)/halfBytes
	if e.follows {
		turns--
	}
	if e.page {
		turns += s.core.acrossPages
	}
	if i.bytes == lineBytes && e.halves == 2 {
		s.slow += s.core.slowStore
		turns += s.slow / 100
		s.slow %= 100
	}
	return max(turns, 1)
}
