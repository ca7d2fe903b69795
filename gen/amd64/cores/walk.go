package cores

import "github.com/mmcloughlin/avo/reg"

// What a function executes, which is the same on every core: the instructions in their order, the lines of memory that
// they touch, and which stores loads read from.

// event is an instruction that is executed.
type event struct {
	at int32 // among those of the program
	// Of a load or store: whether it crosses lines, how many lines of memory it touches that are looked after, and how
	// many stores it reads from. They are in the details of the events from first on, the lines before the stores.
	crosses       bool
	lines, stores uint8
	// halves is how many halves of lines a store writes to; follows says that the store before it wrote to the first of
	// them, and page that it crosses pages. blocked says that a load cannot have what it reads from stores before these
	// are in the cache: in a half of a line it reads from one, and beside it from another or from memory.
	halves                 uint8
	follows, page, blocked bool
	// round says that the loop that ends here goes into another round, and how many rounds are skipped before that is
	// the detail at first; left says that it ends.
	round, left bool
	first       int32
}

// events are some that follow one another.
type events struct {
	list    []event
	details []int64
}

// eventsAtOnce is how many events there are at once, about.
const eventsAtOnce = 2048

// walk executes a function.
type walk struct {
	code []step
	// values are what is in the general registers. The last comparison was of the register compared with the number
	// end, which the register exceeded by difference.
	values          []int64
	difference, end int64
	compared        register
	// arguments are the values of integer arguments.
	arguments map[string]int
	// rounds are those of the loops under way, by their number.
	rounds []walked
	// stored says what wrote 4 bytes of memory last, and stores how many stores there were.
	stored [remembered]struct{ address, store int64 }
	stores int64
	half   int64 // the last half of a line that was written to
	// lines are those of memory that were touched, where they are looked after.
	lines *touched
	events
}

// walked is how many rounds of a loop ended so far, and the registers when the last one did.
type walked struct {
	ended  int
	values []int64
}

// halfBytes is half a line, and pageBytes a page of memory.
const halfBytes, pageBytes = lineBytes / 2, 4 << 10

// remembered is how many 4 bytes it is remembered of what wrote them, and inFlight how many stores a load may come
// after that reads from one and waits for it.
const remembered, inFlight = 1 << 12, 1 << 10

// newWalk is one of a function that is given some integers; it looks after lines of memory, or not.
func newWalk(fn *Program, arguments map[string]int, lines bool) *walk {
	w := &walk{
		code: fn.code, values: make([]int64, fn.registers), arguments: arguments, rounds: make([]walked, fn.loops),
	}
	w.list = make([]event, 0, eventsAtOnce+1)
	if lines {
		w.lines = &touched{places: map[int64]int32{}}
	}
	return w
}

// call executes the function once, and gives what it executes to someone, some at once.
func (w *walk) call(give func(e *events)) (count int) {
	w.begin()
	for at := 0; at < len(w.code); at++ {
		i := &w.code[at]
		if len(w.list) >= eventsAtOnce {
			give(&w.events)
			w.list, w.details = w.list[:0], w.details[:0]
		}
		w.compute(i.effect)
		e := event{at: int32(at), first: int32(len(w.details))}
		if i.load || i.store {
			w.access(i, &e)
		}
		count++
		if i.returns {
			w.list = append(w.list, e)
			break // what follows is for pauses
		}
		if i.loop >= 0 {
			r := &w.rounds[i.loop]
			e.round = i.when.holds(w.difference)
			if e.left = !e.round; e.round {
				w.details = append(w.details, w.again(r, i.when))
				at = int(i.target) - 1
			} else {
				r.ended = 0
			}
		} else if i.target >= 0 && i.when.holds(w.difference) {
			at = int(i.target) - 1
		}
		w.list = append(w.list, e)
	}
	give(&w.events)
	w.list, w.details = w.list[:0], w.details[:0]
	return count
}

