package fence

import (
	"strings"
	"testing"
	"unsafe"

	"github.com/backpropgen/backpropgen/verify/internal/finding"
)

// TestGuards: a byte written right beside a value is found on either side, once, and named; a value that is written
// whole is left alone.
func TestGuards(t *testing.T) {
	var guards []Guard
	v := NewGuarded[[3]float64]("x", &guards)
	odd := NewGuarded[struct {
		A float32
		B bool
	}]("ws", &guards)
	if uintptr(unsafe.Pointer(v))%8 != 0 || uintptr(unsafe.Pointer(odd))%4 != 0 {
		t.Fatalf("values at %p and %p are not aligned", v, odd)
	}
	at := func(p unsafe.Pointer, offset int) *byte { return (*byte)(unsafe.Add(p, offset)) }
	for _, c := range []struct {
		name  string
		write *byte
		says  string
	}{
		{"inside", at(unsafe.Pointer(v), 0), ""},
		{"the end", at(unsafe.Pointer(v), 23), ""},
		{"before", at(unsafe.Pointer(v), -1), "memory before it was written"},
		{"after", at(unsafe.Pointer(v), 24), "memory after it was written"},
		{"far after", at(unsafe.Pointer(v), 24+guardWidth-1), "x: memory after it was written"},
		{"far before another", at(unsafe.Pointer(odd), -guardWidth), "ws: memory before it was written"},
		{"after another", at(unsafe.Pointer(odd), 8), "ws: memory after it was written"},
	} {
		*c.write = 1
		for again := range 2 {
			report := &finding.Report{}
			Untouched(finding.Ruler{Report: report}, "Grad", guards)
			err := report.Finish().Err()
			if want := c.says != "" && again == 0; want != (err != nil) ||
				want && !strings.Contains(err.Error(), c.says) {
				t.Errorf("%s, check %d: %v, want an error with %q the first time", c.name, again+1, err, c.says)
			}
		}
	}
}
