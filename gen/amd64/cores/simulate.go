package cores

import "github.com/mmcloughlin/avo/reg"

// Cycles predicts how many cycles of the core a call of a function takes, one call following the other: its
// instructions are run through a model of one that executes out of order (core.go). General registers are computed
// with, so that loops run as they will and every address is known; vectors have no values, only times. bytes is what a
// call goes over in memory, and kept how much of that caches hold from before; arguments are the integers that it is
// given.
func (c *Core) Cycles(fn *Program, bytes int, kept Kept, arguments map[string]int) int {
	s := newSimulation(c, fn, bytes, kept, arguments)
	const before, calls = 1, 3
	first := int64(0)
	for i := range before + calls {
		if i == before {
			if s.count > longCall {
				return int(s.retired) + c.Call
			}
			first = s.retired
		}
		s.call()
	}
	return int((s.retired-first+calls/2)/calls) + c.Call
}

// longCall is how many instructions a call has that is predicted by itself: what it leaves behind in the core counts
// for nothing.
const longCall = 1_000_000

// Stretch runs a function that pauses once, and is the longest time between two of its points, with all of the time
// that it takes and how many points it comes to.
func (c *Core) Stretch(fn *Program, bytes int, arguments map[string]int) (longest, all int64, points int) {
	s := newSimulation(c, fn, bytes, Kept{}, arguments)
	s.call()
	s.point() // the end
	return s.stretch, s.retired, s.points
}

func newSimulation(c *Core, fn *Program, bytes int, kept Kept, arguments map[string]int) *simulation {
	return &simulation{
		core: c, code: fn.code, takes: c.takes(fn), window: make([]int64, c.window),
		arrival: c.arrival(bytes, kept), bytes: int64(bytes), kept: int64(kept.First), lines: newLines(c.FirstCache),
		arguments: arguments,
		values:    make([]int64, fn.registers), ready: make([]int64, fn.registers), rounds: make([]*round, len(fn.code)),
	}
}

// simulation is the state of the model. Times are in cycles.
type simulation struct {
	core *Core
	code []modelled
	// takes is what each kind of instruction takes on the core.
	takes []figures
	// lines are those of memory that are in the first cache, latest the one that came last, and arrived when that did.
	arrival
	lines   *lines
	latest  int64
	arrived int64
	// slow is what is less than a turn of the time that wide stores take more.
	slow int
	// bytes are what a call goes over and kept those of them that are there; owed is what is less than a cycle of the
	// time that lines take.
	bytes, kept, owed int64
	// values are what is in the general registers, equal how the last comparison came out.
	values []int64
	equal  bool
	// compared is the register that it was with, and end the number.
	compared register
	end      int64
	// arguments are the values of integer arguments.
	arguments map[string]int
	// seen is when the last point of a function that pauses was reached, points how many were, and stretch the longest
	// time between two.
	seen, stretch int64
	points        int
	// ready is when a register can be read, stored when 4 bytes of memory can that were written.
	ready  []int64
	stored [remembered]struct{ address, at int64 }
	// taken says of every unit which cycles are taken.
	taken [unitCount]cycles
	// issue is the cycle in which instructions enter, inCycle how many have, window when the last ones retire.
	issue   int64
	inCycle int
	window  []int64
	oldest  int // of the window, after count instructions
	count   int
	retired int64
	// waiting is how many vector instructions have not begun by the cycle now, and begins how many of them do in each
	// that follows.
	waiting int
	now     int64
	begins  [calendar]int16
	// rounds are those of the loops under way, by the place of their jump.
	rounds []*round
}

const (
	calendar   = 1 << 12 // how many cycles ahead instructions can begin
	remembered = 1 << 12 // how many stores of 4 bytes are remembered
)

// call runs the function once.
func (s *simulation) call() {
	s.lines.clear()
	s.begin()
	for at := 0; at < len(s.code); at++ {
		i := &s.code[at]
		s.execute(i)
		if i.opcode == "RET" {
			break // what follows is for pauses
		}
		if i.opcode == "JLE" {
			s.point()
		}
		if i.target >= 0 && !s.equal {
			if s.rounds[at] == nil {
				s.rounds[at] = &round{values: make([]int64, len(s.values))}
			}
			s.again(s.rounds[at])
			at = i.target - 1
		} else if s.rounds[at] != nil {
			s.rounds[at].ends = s.rounds[at].ends[:0]
		}
	}
}

// point notes that a point is reached.
func (s *simulation) point() {
	s.stretch = max(s.stretch, s.retired-s.seen)
	s.seen = s.retired
	s.points++
}

// begin gives registers the values that they have when the function is called: arguments lie apart from one another,
// from constants and from the stack.
func (s *simulation) begin() {
	for i, r := range []reg.Register{reg.RDI, reg.RSI, reg.RDX, reg.RCX, reg.RBX, reg.StackPointer,
		reg.FramePointer, reg.StaticBase} {
		s.values[registerOf(r)] = int64(i+1) << 36
	}
}

// round is what is known of the rounds of a loop so far: when they ended, and the registers then.
type round struct {
	ends    []int64
	values  []int64
	points  int
	brought int64
}

// Of a loop these many rounds are run, the second half of which is taken for the measure of those that follow.
const roundsRun = 12