// begin gives registers the values that they have when the function is called: arguments lie apart from one another,
// from constants and from the stack.
func (w *walk) begin() {
	for i, r := range []reg.Register{reg.RDI, reg.RSI, reg.RDX, reg.RCX, reg.RBX, reg.StackPointer,
		reg.FramePointer, reg.StaticBase} {
		w.values[registerOf(r)] = int64(i+1) << 36
	}
}

// Of a loop these many rounds are run, the second half of which is taken for the measure of those that follow.
const roundsRun = 12

// again notes that a loop goes into another round. When enough have been run, all but the last two are skipped, and
// registers grow as they did from round to round. It says how many are skipped.
func (w *walk) again(r *walked, while when) (skipped int64) {
	if r.values == nil {
		r.values = make([]int64, len(w.values))
	}
	if r.ended++; r.ended == roundsRun {
		if skipped = max(0, w.left(r, while)-2); skipped > 0 {
			for k, v := range w.values {
				w.values[k] = v + (v-r.values[k])*skipped
			}
		}
	}
	copy(r.values, w.values)
	return skipped
}

// left is how many rounds a loop has yet to run, found from how the number that its end is compared with has changed:
// to where it is equal, or past that.
func (w *walk) left(r *walked, while when) (rounds int64) {
	step := w.values[w.compared] - r.values[w.compared]
	if step == 0 {
		return 0
	}
	rounds = (w.end - w.values[w.compared]) / step
	if while == notLess {
		rounds++
	}
	return rounds
}

// place is the number of an address.
func (w *walk) place(a address) int64 {
	n := w.values[a.base] + int64(a.disp)
	if a.index >= 0 {
		n += w.values[a.index] * int64(a.scale)
	}
	return n
}

// compute does what an instruction does to general registers.
func (w *walk) compute(e *effect) {
	if e == nil {
		return
	}
	number := e.value
	switch e.takes {
	case aRegister:
		number = w.values[e.from]
	case anAddress:
		number = w.place(e.place)
	case anArgument:
		v, ok := w.arguments[e.argument]
		if !ok && !e.otherwise {
			return
		}
		number = int64(v)
	}
	to := &w.values[e.to]
	switch e.does {
	case set:
		*to = number
	case add:
		*to += number
	case subtract, count:
		*to -= number
	case mask:
		*to &= number
	case negate:
		*to = -*to
	case multiply:
		*to = number * e.value
	}
	if e.does.flags() {
		w.compared, w.end = e.to, 0
		if e.does == compare {
			w.end = e.value
		}
		w.difference = *to - w.end
	}
}

// access notes what a load or store does to memory.
func (w *walk) access(i *step, e *event) {
	address := w.place(i.at)
	e.crosses = crosses(address, int(i.bytes))
	if w.lines != nil && address>>36 < 6 {
		for line := address / lineBytes; line <= (address+int64(i.bytes)-1)/lineBytes; line++ {
			w.details = append(w.details, int64(w.lines.place(line)))
			e.lines++
		}
	}
	if i.store {
		first, last := address/halfBytes, (address+int64(i.bytes)-1)/halfBytes
		e.halves, e.follows = uint8(last-first+1), first == w.half
		e.page = address/pageBytes != (address+int64(i.bytes)-1)/pageBytes && address%halfBytes != 0
		w.half = last
		for k := int64(0); k < int64(i.bytes); k += 4 {
			w.stored[uint64(address+k)/4%remembered] = struct{ address, store int64 }{address + k, w.stores}
		}
		w.stores++
		return
	}
	const none = -1
	last := int64(none)
	for k := int64(0); k < int64(i.bytes); k += 4 {
		s, from := &w.stored[uint64(address+k)/4%remembered], int64(none)
		if s.address == address+k && s.store >= w.stores-inFlight {
			from = s.store
		}
		e.blocked = e.blocked || k%halfBytes > 0 && from != last
		if from != none && from != last {
			w.details = append(w.details, from)
			e.stores++
		}
		last = from
	}
}
