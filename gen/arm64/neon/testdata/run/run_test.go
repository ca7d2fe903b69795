package run

import (
	"encoding/binary"
	"encoding/json"
	"math"
	"os"
	"syscall"
	"testing"
	"unsafe"
)

// check is a function of the table, what it is given, and what it must leave.
type check struct {
	Name string
	In   [3][]byte
	Rest []byte
	Want []byte
	Size int     // of a number, 0 where the result is none
	Near float64 // how far a number may be from what is wanted, relative to it
}

const page = 4096

// fenced is memory between pages that nobody may touch: as many bytes as it is asked for, at its end or its beginning.
type fenced []byte

func newFenced(t *testing.T) fenced {
	m, err := syscall.Mmap(-1, 0, 6*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []int{0, 5 * page} {
		if err := syscall.Mprotect(m[at:at+page], syscall.PROT_NONE); err != nil {
			t.Fatal(err)
		}
	}
	return m[page : 5*page]
}

func (m fenced) put(data []byte, atEnd bool) []byte {
	part := m[:len(data):len(data)]
	if atEnd {
		part = m[len(m)-len(data):]
	}
	copy(part, data)
	return part
}

// TestRun calls every function twice, with what it reads and writes at the beginning and at the end of memory that it
// may touch.
func TestRun(t *testing.T) {
	data, err := os.ReadFile("checks.json")
	if err != nil {
		t.Fatal(err)
	}
	var checks []check
	if err := json.Unmarshal(data, &checks); err != nil {
		t.Fatal(err)
	}
	if len(checks) != len(functions) {
		t.Fatalf("%d checks of %d functions", len(checks), len(functions))
	}
	var memory [5]fenced
	for i := range memory {
		memory[i] = newFenced(t)
	}
	failed := 0
	for i, c := range checks {
		for _, atEnd := range []bool{false, true} {
			var at [5]unsafe.Pointer
			var out []byte
			for k := range memory {
				var part []byte
				switch k {
				case 3:
					out = memory[k].put(make([]byte, len(c.Want)), atEnd)
					part = out
				case 4:
					part = memory[k].put(c.Rest, atEnd)
				default:
					part = memory[k].put(c.In[k], atEnd)
				}
				at[k] = unsafe.Pointer(unsafe.SliceData(part))
			}
			for k := range out {
				out[k] = 0xa5
			}
			functions[i](at[0], at[1], at[2], at[3], at[4])
			for k := 0; k < len(c.Want); k += max(c.Size, 1) {
				if !same(out[k:], c.Want[k:], c.Size, c.Near) {
					t.Errorf("%s: byte %d is of % x, want % x; of % x", c.Name, k, out, c.Want, c.In)
					failed++
					break
				}
			}
		}
		if failed > 40 {
			t.Fatal("and more")
		}
	}
	t.Logf("%d functions have run", len(checks))
}

// same compares a number or a byte: any NaN is as good as another.
func same(got, want []byte, size int, near float64) bool {
	var a, b float64
	switch size {
	case 4:
		x, y := binary.LittleEndian.Uint32(got), binary.LittleEndian.Uint32(want)
		if x == y {
			return true
		}
		a, b = float64(math.Float32frombits(x)), float64(math.Float32frombits(y))
	case 8:
		x, y := binary.LittleEndian.Uint64(got), binary.LittleEndian.Uint64(want)
		if x == y {
			return true
		}
		a, b = math.Float64frombits(x), math.Float64frombits(y)
	default:
		return got[0] == want[0]
	}
	return a != a && b != b || near > 0 && math.Abs(a-b) <= math.Abs(b)*near
}
