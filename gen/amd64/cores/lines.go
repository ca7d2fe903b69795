package cores

import "math"

// touched are the lines of memory that a function touched: the number of each, in the order in which they came.
type touched struct {
	places map[int64]int32
	// numbers are those of the lines, and before the places of the lines before them, -1 as long as these were not
	// touched.
	numbers []int64
	before  []int32
	// recent are some of those that were looked up last, each with what follows its place, 0 for none: loops touch a
	// few again and again.
	recent [recentLines]struct {
		line  int64
		after int32
	}
}

// recentLines is how many are remembered, one of all whose numbers are the same modulo that.
const recentLines = 1 << 8

// place finds the place of a line.
func (t *touched) place(line int64) int32 {
	recent := &t.recent[uint64(line)%recentLines]
	if recent.after > 0 && recent.line == line {
		return recent.after - 1
	}
	at, known := t.places[line]
	if !known {
		at = t.add(line)
	}
	recent.line, recent.after = line, at+1
	return at
}

// add adds a line.
func (t *touched) add(line int64) int32 {
	at := int32(len(t.numbers))
	t.places[line] = at
	before, known := t.places[line-1]
	if !known {
		before = -1
	}
	t.numbers, t.before = append(t.numbers, line), append(t.before, before)
	if after, known := t.places[line+1]; known {
		t.before[after] = at
	}
	return at
}

// lines are the lines of memory that are in the first cache: those that were touched last.
type lines struct {
	*touched
	// last says of each line how many lines had come when it was touched last, brought how many have so far, and room
	// is how many the cache holds.
	last          []int64
	brought, room int64
	// written says of each line that it was written to since it came, and missed that it came when it was written to.
	written, missed []bool
}

func newLines(t *touched, cache int) lines {
	return lines{touched: t, room: int64(cache / lineBytes)}
}

// never is when a line was touched that was not.
const never = math.MinInt64 / 2

// has says whether a line is there.
func (l *lines) has(place int32) bool {
	return place >= 0 && int(place) < len(l.last) && l.brought-l.last[place] <= l.room
}

// touch touches a line, and says whether it has to come.
func (l *lines) touch(place int32) bool {
	there := l.has(place)
	if !there {
		l.brought++
	}
	for len(l.last) <= int(place) {
		l.last = append(l.last, never)
		l.written, l.missed = append(l.written, false), append(l.missed, false)
	}
	if !there {
		l.written[place], l.missed[place] = false, false
	}
	l.last[place] = l.brought
	return !there
}

// write notes that a line which was touched is written to, and says whether it was not before, since it came.
func (l *lines) write(place int32) (first bool) {
	first = !l.written[place]
	l.written[place] = true
	return first
}

// again notes that so many rounds like the last one, which began when so many lines had come, have brought their lines.
// What that one touched is as fresh after them.
func (l *lines) again(begun, rounds int64) {
	more := (l.brought - begun) * rounds
	if more == 0 {
		return
	}
	l.brought += more
	for place, at := range l.last {
		if at >= begun {
			l.last[place] = at + more
		}
	}
}

// clear empties the cache.
func (l *lines) clear() {
	for place := range l.last {
		l.last[place] = never
	}
	l.brought = 0
}
