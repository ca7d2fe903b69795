// Package accuracy measures emitted elementary functions. TestAccuracy of package elementary lays them beside
// these files and runs the tests here.
package accuracy

import (
	"flag"
	"fmt"
	"math"
	"math/big"
	"runtime"
	"sync"
	"testing"
)

var stride = flag.Uint64("stride", 9973, "test float32 functions on every stride-th bit pattern; 1 is all of them")

// single is an emitted float32 function, the same in float64, and where its formula changes: a neighbourhood of each is
// tested in full.
type single struct {
	name  string
	f     func(float32) float32
	want  func(float64) float64
	ulps  float64 // 0: the result must be the nearest float32
	edges []float32
}

var singles = []single{
	{"exp", sExp, math.Exp, 0.51, []float32{-110, 110, 88.72284, -87.33654, -103.97208, -103.27893, 0x1p-25, -0x1p-24}},
	{"expm1", sExpm1, math.Expm1, 0.502, []float32{-110, 110, 88.72284, -17.32868, 0x1p-24, -0x1p-24, 0x1p-12,
		math.Ln2 / 64, -math.Ln2 / 64, 3 * math.Ln2 / 64}},
	{"sigmoid", sSigmoid, sigmoid, 0.51, []float32{-110, 110, -88.72284, -87.33654, -103.97208, 16.635532, 17.32868}},
	{"tanh", sTanh, math.Tanh, 0.51, []float32{0x1p-12, -0x1p-12, 22, -22, 9.010913, -9.010913}},
	{"atan", sAtan, math.Atan, 0.502,
		[]float32{1, -1, 0x1p-12, -0x1p-12, 0.0625, -0.0625, 0.078125, 0.5, 12, -12, 0x1p-126, math.MaxFloat32}},
	{"sin", sSin, math.Sin, 0.502,
		append([]float32{0x1p-12, -0x1p-12, math.Pi / 64, -math.Pi / 64, 0x1p126}, circular...)},
	{"cos", sCos, math.Cos, 0.502, append([]float32{0x1p-12, math.Pi / 64, 0x1p126}, circular...)},
	{"erf", sErf, math.Erf, 0.502,
		[]float32{0x1p-126, -0x1p-126, 0.0625, -0.0625, 0.1875, 1, 3.8125, 3.9192059, -3.9192059, 3.9296875, 4}},
	{"log", sLog, math.Log, 0.51, []float32{1, 0x1p-126, math.Sqrt2, math.Sqrt2 / 2, 2, 0.5, math.MaxFloat32}},
	{"log1p", sLog1p, math.Log1p, 0.51, []float32{-1, -0.5, 1, 0x1p-24, -0x1p-24, math.MaxFloat32}},
	{"sqrt", sSqrt, math.Sqrt, 0, []float32{1, 0x1p-126, math.MaxFloat32}},
	{"abs", sAbs, math.Abs, 0, []float32{1, -1, 0x1p-126}},
	{"where", func(x float32) float32 { return sWhere(x, 7, -5) }, where, 0, []float32{0x1p-126, -0x1p-126}},
	{"pow", func(x float32) float32 {
		return sPow(x, 1.5)
	}, func(x float64) float64 { return math.Pow(x, 1.5) }, 0.51, []float32{1, 2, -1, 0x1p-126, math.MaxFloat32}},
}

// circular are arguments of sine and cosine: quarters of the circle, where the exponents of a row of the table begin
// and end, the largest, and those nearest to a multiple of π/2 and of π/32 in proportion, which a search over all
// float32s found.
var circular = []float32{
	math.Pi / 4, math.Pi / 2, math.Pi, 3 * math.Pi / 2, 2 * math.Pi, -math.Pi, 1000 * math.Pi,
	0x1p1, 0x1p9, -0x1p9, 0x1p17, 0x1p25, 0x1p33, 0x1p57, 0x1p97, 0x1p113, 0x1p121, math.MaxFloat32, -math.MaxFloat32,
	0x1.f37c8ap+91, 0x1.47d0fep+30, 0x1.f9cbe2p+03, 0x1.32ede2p+81, 0x1.628d4cp+36, 0x1.13093p+72,
	0x1.f37c8ap+95, 0x1.47d0fep+34, 0x1.f37c8ap+96, 0x1.47d0fep+35, 0x1.f9cbe2p+07,
}

func sigmoid(x float64) float64 {
	if x < 0 {
		e := math.Exp(x)
		return e / (1 + e)
	}
	return 1 / (1 + math.Exp(-x))
}

func where(c float64) float64 {
	if c > 0 {
		return 7
	}
	return -5
}

