// Package lowering runs every operation of the table of package amd64. TestLowering of that package lays them beside
// this file, with what they must leave, and runs the test here.
package lowering

import (
	"encoding/binary"
	"math"
	"testing"
	"unsafe"
)

// check is a piece of code, what it is given, and what it must leave.
type check struct {
	name string
	call func(at [4]unsafe.Pointer)
	in   [3]string
	want string
	size int // of a number, 0 where the result is none
}

// TestLowering runs the code and compares what it leaves with what its program left, NaN with any NaN.
func TestLowering(t *testing.T) {
	for _, c := range checks {
		var memory [4][64]byte
		var at [4]unsafe.Pointer
		for i := range memory {
			at[i] = unsafe.Pointer(&memory[i])
		}
		for i, in := range c.in {
			copy(memory[i][:], in)
		}
		c.call(at)
		for k := 0; k < len(c.want); k += max(c.size, 1) {
			got, want := memory[3][k:], []byte(c.want[k:])
			same := false
			switch c.size {
			case 4:
				x, y := binary.LittleEndian.Uint32(got), binary.LittleEndian.Uint32(want)
				a, b := math.Float32frombits(x), math.Float32frombits(y)
				same = x == y || a != a && b != b
			case 8:
				x, y := binary.LittleEndian.Uint64(got), binary.LittleEndian.Uint64(want)
				a, b := math.Float64frombits(x), math.Float64frombits(y)
				same = x == y || a != a && b != b
			default:
				same = got[0] == want[0]
			}
			if !same {
				t.Errorf("%s: byte %d is of % x, want % x", c.name, k, got[:8], want[:8])
				break
			}
		}
	}
}
