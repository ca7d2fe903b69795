package accuracy

import (
	"flag"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

var stride = flag.Uint64("stride", 9973, "test float32 functions on every stride-th bit pattern; 1 is all of them")

// function is what a kernel is to compute: by package math, whose error does not matter to a float32, and to many digits; and where
// its formula changes.
type function struct {
	near  func(float64) float64
	exact func(*big.Float) *big.Float
	// from and to are where float64 arguments are drawn.
	from, to float64
	edges    []float64
}

var functions = map[string]function{
	"exp":     {exp, bigExp, -745, 709.7, []float64{89, -104, -87.33654, 88.72284, math.Ln2 / 2, -math.Ln2 / 2, -708.4, 709.78}},
	"expm1":   {math.Expm1, bigExpm1, -60, 709.7, []float64{-60, 89, math.Ln2 / 2, -math.Ln2 / 2, 1.5 * math.Ln2, 0x1p-24, 0x1p-53}},
	"log":     {math.Log, bigLog, 0, 10, []float64{1, math.Sqrt2, math.Sqrt2 / 2, 0x1p-126, 0x1p-1022, math.MaxFloat32}},
	"log1p":   {math.Log1p, bigLog1p, -1, 10, []float64{-1, -0.5, 1, 0x1p-24, 0x1p-53, math.Sqrt2 - 1, math.Sqrt2/2 - 1}},
	"sigmoid": {sigmoid, bigSigmoid, -708, 40, []float64{-104, -87.3, -708.4, 17, 37}},
	"tanh":    {math.Tanh, bigTanh, -20, 20, []float64{0.6, 0.35, 9.01, 19}},
	"atan":    {math.Atan, bigAtan, -10, 10, []float64{math.Sqrt2 - 1, math.Sqrt2 + 1, 1, 1e20}},
	"erf":     {math.Erf, bigErf, -6, 6, []float64{1, 3, 6, 0x1p-30, 0x1p-126}},
	"sqrt":    {math.Sqrt, func(x *big.Float) *big.Float { return zero().Sqrt(x) }, 0, 100, []float64{1, 0x1p-126}},
}

// exp is math.Exp, which on amd64 overflows too early.
func exp(x float64) float64 {
	if x > 709 && x < 710 {
		v, _ := bigExp(num(x)).Float64()
		return v
	}
	return math.Exp(x)
}

func sigmoid(x float64) float64 {
	if x < 0 {
		e := math.Exp(x)
		return e / (1 + e)
	}
	return 1 / (1 + math.Exp(-x))
}

// specials are values of arguments that have no rounding error.
var specials = []float64{
	0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.NaN(), 1e30, -1e30, -1, -2, 1e4, -1e4, math.SmallestNonzeroFloat32, -math.SmallestNonzeroFloat32,
}

// TestFloat32 compares every function with float64 arithmetic.
func TestFloat32(t *testing.T) {
	for _, k := range list32 {
		t.Run(k.name+"/"+k.level, func(t *testing.T) {
			t.Parallel()
			w := worst{t: t, limit: 1}
			fn := functions[k.name]
			var x, y [256]float32
			n := 0
			flush := func() {
				k.f(&x, &y)
				for i := range n {
					w.see32(x[i], y[i], fn.near(float64(x[i])))
				}
				n = 0
			}
			put := func(v float32) {
				x[n] = v
				if n++; n == len(x) {
					flush()
				}
			}
			for b := uint64(0); b < 1<<32; b += *stride {
				put(math.Float32frombits(uint32(b)))
			}
			for _, e := range append(fn.edges, 0, math.Inf(1), math.Inf(-1)) {
				for d := -1000; d <= 1000; d++ {
					b := math.Float32bits(float32(e)) + uint32(d)
					put(math.Float32frombits(b))
					put(math.Float32frombits(b ^ 1<<31))
				}
			}
			flush()
			t.Logf("float32 %s: %d arguments, largest error %.4f ULP at %v", k.name, w.count, w.err, w.at)
		})
	}
}

// TestFloat64 compares every function with many digits, on arguments drawn evenly, on ones of every magnitude, and where formulas
// change.
func TestFloat64(t *testing.T) {
	for _, k := range list64 {
		t.Run(k.name+"/"+k.level, func(t *testing.T) {
			t.Parallel()
			w := worst{t: t, limit: 2}
			fn := functions[k.name]
			r := rand.New(rand.NewPCG(1, 1))
			var x, y [256]float64
			for round := range 24 {
				for i := range x {
					v := fn.from + r.Float64()*(fn.to-fn.from)
					switch {
					case round%3 == 1:
						v *= math.Ldexp(r.Float64(), -r.IntN(40))
					case round%3 == 2:
						e := fn.edges[r.IntN(len(fn.edges))]
						v = math.Float64frombits(math.Float64bits(e) + uint64(r.IntN(2001)) - 1000)
						if fn.from < -1 && r.IntN(2) == 0 {
							v = -v
						}
					}
					x[i] = v
				}
				k.f(&x, &y)
				for i := range x {
					if want := fn.near(x[i]); math.IsInf(want, 0) || want != want || want == 0 || k.name == "erf" && math.Abs(x[i]) > 6 {
						w.special(x[i], y[i], want)
					} else {
						w.see64(x[i], y[i], fn.exact(num(x[i])))
					}
				}
			}
			t.Logf("float64 %s: %d arguments, largest error %.4f ULP at %v", k.name, w.count, w.err, w.at)
		})
	}
}

// TestSpecial looks at arguments whose results are exact or not numbers, those next to others that are plain: no lane may disturb
// another.
func TestSpecial(t *testing.T) {
	for i, k := range list32 {
		k64 := list64[i]
		t.Run(k.name+"/"+k.level, func(t *testing.T) {
			for i, v := range specials {
				var x, y [256]float32
				var x64, y64 [256]float64
				for j := range x {
					x[j], x64[j] = 0.75, 0.75
				}
				at := (37*i + 5) % len(x)
				x[at], x64[at] = float32(v), v
				k.f(&x, &y)
				k64.f(&x64, &y64)
				w := worst{t: t, limit: 1}
				for j := range x {
					w.see32(x[j], y[j], functions[k.name].near(float64(x[j])))
				}
				w.limit = 2
				if want := functions[k.name].near(v); math.IsInf(want, 0) || want != want || want == 0 {
					w.special(v, y64[at], want)
				}
			}
		})
	}
}

// worst is the largest error seen.
type worst struct {
	t       *testing.T
	limit   float64
	count   int
	err, at float64
	failed  int
}

func (w *worst) fail(x, got, want any, err float64) {
	if w.failed++; w.failed <= 5 {
		w.t.Errorf("f(%v) = %v, want %v: %.3f ULP", x, got, want, err)
	}
}

func (w *worst) note(x, err float64) {
	w.count++
	if err > w.err {
		w.err, w.at = err, x
	}
}

// special compares results that must be the very same, zeros with their signs.
func (w *worst) special(x, got, want float64) {
	w.count++
	if got != got && want != want || got == want && math.Signbit(got) == math.Signbit(want) {
		return
	}
	w.fail(x, got, want, math.Inf(1))
}

func (w *worst) see32(x, got float32, want float64) {
	if math.IsInf(want, 0) || want != want || want == 0 {
		w.special(float64(x), float64(got), want)
		return
	}
	g := float64(got)
	if math.IsInf(g, 0) {
		g = math.Copysign(0x1p128, g)
	}
	_, e := math.Frexp(want)
	err := math.Abs(g-want) / math.Ldexp(1, min(max(e, -125), 128)-24)
	if math.Abs(want) >= 0x1p128 && math.IsInf(float64(got), 0) {
		err = 0
	}
	w.note(float64(x), err)
	if !(err <= w.limit) || math.Signbit(float64(got)) != math.Signbit(want) {
		w.fail(x, got, want, err)
	}
}

func (w *worst) see64(x, got float64, want *big.Float) {
	v, _ := want.Float64()
	if math.IsInf(got, 0) || got != got {
		w.fail(x, got, v, math.Inf(1))
		return
	}
	_, e := math.Frexp(v)
	diff, _ := zero().Sub(num(got), want).Float64()
	err := math.Abs(diff) / math.Ldexp(1, max(e, -1021)-53)
	w.note(x, err)
	if !(err <= w.limit) {
		w.fail(x, got, v, err)
	}
}
