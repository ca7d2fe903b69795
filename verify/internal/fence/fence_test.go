package fence

import (
	"testing"
	"unsafe"
)

// TestPlacement: values lie where they are said to, zero and as aligned as may be.
func TestPlacement(t *testing.T) {
	var all Set
	defer all.Release()
	v := NewValues[[3]float64]("x", 5, &all)
	if all.Err != nil {
		t.Skip(all.Err)
	}
	inner := v.fence.inner
	start, size := uintptr(unsafe.Pointer(&inner[0])), len(inner)
	for _, c := range []struct {
		at          Placement
		n, from, to int
	}{
		{BeginsPage, 5, 0, 120}, {EndsPage, 5, size - 120, size}, {EndsPage, 1, size - 24, size},
		{EndsOneBefore, 2, size - 56, size - 8},
	} {
		for i := range inner {
			inner[i] = 1
		}
		s := v.Place(c.at, c.n)
		if at := uintptr(unsafe.Pointer(&s[0])); at != start+uintptr(c.from) || len(s) != c.n || cap(s) != c.n ||
			s[0] != [3]float64{} {
			t.Errorf("%v: %d values %v at byte %d, want byte %d", c.at, len(s), s, at-start, c.from)
		}
		if !onlyCanaries(inner[:c.from]) || !onlyCanaries(inner[c.to:]) {
			t.Errorf("%v: what is beside is not filled", c.at)
		}
	}
	if s := v.Place(Ordinary, 3); len(s) != 3 || cap(s) != 3 {
		t.Errorf("ordinary memory has %d values, room for %d", len(s), cap(s))
	}
	if w := NewValues[[2]*float64]("ws", 1, &all); w.fence != nil || len(all.list) != 1 {
		t.Error("values with pointers lie where the garbage collector does not look")
	}
}
