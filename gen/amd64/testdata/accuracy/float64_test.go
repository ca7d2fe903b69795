package accuracy

import (
	"flag"
	"math"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
)

var rounds = flag.Int64("rounds", 48, "test float64 functions on 256 times as many arguments")

// TestFloat64 compares every function with many digits, on arguments drawn evenly, on ones of every magnitude, and
// where formulas change; sine and cosine also where they are hardest, at multiples of π/2.
func TestFloat64(t *testing.T) {
	for _, name := range names() {
		t.Run(name, func(t *testing.T) {
			kernels := named(list64, name)
			total := make([]worst, len(kernels))
			for i := range total {
				total[i].limit = 2
			}
			var mu sync.Mutex
			var workers sync.WaitGroup
			var next atomic.Int64
			for range runtime.GOMAXPROCS(0) {
				workers.Go(func() {
					for {
						round := next.Add(1) - 1
						if round >= *rounds {
							return
						}
						x, y := drawn(functions[name], round)
						seen := judge64(kernels, functions[name], name, &x, &y)
						mu.Lock()
						for i := range total {
							total[i].join(seen[i])
						}
						mu.Unlock()
					}
				})
			}
			workers.Wait()
			if name == "sin" || name == "cos" {
				hard := nearQuarters()
				for ; len(hard) >= lanes; hard = hard[lanes:] {
					x := [lanes]float64(hard)
					for i, seen := range judge64(kernels, functions[name], name, &x, &x) {
						total[i].join(seen)
					}
				}
			}
			for i, k := range kernels {
				total[i].report(t, "float64", name, k.level)
			}
		})
	}
}

// drawn are arguments of a round.
func drawn(f function, round int64) (x, y [lanes]float64) {
	r := rand.New(rand.NewPCG(1, uint64(round)))
	for i := range x {
		v := f.from + r.Float64()*(f.to-f.from)
		switch {
		case round%3 == 1:
			v *= math.Ldexp(r.Float64(), -r.IntN(40))
		case round%3 == 2:
			e := f.edges[r.IntN(len(f.edges))]
			v = math.Float64frombits(math.Float64bits(e) + uint64(r.IntN(2001)) - 1000)
			if f.from < -1 && r.IntN(2) == 0 {
				v = -v
			}
		}
		x[i] = v
		if f.second != nil {
			y[i] = f.second(v, r.Uint64())
		}
	}
	return x, y
}

// judge64 is what the kernels of a function do with arguments.
func judge64(kernels []kernel[float64], f function, name string, x, y *[lanes]float64) []worst {
	seen := make([]worst, len(kernels))
	z := make([][lanes]float64, len(kernels))
	for k := range kernels {
		seen[k] = worst{limit: 2, count: lanes}
		kernels[k].f(x, y, &z[k])
	}
	for i := range x {
		near := f.near(x[i], y[i])
		if math.IsInf(near, 0) || near != near || near == 0 || name == "erf" && math.Abs(x[i]) > 6 {
			for k := range kernels {
				seen[k].special(x[i], y[i], z[k][i], near)
			}
			continue
		}
		want := f.exact(num(x[i]), num(y[i]))
		for k := range kernels {
			seen[k].see64(x[i], y[i], z[k][i], want)
		}
	}
	return seen
}
