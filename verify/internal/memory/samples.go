package memory

import (
	"math"
	"unsafe"
)

// MarginBefore and MarginAfter are how many samples an array has around those of the largest batch: kernels that work
// on whole tiles may go beyond the end, by less than the widest vectors hold.
const MarginBefore, MarginAfter = 1, 16

// NewArray makes an array of samples that goes on before and after the largest batch that a call is given.
func NewArray[T any](largest int) []T { return make([]T, MarginBefore+largest+MarginAfter) }

// First returns the first n samples of such an array. The capacity goes on: what lies beyond the length is not the
// call's to use.
func First[T any](array []T, n int) []T { return array[MarginBefore : MarginBefore+n] }

// Samples is an array of samples as numbers, Width a row.
type Samples[F Float] struct {
	Memory []F
	Width  int
	// before is how many samples there are before the first.
	before int
}

// SamplesOf views an array that begins with so many samples before the first.
func SamplesOf[F Float, T any](array []T, before int) Samples[F] {
	return Samples[F]{Numbers[F](array), int(unsafe.Sizeof(*new(T)) / unsafe.Sizeof(*new(F))), before}
}

// First returns the numbers of the first n samples.
func (s Samples[F]) First(n int) []F { return s.Memory[s.before*s.Width:][:n*s.Width] }

// Load sets the samples of a batch, and all others to beyond.
func (s Samples[F]) Load(v []float64, beyond float64) {
	Fill(s.Memory, beyond)
	Narrow(s.Memory[s.before*s.Width:], v)
}

// Beside returns the number of a sample outside the first n that does not hold what load set, counted from the first.
func (s Samples[F]) Beside(n int, beyond float64) (at int, found bool) {
	want := F(beyond)
	first, end := s.before*s.Width, (s.before+n)*s.Width
	for _, part := range [][2]int{{0, first}, {end, len(s.Memory)}} {
		for i := part[0]; i < part[1]; i++ {
			// Most are as they were, which is seen at once.
			if v := s.Memory[i]; (v != want && (v == v || want == want) || v == 0) &&
				FirstDifference([]F{v}, []F{want}) >= 0 {
				return i/s.Width - s.before, true
			}
		}
	}
	return 0, false
}

// What an array of samples holds beside those of a call: a result that depends on samples beyond is NaN, and a result
// that is written beyond is found missing.
var Beyond = math.NaN()

// Untouchable is what results hold that a call must not write.
const Untouchable = -0x1.23456p-7

// Lengths are how many samples a call is given in each of its arguments, results being out or gxs.
type Lengths struct{ Xs, Ys, Weights, Results int }

// Evenly is that all arguments have n samples.
func Evenly(n int) Lengths { return Lengths{n, n, n, n} }