// TestFloat32 compares every function with float64 arithmetic, whose own error is 2^-28 ULP of a float32.
func TestFloat32(t *testing.T) {
	for _, c := range singles {
		t.Run(c.name, func(t *testing.T) {
			w := &worst{c: c, at: float32(math.NaN())}
			var wg sync.WaitGroup
			cpus := uint64(runtime.GOMAXPROCS(0))
			results := make([]*worst, cpus)
			for cpu := range cpus {
				mine := &worst{c: c}
				results[cpu] = mine
				wg.Go(func() {
					for b := cpu * *stride; b < 1<<32; b += cpus * *stride {
						mine.see(math.Float32frombits(uint32(b)))
					}
				})
			}
			wg.Wait()
			for _, mine := range results {
				w.join(mine)
			}
			edges := append([]float32{0, float32(math.Copysign(0, -1)), float32(math.Inf(1)), float32(math.Inf(-1)),
				math.SmallestNonzeroFloat32, -math.SmallestNonzeroFloat32}, c.edges...)
			for _, e := range edges {
				for d := -1000; d <= 1000; d++ {
					w.see(math.Float32frombits(math.Float32bits(e) + uint32(d)))
				}
			}
			t.Logf("%d arguments, largest error %.4f ULP at %v", w.count, w.err, w.at)
			for i, f := range w.failures {
				if i == 10 {
					t.Errorf("and %d more", w.failed-i)
					break
				}
				t.Error(f)
			}
		})
	}
}

// worst is the largest error seen, and the first failures.
type worst struct {
	c        single
	count    int
	err      float64
	at       float32
	failed   int
	failures []string
}

func (w *worst) join(v *worst) {
	w.count += v.count
	if v.err > w.err {
		w.err, w.at = v.err, v.at
	}
	w.failed += v.failed
	w.failures = append(w.failures, v.failures...)
}

func (w *worst) see(x float32) {
	w.count++
	got, want := w.c.f(x), w.c.want(float64(x))
	ok := true
	switch {
	case want != want:
		ok = got != got
	case got != got || math.Signbit(float64(got)) != math.Signbit(want):
		ok = false
	case math.IsInf(want, 0):
		ok = math.IsInf(float64(got), 0)
	case w.c.ulps == 0:
		ok = got == float32(want)
	default:
		err := math.Abs(finite(got)-want) / ulp32(want)
		if math.Abs(want) >= 0x1p128 && math.IsInf(float64(got), 0) {
			err = 0
		}
		if err > w.err {
			w.err, w.at = err, x
		}
		ok = err <= w.c.ulps
	}
	if !ok {
		w.failed++
		if len(w.failures) < 11 {
			w.failures = append(w.failures, fmt.Sprintf("%s(%v) = %v, want %v", w.c.name, x, got, want))
		}
	}
}

// finite is a float32 as a number, infinity being where the next binade would begin.
func finite(x float32) float64 {
	if math.IsInf(float64(x), 0) {
		return math.Copysign(0x1p128, float64(x))
	}
	return float64(x)
}

// ulp32 is the distance of float32s around x, those below 2^128.
func ulp32(x float64) float64 {
	_, e := math.Frexp(x)
	return math.Ldexp(1, min(max(e, -125), 128)-24)
}

// TestCircular compares sine and cosine with high precision where package math may not be good enough to judge them.
func TestCircular(t *testing.T) {
	for _, c := range []struct {
		name string
		f    func(float32) float32
		want func(*big.Float) *big.Float
	}{{"sin", sSin, bigSin}, {"cos", sCos, bigCos}} {
		for _, near := range circular {
			for d := -20; d <= 20; d++ {
				b := math.Float32bits(near) + uint32(d)
				if b&^(1<<31) > math.Float32bits(math.MaxFloat32) {
					continue
				}
				x := math.Float32frombits(b)
				got, want := c.f(x), c.want(num(float64(x)))
				nearest, _ := want.Float64()
				err, _ := zero().Sub(num(float64(got)), want).Float64()
				if !(math.Abs(err) <= 0.502*ulp32(nearest)) {
					t.Errorf("%s(%v) = %v, want %v: %.4f ULP", c.name, x, got, want.Text('g', 12),
						math.Abs(err)/ulp32(nearest))
				}
			}
		}
	}
}

