package macro

import "slices"

// What a macro must be: so long, with so few parameters that a person follows it, and so much shorter than what it
// stands for, in bytes, that it is worth a name.
const (
	shortestRun = 2
	mostParams  = 16
	leastGain   = 30
)

// fold replaces runs of instructions by calls of new macros, those that save the most first, and returns the macros.
// Their numbers begin at first.
func (f *file) fold(first int) (made []definition) {
	shapes, sizes := f.measure()
	taken := make(bitset, len(f.lines)/64+1)
	var queue candidates
	// most is how many bytes a macro without parameters saves for a run at so many places.
	most := func(length, places, first int) int {
		return (places-1)*(sizes[first+length]-sizes[first]-callBytes) - len(defineLine)
	}
	worth := func(length, places, first int) bool { return most(length, places, first) >= leastGain }
	var places []int
	repeats(shapes, shortestRun, worth, func(r repeat) {
		places = apart(places[:0], r.places, r.length, taken)
		if gain := most(r.length, len(places), r.places[0]); gain >= leastGain {
			r.places = slices.Clone(r.places)
			queue = append(queue, candidate{repeat: r, gain: gain})
		}
	})
	queue.init()
	calls := map[int]call{}
	for len(queue) > 0 {
		c := &queue[0]
		if !c.drafted || c.after != len(made) { // others may have taken some of its lines
			places, c.after = apart(places[:0], c.places, c.length, taken), len(made)
			if !c.drafted || !slices.Equal(places, c.apart) {
				c.apart = append(c.apart[:0], places...)
				_, c.gain = f.draft(c.apart, c.length, sizes)
				c.drafted = true
			}
		}
		if c.gain < leastGain {
			queue.drop()
			continue
		}
		if queue.more(c.gain) { // others may
			queue.down(0)
			continue
		}
		draft, _ := f.draft(c.apart, c.length, sizes)
		definition := f.define(draft, c.apart, c.length)
		definition.number = first + len(made)
		for i, at := range c.apart {
			taken.set(at, c.length)
			calls[at] = call{definition.number, c.length, draft.arguments(f, i)}
		}
		made = append(made, definition)
		queue.drop()
	}
	f.replace(calls)
	return made
}

// call stands for a run of instructions.
type call struct {
	macro, length int
	args          []*operand
}

// replace puts calls in the place of runs.
func (f *file) replace(calls map[int]call) {
	lines := f.lines[:0]
	for i := 0; i < len(f.lines); {
		c, ok := calls[i]
		if !ok {
			lines = append(lines, f.lines[i])
			i++
			continue
		}
		lines = append(lines, f.shaped(line{op: placeholder(c.macro), operands: c.args, about: f.lines[i].about,
			calls: c.macro + 1}))
		i += c.length
	}
	f.lines = lines
}

// callBytes is about the size of a call's line without its arguments, and defineLine like the line that begins a
// definition.
const (
	callBytes  = 9
	defineLine = "#define A1_10() \\\n"
)

// measure returns the shapes of the lines, negative for what may stand in no macro, and the bytes before each line.
func (f *file) measure() (shapes, sizes []int) {
	shapes, sizes = make([]int, len(f.lines)), make([]int, len(f.lines)+1)
	for i, l := range f.lines {
		sizes[i+1] = sizes[i]
		if shapes[i] = -1 - i; l.op != "" {
			shapes[i] = l.shape
			sizes[i+1] += l.size()
		}
	}
	return shapes, sizes
}

// apart appends the places of runs that lie apart from one another and from what is taken.
func apart(list, places []int, length int, taken bitset) []int {
	end := 0
	for _, at := range places {
		if at >= end && !taken.any(at, length) {
			list, end = append(list, at), at+length
		}
	}
	return list
}

// bitset is a set of lines.
type bitset []uint64

func (s bitset) set(at, n int) {
	for i := at; i < at+n; i++ {
		s[i/64] |= 1 << (i % 64)
	}
}

// any says whether any of n lines from a place on is in the set.
func (s bitset) any(at, n int) bool {
	end := at + n
	first, last := at/64, (end-1)/64
	from, to := ^uint64(0)<<(at%64), ^uint64(0)>>((64-end%64)%64) // the bits of the first word, and of the last one
	if first == last {
		return s[first]&from&to != 0
	}
	for _, word := range s[first+1 : last] {
		if word != 0 {
			return true
		}
	}
	return s[first]&from|s[last]&to != 0
}

// candidate is a repeat that may become a macro, and what it saves at most, or what it saved when it was drafted: at
// which places, and after how many others were made.
type candidate struct {
	repeat
	gain    int
	drafted bool
	apart   []int
	after   int
}

// candidates are a heap, the one that saves the most first. No two come alike, so their order is one.
type candidates []candidate

// less says whether one comes before another.
func (c candidates) less(i, j int) bool {
	if c[i].gain != c[j].gain {
		return c[i].gain > c[j].gain
	}
	if c[i].length != c[j].length {
		return c[i].length > c[j].length
	}
	return c[i].places[0] < c[j].places[0]
}

// init makes them a heap.
func (c candidates) init() {
	for i := len(c)/2 - 1; i >= 0; i-- {
		c.down(i)
	}
}

// down moves one behind those that come before it.
func (c candidates) down(i int) {
	for {
		first := 2*i + 1
		if first >= len(c) {
			return
		}
		if first+1 < len(c) && c.less(first+1, first) {
			first++
		}
		if !c.less(first, i) {
			return
		}
		c[i], c[first] = c[first], c[i]
		i = first
	}
}

// more says whether any after the first one saves more than that.
func (c candidates) more(gain int) bool {
	return len(c) > 1 && c[1].gain > gain || len(c) > 2 && c[2].gain > gain
}

// drop takes the first one out.
func (c *candidates) drop() {
	list := *c
	last := len(list) - 1
	list[0] = list[last]
	*c = list[:last]
	c.down(0)
}
