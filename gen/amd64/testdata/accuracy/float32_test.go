package accuracy

import (
	"flag"
	"math"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
)

var stride = flag.Uint64("stride", 9973, "test float32 functions on every stride-th bit pattern; 1 is all of them")

// TestFloat32 compares every function with float64 arithmetic, on bit patterns of the whole range and where formulas
// change. What package math has for an argument is computed once for all kernels. Its error is some 2^-28 ULP of
// float32, so that a result that is its float32 is within ½ of what it should be, and only others need be looked at.
func TestFloat32(t *testing.T) {
	for _, name := range names() {
		t.Run(name, func(t *testing.T) {
			kernels := named(list32, name)
			total := make([]worst, len(kernels))
			var mu sync.Mutex
			var workers sync.WaitGroup
			var next atomic.Uint64
			for range runtime.GOMAXPROCS(0) {
				workers.Go(func() {
					j := newJudge32(kernels, functions[name])
					for j.stretch(next.Add(1) - 1) {
					}
					mu.Lock()
					defer mu.Unlock()
					for i := range total {
						total[i].join(j.worst[i])
					}
				})
			}
			workers.Wait()
			for i, k := range kernels {
				total[i].report(t, "float32", name, k.level)
			}
		})
	}
}

// judge32 collects arguments and judges the results of all kernels of a function.
type judge32 struct {
	kernels []kernel[float32]
	worst   []worst
	function
	n       int
	x, y, z [lanes]float32
	want    [lanes]float64
	nearest [lanes]uint32
}

func newJudge32(kernels []kernel[float32], f function) *judge32 {
	j := &judge32{kernels: kernels, worst: make([]worst, len(kernels)), function: f}
	for i := range j.worst {
		j.worst[i] = worst{limit: 1, err: 0.5}
	}
	return j
}

// stretch judges a part of the arguments, the first of which are the edges; false beyond the last.
func (j *judge32) stretch(part uint64) bool {
	const size = 1 << 22
	if part == 0 {
		for _, e := range append(j.edges, 0, math.Inf(1), math.Inf(-1)) {
			for d := -1000; d <= 1000; d++ {
				b := math.Float32bits(float32(e)) + uint32(d)
				j.put(b)
				j.put(b ^ 1<<31)
			}
		}
		j.flush()
		return true
	}
	// Patterns from size·(part-1) on that are multiples of the stride.
	end := size * part
	if end > 1<<32 {
		return false
	}
	first := (size*(part-1) + *stride - 1) / *stride * *stride
	for b := first; b < end; b += *stride {
		j.put(uint32(b))
	}
	j.flush()
	return true
}

// put takes an argument, as its bits, and judges when there are enough.
func (j *judge32) put(bits uint32) {
	x := math.Float32frombits(bits)
	j.x[j.n] = x
	if j.second != nil {
		// Bits that have little to do with those of x, the same in every run.
		j.y[j.n] = float32(j.second(float64(x), uint64(bits+1)*0x9e3779b97f4a7c15))
	}
	if j.n++; j.n == lanes {
		j.flush()
	}
}

// flush judges what there is.
func (j *judge32) flush() {
	for i, x := range j.x[:j.n] {
		j.want[i] = j.near(float64(x), float64(j.y[i]))
		j.nearest[i] = math.Float32bits(float32(j.want[i]))
	}
	for k := range j.kernels {
		j.kernels[k].f(&j.x, &j.y, &j.z)
		w := &j.worst[k]
		for i, z := range j.z[:j.n] {
			if math.Float32bits(z) != j.nearest[i] {
				w.see32(float64(j.x[i]), float64(j.y[i]), float64(z), j.want[i])
			}
		}
		w.count += uint64(j.n)
	}
	j.n = 0
}
