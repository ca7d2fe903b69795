package verify

import "bytes"

// guardWidth is how many bytes are watched on each side of everything a kernel works on: four of the widest vectors.
const guardWidth = 256

// canary fills the watched bytes. As a number of either precision it is NaN, so that a result depending on what lies
// beside an argument is NaN too.
const canary = 0xff

// guarded is a value between bytes that nobody may write.
type guarded[T any] struct {
	before [guardWidth]byte
	value  T
	after  [guardWidth]byte
}

// guard is the bytes around one argument.
type guard struct {
	name          string
	before, after []byte
}

// newGuarded allocates a value between canaries. Its alignment is T's, which the bytes before it keep.
func newGuarded[T any](name string, all *[]guard) *T {
	v := new(guarded[T])
	g := guard{name, v.before[:], v.after[:]}
	g.restore()
	*all = append(*all, g)
	return &v.value
}

func (g guard) restore() {
	for _, side := range [][]byte{g.before, g.after} {
		for i := range side {
			side[i] = canary
		}
	}
}

// untouchedBeside checks that a call wrote nothing beside what it was given.
func untouchedBeside(r ruler, call string, guards []guard) {
	whole := bytes.Repeat([]byte{canary}, guardWidth)
	for _, g := range guards {
		for _, side := range []struct {
			name  string
			bytes []byte
		}{{"before", g.before}, {"after", g.after}} {
			if !bytes.Equal(side.bytes, whole) {
				r.report.broken(call, g.name, r.where, "memory %s it was written", side.name)
				g.restore()
			}
		}
	}
}