// again notes that a loop goes into another round. When enough have been run, all but the last two are skipped: time
// passes, and registers grow, as they did from round to round.
func (s *simulation) again(r *round) {
	r.ends = append(r.ends, s.retired)
	if len(r.ends) == roundsRun {
		// The loop's end is a comparison with a constant, or a count down to 0.
		left := s.left(r, s.compared, s.end)
		if left > 2 {
			pass := (s.retired - r.ends[roundsRun/2-1]) * (left - 2) / (roundsRun / 2)
			for k, v := range s.values {
				s.values[k] = v + (v-r.values[k])*(left-2)
			}
			s.elapse(pass)
			s.lines.again(r.brought, left-2)
			if s.points > r.points { // there is one in each of the rounds
				s.seen += pass
			}
		}
	}
	copy(r.values, s.values)
	r.points, r.brought = s.points, s.lines.brought
}

// left is how many rounds a loop has yet to run, found from how the number that its end is compared with has changed.
func (s *simulation) left(r *round, compared register, end int64) int64 {
	step := s.values[compared] - r.values[compared]
	if step == 0 {
		return 0
	}
	return (end - s.values[compared]) / step
}

// elapse lets time pass.
func (s *simulation) elapse(cycles int64) {
	s.issue += cycles
	s.retired += cycles
	s.arrived += cycles
	for i := range s.window {
		s.window[i] += cycles
	}
	for r := range s.ready {
		s.ready[r] += cycles
	}
	clear(s.begins[:])
	s.waiting = 0
}

// execute runs one instruction: it enters, waits for what it reads, takes units, and leaves when those before it have.
func (s *simulation) execute(i *modelled) {
	s.compute(i)
	takes := &s.takes[i.kind]
	at := s.enter(i)
	ready := at
	for _, r := range i.in {
		ready = max(ready, s.ready[r])
	}
	if i.load {
		ready = s.fetch(i, takes, at, ready)
	}
	begin, done := ready, ready
	if !i.free {
		for range takes.turns {
			begin = s.take(takes.op.on, ready, takes.op.busy, takes.fused)
			done = begin + int64(takes.op.latency)
		}
	}
	if i.store {
		done = s.write(i, takes, done)
	}
	for _, r := range i.out {
		s.ready[r] = done
	}
	if i.vector && !i.free && begin > s.now {
		s.waiting++
		s.begins[uint64(begin)%calendar]++
	}
	s.retired = max(s.retired, done)
	s.window[s.oldest] = s.retired
	if s.oldest++; s.oldest == len(s.window) {
		s.oldest = 0
	}
	s.count++
}

// enter finds when an instruction enters the core.
func (s *simulation) enter(i *modelled) int64 {
	if s.inCycle == s.core.width {
		s.issue++
		s.inCycle = 0
	}
	at := max(s.issue, s.window[s.oldest])
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
func (s *simulation) fetch(i *modelled, takes *figures, entered, ready int64) int64 {
	at := max(entered, s.ready[i.at.base])
	if i.at.index >= 0 {
		at = max(at, s.ready[i.at.index])
	}
	address := s.place(i.at)
	turns := takes.loads
	if crosses(address, i.bytes) {
		turns++
	}
	for range turns {
		at = s.take(takes.loaders, at, 1, false)
	}
	more := int64(0)
	if i.bytes < lineBytes {
		more = int64(s.core.pieces)
	}
	at = s.touch(address, i.bytes, at, more)
	data := at + int64(s.core.LoadLatency)
	for k := int64(0); k < int64(i.bytes); k += 4 {
		if w := &s.stored[uint64(address+k)/4%remembered]; w.address == address+k && w.at >= at {
			data = max(data, w.at+int64(s.core.ForwardLatency))
		}
	}
	if i.free {
		return data
	}
	return max(data, ready)
}

// touch makes a load or store of so many bytes wait for its lines of memory, where there are too many for the first
// cache: those that are not there. They take more hundredths of a cycle longer than others.
func (s *simulation) touch(address int64, bytes int, at, more int64) int64 {
	if s.line == 0 || address>>36 >= 6 {
		return at
	}
	for line := address / lineBytes; line <= (address+int64(bytes)-1)/lineBytes; line++ {
		if !s.lines.touch(line) {
			continue
		}
		takes := s.line + more
		switch {
		case line == s.latest+1:
			takes += s.inRow
		case s.lines.has(line - 1):
			takes += s.abreast
		default:
			takes += s.astray
		}
		s.latest = line
		s.owed += takes * (s.bytes - s.kept)
		s.arrived = max(s.arrived+s.owed/(100*s.bytes), at)
		s.owed %= 100 * s.bytes
		at = s.arrived
	}
	return at
}

// write is a store, of data that is known from a cycle on.
func (s *simulation) write(i *modelled, takes *figures, data int64) int64 {
	address := s.place(i.at)
	at := data
	turns := takes.stores
	if crosses(address, i.bytes) {
		turns++
	}
	if i.bytes == lineBytes {
		s.slow += s.core.slowStore
		turns += s.slow / 100
		s.slow %= 100
	}
	for range turns {
		at = s.take(s.core.storers, at, 1, false)
	}
	at = s.touch(address, i.bytes, at, 0)
	for k := int64(0); k < int64(i.bytes); k += 4 {
		s.stored[uint64(address+k)/4%remembered] = struct{ address, at int64 }{address + k, data}
	}
	return at
}
