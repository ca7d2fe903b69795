package cores

import "maps"

// lines are the lines of memory that are in the first cache: those that were touched last.
type lines struct {
	// touched says how many lines had come when each was touched last, brought how many have so far, and room is how
	// many the cache holds.
	touched       map[int64]int64
	brought, room int64
}

func newLines(cache int) *lines {
	return &lines{touched: map[int64]int64{}, room: int64(cache / lineBytes)}
}

// has says whether a line is there.
func (l *lines) has(line int64) bool {
	at, ok := l.touched[line]
	return ok && l.fresh(at)
}

func (l *lines) fresh(at int64) bool { return l.brought-at <= l.room }

// touch touches a line, and says whether it has to come.
func (l *lines) touch(line int64) bool {
	there := l.has(line)
	if !there {
		if l.brought++; int64(len(l.touched)) > 4*l.room {
			l.forget()
		}
	}
	l.touched[line] = l.brought
	return !there
}

// again notes that so many rounds like the last one, which began when so many lines had come, have brought their lines.
// What that one touched is as fresh after them.
func (l *lines) again(begun, rounds int64) {
	l.forget()
	more := (l.brought - begun) * rounds
	l.brought += more
	for line, at := range l.touched {
		if at >= begun {
			l.touched[line] = at + more
		}
	}
}

// forget drops what is no longer there.
func (l *lines) forget() {
	maps.DeleteFunc(l.touched, func(_, at int64) bool { return !l.fresh(at) })
}

// clear empties the cache.
func (l *lines) clear() {
	clear(l.touched)
	l.brought = 0
}
