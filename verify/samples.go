package verify

import (
	"math"
	"reflect"
	"unsafe"
)

// marginBefore and marginAfter are how many samples an array has around those of the largest batch: kernels that work
// on whole tiles may go beyond the end, by less than the widest vectors hold.
const marginBefore, marginAfter = 1, 16

// sampleArray is an array of samples of type T that goes on before and after those that a call is given.
type sampleArray[T any, F Float] []T

func newSamples[T any, F Float](largest int) sampleArray[T, F] {
	return make([]T, marginBefore+largest+marginAfter)
}

// first returns the first n samples. The capacity goes on: what lies beyond the length is not the call's to use.
func (s sampleArray[T, F]) first(n int) []T { return s[marginBefore : marginBefore+n] }

// flat views the array as numbers.
func (s sampleArray[T, F]) flat() samples[F] {
	width := int(reflect.TypeFor[T]().Size() / unsafe.Sizeof(*new(F)))
	return samples[F]{unsafe.Slice((*F)(unsafe.Pointer(unsafe.SliceData(s))), len(s)*width), width}
}

// samples is an array of samples as numbers, width a row.
type samples[F Float] struct {
	memory []F
	width  int
}

// first returns the numbers of the first n samples.
func (s samples[F]) first(n int) []F { return s.memory[marginBefore*s.width:][:n*s.width] }

// load sets the samples of a batch, and all others to beyond.
func (s samples[F]) load(v []float64, beyond float64) {
	fill(s.memory, beyond)
	narrowed(s.memory[marginBefore*s.width:], v)
}

// beside returns the number of a sample outside the first n that does not hold what load set, counted from the first.
func (s samples[F]) beside(n int, beyond float64) (at int, found bool) {
	want := F(beyond)
	first, end := marginBefore*s.width, (marginBefore+n)*s.width
	for _, part := range [][2]int{{0, first}, {end, len(s.memory)}} {
		for i := part[0]; i < part[1]; i++ {
			// Most are as they were, which is seen at once.
			if v := s.memory[i]; (v != want && (v == v || want == want) || v == 0) && sameBits([]F{v}, []F{want}) >= 0 {
				return i/s.width - marginBefore, true
			}
		}
	}
	return 0, false
}

// What an array of samples holds beside those of a call: a result that depends on samples beyond is NaN, and a result
// that is written beyond is found missing.
var beyond = math.NaN()

const untouchable = -0x1.23456p-7

// lengths are how many samples a call is given in each of its arguments, results being out or gxs.
type lengths struct{ xs, ys, results int }

// evenly is that all arguments have n samples.
func evenly(n int) lengths { return lengths{n, n, n} }
