package functions

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"math"
	"os"
	"syscall"
	"testing"
	"unsafe"
)

// argument is what a function is given: an array, an integer, or the bits of a number.
type argument struct {
	Array []byte
	Bits  uint64
	Want  []byte // what the array must be afterwards
}

// check is a call of a function of the table.
type check struct {
	Name      string
	Function  int
	Arguments []argument
	Result    uint64
	Size      int // of a number, 0 where there is no result
	Elem      int // bytes of a number of the arrays
	// Pauses says that the last argument is where the function writes down how far it has come, and that it is called
	// again until that is the end.
	Pauses bool
}

const page = 4096

// fenced is memory that ends where nobody may read or write.
func fenced(t *testing.T, data []byte, atEnd bool) []byte {
	pages := (len(data)+page-1)/page + 2
	m, err := syscall.Mmap(-1, 0, pages*page, syscall.PROT_READ|syscall.PROT_WRITE,
		syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []int{0, (pages - 1) * page} {
		if err := syscall.Mprotect(m[at:at+page], syscall.PROT_NONE); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { _ = syscall.Munmap(m) })
	inner := m[page : (pages-1)*page]
	part := inner[:len(data):len(data)]
	if atEnd {
		part = inner[len(inner)-len(data):]
	}
	copy(part, data)
	return part
}

// TestFunctions calls every function, its arrays at the beginning and at the end of memory that it may touch.
func TestFunctions(t *testing.T) {
	data, err := os.ReadFile("checks.json")
	if err != nil {
		t.Fatal(err)
	}
	var checks []check
	if err := json.Unmarshal(data, &checks); err != nil {
		t.Fatal(err)
	}
	failed, paused := 0, 0
	for _, c := range checks {
		for _, atEnd := range []bool{false, true} {
			var at [16]unsafe.Pointer
			var bits [16]uint64
			arrays := make([][]byte, len(c.Arguments))
			for i, a := range c.Arguments {
				if bits[i] = a.Bits; a.Array != nil {
					arrays[i] = fenced(t, a.Array, atEnd)
					at[i] = unsafe.Pointer(unsafe.SliceData(arrays[i]))
				}
			}
			result := functions[c.Function](&at, &bits)
			for n := len(arrays) - 1; c.Pauses && word(arrays[n], 8) != 0; {
				paused++
				result = functions[c.Function](&at, &bits)
			}
			if c.Size == 4 && uint32(result) != uint32(c.Result) && !nan(result, c.Result, 4) ||
				c.Size == 8 && result != c.Result && !nan(result, c.Result, 8) {
				t.Errorf("%s: returns %x, want %x", c.Name, result, c.Result)
				failed++
			}
			for i, a := range c.Arguments {
				if bytes.Equal(arrays[i], a.Want) || c.Pauses && i == len(arrays)-1 {
					continue
				}
				for k := 0; k+c.Elem <= len(a.Want); k += c.Elem {
					if got, want := word(arrays[i][k:], c.Elem), word(a.Want[k:], c.Elem); got != want &&
						!nan(got, want, c.Elem) {
						t.Errorf("%s: number %d of argument %d is %x, want %x", c.Name, k/c.Elem, i, got, want)
						failed++
						break
					}
				}
			}
		}
		if failed > 20 {
			t.Fatal("and more")
		}
	}
	t.Logf("%d calls, and %d after pauses", len(checks), paused)
}

func word(b []byte, size int) uint64 {
	if size == 4 {
		return uint64(binary.LittleEndian.Uint32(b))
	}
	return binary.LittleEndian.Uint64(b)
}

// nan says whether both are NaN.
func nan(x, y uint64, size int) bool {
	a, b := math.Float64frombits(x), math.Float64frombits(y)
	if size == 4 {
		a, b = float64(math.Float32frombits(uint32(x))), float64(math.Float32frombits(uint32(y)))
	}
	return a != a && b != b
}