// TestSpecial checks the values that have no rounding, in both precisions.
func TestSpecial(t *testing.T) {
	inf, nan, minus := math.Inf(1), math.NaN(), math.Copysign(0, -1)
	const tiny = math.SmallestNonzeroFloat32
	for _, c := range []struct {
		name string
		f32  func(float32) float32
		f64  func(float64) float64
		want map[string][2]float64
	}{
		{"exp", sExp, dExp, map[string][2]float64{"0": {0, 1}, "-0": {minus, 1}, "+Inf": {inf, inf}, "-Inf": {-inf, 0},
			"NaN": {nan, nan}, "1000": {1000, inf}, "-1000": {-1000, 0}}},
		{"expm1", sExpm1, dExpm1,
			map[string][2]float64{"0": {0, 0}, "-0": {minus, minus}, "+Inf": {inf, inf}, "-Inf": {-inf, -1},
				"NaN": {nan, nan}, "1000": {1000, inf}, "-1000": {-1000, -1}, "2^-149": {tiny, tiny},
				"-2^-149": {-tiny, -tiny}}},
		{"sigmoid", sSigmoid, dSigmoid, map[string][2]float64{"0": {0, 0.5}, "-0": {minus, 0.5}, "+Inf": {inf, 1},
			"-Inf": {-inf, 0}, "NaN": {nan, nan}, "1000": {1000, 1}, "-1000": {-1000, 0}}},
		{"tanh", sTanh, dTanh, map[string][2]float64{"0": {0, 0}, "-0": {minus, minus}, "+Inf": {inf, 1},
			"-Inf": {-inf, -1}, "NaN": {nan, nan}, "1000": {1000, 1}, "-1000": {-1000, -1}}},
		{"atan", sAtan, dAtan, map[string][2]float64{"0": {0, 0}, "-0": {minus, minus}, "+Inf": {inf, math.Pi / 2},
			"-Inf": {-inf, -math.Pi / 2}, "NaN": {nan, nan}, "2^-149": {tiny, tiny}, "-2^-149": {-tiny, -tiny}}},
		{"sin", sSin, dSin, map[string][2]float64{"0": {0, 0}, "-0": {minus, minus}, "+Inf": {inf, nan},
			"-Inf": {-inf, nan}, "NaN": {nan, nan}, "2^-149": {tiny, tiny}, "-2^-149": {-tiny, -tiny}}},
		{"cos", sCos, dCos, map[string][2]float64{"0": {0, 1}, "-0": {minus, 1}, "+Inf": {inf, nan},
			"-Inf": {-inf, nan}, "NaN": {nan, nan}, "2^-149": {tiny, 1}, "-2^-149": {-tiny, 1}}},
		{"erf", sErf, dErf, map[string][2]float64{"0": {0, 0}, "-0": {minus, minus}, "+Inf": {inf, 1},
			"-Inf": {-inf, -1}, "NaN": {nan, nan}, "1000": {1000, 1}, "-1000": {-1000, -1}}},
		{"log", sLog, dLog, map[string][2]float64{"0": {0, -inf}, "-0": {minus, -inf}, "+Inf": {inf, inf},
			"-Inf": {-inf, nan}, "NaN": {nan, nan}, "1": {1, 0}, "-1": {-1, nan}}},
		{"log1p", sLog1p, dLog1p, map[string][2]float64{"0": {0, 0}, "-0": {minus, minus}, "+Inf": {inf, inf},
			"-Inf": {-inf, nan}, "NaN": {nan, nan}, "-1": {-1, -inf}, "-2": {-2, nan}}},
		{"sqrt", sSqrt, dSqrt, map[string][2]float64{"0": {0, 0}, "-0": {minus, minus}, "+Inf": {inf, inf},
			"-Inf": {-inf, nan}, "NaN": {nan, nan}, "4": {4, 2}, "-1": {-1, nan}}},
		{"abs", sAbs, dAbs, map[string][2]float64{"0": {0, 0}, "-0": {minus, 0}, "+Inf": {inf, inf},
			"-Inf": {-inf, inf}, "NaN": {nan, nan}, "-3": {-3, 3}}},
		{
			"where", func(x float32) float32 {
				return sWhere(x, 7, -5)
			}, func(x float64) float64 { return dWhere(x, 7, -5) },
			map[string][2]float64{"0": {0, -5}, "-0": {minus, -5}, "+Inf": {inf, 7}, "-Inf": {-inf, -5},
				"NaN": {nan, -5}, "2^-149": {math.SmallestNonzeroFloat32, 7},
				"-2^-149": {-math.SmallestNonzeroFloat32, -5}},
		},
	} {
		for name, v := range c.want {
			if got, want := float64(c.f32(float32(v[0]))), float64(float32(v[1])); !same(got, want) {
				t.Errorf("float32 %s(%s) = %v, want %v", c.name, name, got, want)
			}
			if got := c.f64(v[0]); !same(got, v[1]) {
				t.Errorf("float64 %s(%s) = %v, want %v", c.name, name, got, v[1])
			}
		}
	}
}

// same says whether two numbers are the same, all NaNs alike and zeros told apart.
func same(x, y float64) bool {
	return x != x && y != y || x == y && math.Signbit(x) == math.Signbit(y)
}
