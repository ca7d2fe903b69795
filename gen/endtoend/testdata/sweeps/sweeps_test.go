package sweeps

import (
	"math/rand/v2"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// sweep is a function of the assembly that goes through arrays, of any length or of one.
type sweep[F float32 | float64] struct {
	name          string
	level, arrays int
	only          int // the length, 0 of any
	// call calls it on n elements of the arrays, and leaves what it folds in lanes.
	call func(a []*F, n int, lanes *[4]float64)
	// folds is "", "sum" or "max", and strict says that a sum has an order.
	folds  string
	strict bool
}

// longest is how many elements the arrays have: more than the loops of any sweep take in two rounds, and enough to
// begin with whole lines.
const longest = 300

// fenced is an array that ends some elements before a page that may not be touched.
func fenced[F float32 | float64](t *testing.T) []F {
	t.Helper()
	page := unix.Getpagesize()
	memory, err := unix.Mmap(-1, 0, 3*page, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Munmap(memory) })
	for _, fence := range [][]byte{memory[:page], memory[2*page:]} {
		if err := unix.Mprotect(fence, unix.PROT_NONE); err != nil {
			t.Fatal(err)
		}
	}
	return unsafe.Slice((*F)(unsafe.Pointer(&memory[page])), page/int(unsafe.Sizeof(F(0))))
}

// lengths calls a sweep with every number of elements, those of its arrays ending where a page does or a little before.
// What becomes of an element is what becomes of it alone, and nothing beside is written.
func lengths[F float32 | float64](t *testing.T, level *int, list []sweep[F]) {
	machine := *level
	defer func() { *level = machine }()
	if len(list) == 0 {
		t.Error("no sweeps")
	}
	r := rand.New(rand.NewPCG(3, 4))
	for _, s := range list {
		if s.level > machine {
			continue
		}
		*level = s.level
		t.Run(s.name, func(t *testing.T) {
			var pages [][]F
			for range s.arrays {
				pages = append(pages, fenced[F](t))
			}
			// Every array has numbers of its own, none negative where it may be a mean of squares, and what becomes of
			// each alone.
			given, want := make([][]F, s.arrays), make([][]F, s.arrays)
			for k := range given {
				given[k], want[k] = make([]F, longest), make([]F, longest)
				for i := range given[k] {
					if given[k][i] = F(r.NormFloat64()); k > 1 {
						given[k][i] *= given[k][i]
					}
				}
			}
			for i := range longest {
				var a []*F
				n := max(1, s.only) // all are the same
				for k := range given {
					same := make([]F, n)
					for j := range same {
						same[j] = given[k][i]
					}
					a = append(a, &same[0])
				}
				s.call(a, n, new([4]float64))
				for k := range given {
					want[k][i] = *a[k]
				}
			}
			for n := range longest + 1 {
				if s.only != 0 && n != s.only {
					continue
				}
				for off := range 3 {
					const canary = -7
					var arrays [][]F
					var a []*F
					for k, page := range pages {
						for i := range page {
							page[i] = canary
						}
						at := len(page) - n - off*(k+1)
						arrays = append(arrays, page[at:at+n])
						copy(arrays[k], given[k])
						a = append(a, unsafe.SliceData(page[at:]))
					}
					var lanes [4]float64
					s.call(a, n, &lanes)
					for k, page := range pages {
						for i, v := range arrays[k] {
							if v != want[k][i] {
								t.Fatalf("%d elements: element %d of array %d is %v, alone it is %v", n, i, k, v,
									want[k][i])
							}
						}
						for i := range arrays[k] {
							arrays[k][i] = canary
						}
						for i, v := range page {
							if v != canary {
								t.Fatalf("%d elements, which end %d before a page: number %d of array %d is written", n,
									off*(k+1), i, k)
							}
						}
					}
					s.folded(t, given, n, lanes)
				}
			}
		})
	}
}

// folded compares what is folded with the sum of squares or the largest magnitude; in float64 elements have been
// multiplied by 2.
func (s sweep[F]) folded(t *testing.T, given [][]F, n int, got [4]float64) {
	t.Helper()
	if s.folds == "" {
		return
	}
	var want [4]float64
	for i, x := range given[0][:n] {
		v := float64(x)
		if unsafe.Sizeof(x) == 8 && s.folds == "sum" {
			v *= 2
		}
		if s.folds == "sum" {
			want[i%4] += float64(v * v)
		} else {
			want[i%4] = max(want[i%4], v, -v)
		}
	}
	if s.strict || s.folds == "max" && max(got[0], got[1], got[2], got[3]) == max(want[0], want[1], want[2], want[3]) {
		if s.strict && s.folds == "sum" && got != want {
			t.Fatalf("%d elements fold to %v, in order to %v", n, got, want)
		}
		return
	}
	a, b := got[0]+got[1]+got[2]+got[3], want[0]+want[1]+want[2]+want[3]
	// Every order of a sum of n squares is within n roundings.
	if d := a - b; s.folds == "max" || max(d, -d) > float64(n)*0x1p-52*b {
		t.Fatalf("%d elements fold to %v, not to %v", n, got, want)
	}
}
