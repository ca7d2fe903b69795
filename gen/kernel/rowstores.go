package kernel

import "github.com/backpropgen/backpropgen/gen/vec"

// rowStores writes rows of a matrix that follow one another. Where a row ends with part of a vector, the vector is
// written whole if another row follows: what of it lies beyond the row is put right when that row is written. One move
// takes the place of up to four. The row that follows must have been read before, so such a store waits for the next
// vector.
type rowStores struct {
	f    *function
	cols int
	late func()
}

// moved is how many numbers to read and write where a row has n left.
func (s *rowStores) moved(n int, another bool) int {
	bytes, whole := n*s.f.m.Size, s.f.code.Bits()/8/s.f.m.Size
	if !another || bytes&(bytes-1) == 0 || whole-n > s.cols {
		return n
	}
	return whole
}

// put writes so many lanes of a vector where n are left of a row.
func (s *rowStores) put(x *vec.Value, at vec.Place, n, moved int) {
	s.flush()
	if moved == n {
		s.f.code.Store(x, at, n)
		return
	}
	bits := s.f.code.Bits()
	s.late = func() { s.f.code.Wide(bits, func() { s.f.code.Store(x, at, moved) }) }
}

// flush writes what is late.
func (s *rowStores) flush() {
	if s.late != nil {
		s.late()
		s.late = nil
	}
}
