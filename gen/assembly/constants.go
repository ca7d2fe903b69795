package assembly

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"

	"github.com/backpropgen/backpropgen/gen/kernel"
)

// Constants are the numbers and tables that functions read: no one is there twice.
type Constants struct {
	Size  int            // in bytes
	Count int            // of the numbers that they are written as
	known map[string]int // the place of each
	All   []datum        // in the order of their places
}

// datum is one of them.
type datum struct {
	key     string
	Raw     []byte
	Unit    int  // bytes of the numbers that it is written as
	aligned bool // begins at a multiple of its size
	At      int
}

// Clone is a copy that shares nothing which is written.
func (s *Constants) Clone() Constants {
	c := *s
	c.known, c.All = maps.Clone(s.known), slices.Clone(s.All)
	return c
}

func newConstants() Constants { return Constants{known: map[string]int{}} }

// Put finds a place for a constant, so many bytes from the first one.
func (s *Constants) Put(c datum) (at int) {
	at, ok := s.known[c.key]
	if !ok {
		for c.aligned && s.Size%len(c.Raw) > 0 {
			s.Size += 4
			s.Count++
		}
		at, c.At = s.Size, s.Size
		s.Size += len(c.Raw)
		s.Count += len(c.Raw) / c.Unit
		s.All = append(s.All, c)
		s.known[c.key] = at
	}
	return at
}

// Share is Put for a constant that may lie in a larger one, which has been put before: a number in the lanes of another
// level, which can't read it into every lane. Functions that are written by themselves must not share so: what is the
// same in several would read it elsewhere.
func (s *Constants) Share(c datum) {
	if _, known := s.known[c.key]; known {
		return
	}
	n := len(c.Raw)
	for _, all := range s.All {
		for k := 0; k+n <= len(all.Raw); k += n {
			if (all.At+k)%n == 0 && bytes.Equal(all.Raw[k:k+n], c.Raw) {
				s.known[c.key] = all.At + k
				return
			}
		}
	}
	s.Put(c)
}

// lanes finds a place for a constant: one number, or one for each lane. A single number is repeated where instructions
// can't read it into every lane.
func (s *Constants) lanes(m Machine, lanes []uint64) (at int, key string) {
	n := len(lanes)
	if n == 1 && !m.Set.SpreadsMemory() {
		n = m.Widest() / 8 / m.Size
	}
	var raw []byte
	for i := range n {
		if m.Size == 8 {
			raw = binary.LittleEndian.AppendUint64(raw, lanes[i%len(lanes)])
		} else {
			raw = binary.LittleEndian.AppendUint32(raw, uint32(lanes[i%len(lanes)]))
		}
	}
	key = fmt.Sprint(m.Size, " ", n, " ", string(raw))
	// A register full is read faster where it lies within a line of the cache.
	return s.Put(datum{key: key, Raw: raw, Unit: m.Size, aligned: len(raw) == kernel.LineBytes}), key
}

// Table finds a place for a table of bytes.
func (s *Constants) Table(name string, table []byte) (at int) {
	raw := append(slices.Clone(table), make([]byte, -len(table)&7)...)
	return s.Put(datum{key: "table " + name, Raw: raw, Unit: 8})
}

// Bytes are all of them, as they lie in memory.
func (s *Constants) Bytes() []byte {
	all := make([]byte, s.Size)
	for _, c := range s.All {
		copy(all[c.At:], c.Raw)
	}
	return all
}
