package fence

import (
	"bytes"

	"github.com/backpropgen/backpropgen/verify/internal/finding"
)

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

// Guard is the bytes around one argument.
type Guard struct {
	name          string
	before, after []byte
}

// NewGuarded allocates a value between canaries. Its alignment is T's, which the bytes before it keep.
func NewGuarded[T any](name string, all *[]Guard) *T {
	v := new(guarded[T])
	g := Guard{name, v.before[:], v.after[:]}
	g.restore()
	*all = append(*all, g)
	return &v.value
}

func (g Guard) restore() {
	for _, side := range [][]byte{g.before, g.after} {
		for i := range side {
			side[i] = canary
		}
	}
}

// Untouched checks that a call wrote nothing beside what it was given.
func Untouched(r finding.Ruler, call string, guards []Guard) {
	whole := bytes.Repeat([]byte{canary}, guardWidth)
	for _, g := range guards {
		for _, side := range []struct {
			name  string
			bytes []byte
		}{{"before", g.before}, {"after", g.after}} {
			if !bytes.Equal(side.bytes, whole) {
				r.Report.Broken(call, g.name, r.Where, "memory %s it was written", side.name)
				g.restore()
			}
		}
	}
}
