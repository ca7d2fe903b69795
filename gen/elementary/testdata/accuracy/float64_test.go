package accuracy

import (
	"flag"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

var samples = flag.Int("samples", 4000, "how many arguments to test float64 functions on, in every interval")

// promised is the accuracy of float64 functions, in units in the last place.
const promised = 1

// double is an emitted float64 function, that of package math, the same in high precision, intervals it is tested on,
// and where its formula changes or the result is a special one: a neighbourhood of each is tested too.
type double struct {
	name      string
	f         func(float64) float64
	plain     func(float64) float64
	want      func(*big.Float) *big.Float
	intervals [][2]float64
	edges     []float64
}

var doubles = []double{
	{"exp", dExp, math.Exp, bigExp,
		[][2]float64{{-1, 1}, {-20, 20}, {-745.13, 709.78}, {-745.1, -708}, {-0x1p-20, 0x1p-20}},
		append(steps(math.Ln2/64, -300, 300), 709.7827, -708.3964, -744.44, -745.1332, 0x1p-54, -0x1p-53)},
	{"expm1", dExpm1, math.Expm1, bigExpm1,
		[][2]float64{{-1, 1}, {-50, 50}, {-745, 709.78}, {-0x1p-20, 0x1p-20}, {-0x1p-1000, 0x1p-1000}},
		append(steps(math.Ln2/64, -300, 300), 709.7827, 709.09, 36.7, 37.4, -36.7, -37.43, -40, 0x1p-54, -0x1p-54,
			0x1p-52)},
	{"sigmoid", dSigmoid, sigmoid, bigSigmoid,
		[][2]float64{{-1, 1}, {-40, 40}, {-745.13, 0}, {0, 100}, {-745.1, -708}, {-0x1p-20, 0x1p-20}},
		append(steps(math.Ln2/64, -300, 300), -708.3964, -744.44, -745.1332, 36.7, 37.4, 0x1p-54, -0x1p-53)},
	{"tanh", dTanh, math.Tanh, bigTanh,
		[][2]float64{{-0.7, 0.7}, {-5, 5}, {-25, 25}, {-0x1p-20, 0x1p-20}, {-0x1p-1000, 0x1p-1000}},
		append(binades(8, -5, 5), 19.06, 19.999999999999996, 20, 22, -22, 300, 0x1p-28, -0x1p-28, 0x1p-27)},
	{"atan", dAtan, math.Atan, bigAtan,
		[][2]float64{{-0.7, 0.7}, {-5, 5}, {-20, 20}, {-1e6, 1e6}, {-0x1p-20, 0x1p-20}, {-0x1p-1000, 0x1p-1000}},
		append(binades(4, -6, 5), 0x1p-28, 0x1p-27, 0x1p53, 0x1p60, 1e300, math.MaxFloat64)},
	{"sin", dSin, math.Sin, bigSin, [][2]float64{{-0.8, 0.8}, {-20, 20}, {-1e6, 1e6}, {-0x1p40, 0x1p40},
		{-1e300, 1e300}, {-0x1p-20, 0x1p-20}, {-0x1p-1000, 0x1p-1000}},
		append(steps(math.Pi/64, -300, 300), 0x1p-27, -0x1p-27, 0x1p-26, math.MaxFloat64, -1e300)},
	{"cos", dCos, math.Cos, bigCos,
		[][2]float64{{-0.8, 0.8}, {-20, 20}, {-1e6, 1e6}, {-0x1p40, 0x1p40}, {-1e300, 1e300}, {-0x1p-20, 0x1p-20}},
		append(steps(math.Pi/64, -300, 300), 0x1p-27, -0x1p-27, 0x1p-26, math.MaxFloat64, -1e300)},
	{"erf", dErf, math.Erf, bigErf,
		[][2]float64{{-0.8, 0.8}, {-6, 6}, {-0x1p-20, 0x1p-20}, {-0x1p-1000, 0x1p-1000}, {-0x1p-1021, 0x1p-1021}},
		append(steps(1.0/8, -48, 48), 5.9215, 5.98)},
	{"log", dLog, math.Log, bigLog, [][2]float64{{0.4, 1.6}, {0.999, 1.001}, {0x1p-60, 100}, {0, 0x1p-1022},
		{0x1p-1022, 0x1p-1000}, {1, math.MaxFloat64}},
		append(binades(128, -2, 2), 0x1p-1022, 0x1p-1040, 0x1p-1074, math.MaxFloat64)},
	{"log1p", dLog1p, math.Log1p, bigLog1p,
		[][2]float64{{-0.5, 1}, {-0x1p-20, 0x1p-20}, {-0.9999, -0.5}, {1, 1e10}, {1, 1e300}, {-0x1p-1000, 0x1p-1000}},
		append(below(binades(128, -2, 2)), -1+0x1p-53, -1+0x1p-40, 0x1p-54, -0x1p-54, 0x1p-53, -0x1p-45, 0x1p-45,
			0x1p53, math.MaxFloat64)},
	{"pow", func(x float64) float64 { return dPow(x, 1.5) }, func(x float64) float64 { return math.Pow(x, 1.5) },
		func(x *big.Float) *big.Float { return bigExp(zero().Mul(bigLog(x), num(1.5))) },
		[][2]float64{{0.4, 1.6}, {0.999, 1.001}, {0x1p-60, 100}, {0x1p-700, 0x1p-670}, {1, 0x1p600}},
		append(binades(128, -2, 2), 0x1p-681, 0x1p-715)},
	{"sqrt", dSqrt, math.Sqrt, func(x *big.Float) *big.Float {
		return zero().Sqrt(x)
	}, [][2]float64{{0, 1}, {1, math.MaxFloat64}, {0, 0x1p-1022}}, nil},
}

// steps are the multiples of half a step from first to last steps: the middles of a table's rows and what is half way
// between.
func steps(step float64, first, last int) []float64 {
	var xs []float64
	for k := 2 * first; k <= 2*last; k++ {
		xs = append(xs, float64(k)*step/2)
	}
	return xs
}

// binades are the powers of two from 2^first to 2^last, each cut into so many parts.
func binades(parts, first, last int) []float64 {
	var xs []float64
	for e := first; e <= last; e++ {
		for i := range parts {
			xs = append(xs, math.Ldexp(1+float64(i)/float64(parts), e))
		}
	}
	return xs
}

// below are the numbers less 1.
func below(xs []float64) []float64 {
	for i := range xs {
		xs[i]--
	}
	return xs
}

// TestFloat64 compares every function with arithmetic of 200 bits.
func TestFloat64(t *testing.T) {
	for _, c := range doubles {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(1, 1))
			w := &judge{t: t, c: c}
			for _, in := range c.intervals {
				for i := range *samples {
					// Spread over the interval, and by exponent towards its ends at 0.
					x := in[0] + (in[1]/2-in[0]/2)*r.Float64()*2
					if i%4 == 0 {
						x = math.Ldexp(x, -r.IntN(30))
					}
					if x >= in[0] && x <= in[1] && x != 0 {
						w.see(x)
					}
				}
			}
			for _, edge := range c.edges {
				for d := -4; d <= 4; d++ {
					b := math.Float64bits(edge) + uint64(d)
					x := math.Float64frombits(b)
					if edge != 0 && !math.IsInf(x, 0) && x != 0 && x != -1 && w.c.plain(x) == w.c.plain(x) &&
						!math.IsInf(w.c.plain(x), 0) {
						w.see(x)
					}
				}
			}
			w.report()
		})
	}
}

// judge keeps the largest error that a function makes.
type judge struct {
	t             *testing.T
	c             double
	count, failed int
	worst, at     float64
}

func (w *judge) see(x float64) {
	w.count++
	got, want := w.c.f(x), w.c.want(num(x))
	err := distance(got, want)
	if err > w.worst {
		w.worst, w.at = err, x
	}
	if !(err <= promised) {
		if w.failed++; w.failed <= 10 {
			w.t.Errorf("%s(%v) = %v, want %v: %.3g ULP", w.c.name, x, got, want.Text('g', 20), err)
		}
	}
}

func (w *judge) report() {
	w.t.Logf("%d arguments, largest error %.4f ULP at %v; %d failed", w.count, w.worst, w.at, w.failed)
}

// TestNearQuarters tests sine and cosine where they are hardest: on the float64s that are nearest to multiples of π/2.
func TestNearQuarters(t *testing.T) {
	sin, cos := &judge{t: t}, &judge{t: t}
	for _, c := range doubles {
		switch c.name {
		case "sin":
			sin.c = c
		case "cos":
			cos.c = c
		}
	}
	nearest := math.Inf(1)
	for _, x := range nearQuarters() {
		sin.see(x)
		cos.see(-x)
		nearest = min(nearest, math.Abs(dSin(x)), math.Abs(dCos(x)))
	}
	sin.report()
	cos.report()
	if sin.count < 1000 || nearest > 0x1p-60 {
		t.Errorf("%d arguments, the nearest %v: too few, or not near enough", sin.count, nearest)
	}
}

// distance is the error of x in units in the last place of want.
func distance(x float64, want *big.Float) float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return math.Inf(1)
	}
	exponent := max(want.MantExp(nil), -1021) // the smallest normal number is ½·2^-1021
	unit := zero().SetMantExp(num(1), exponent-53)
	err, _ := zero().Quo(zero().Sub(num(x), want), unit).Float64()
	return math.Abs(err)
}

// TestReference checks the reference against package math, which is good to an ULP or so.
func TestReference(t *testing.T) {
	for _, c := range []struct {
		name string
		big  func(*big.Float) *big.Float
		f    func(float64) float64
		at   []float64
	}{
		{"exp", bigExp, math.Exp, []float64{-700, -1, -0x1p-40, 0.3, 1, 42, 700}},
		{"atan", bigAtan, math.Atan, []float64{-1e300, -3, -0.1, 0x1p-30, 0.6, 1, 20}},
		{"expm1", bigExpm1, math.Expm1, []float64{-700, -1, -0x1p-40, -0x1p-500, 0x1p-29, 0x1p-31, 0.3, 1, 700}},
		{"sin", bigSin, math.Sin, []float64{-1e10, -3, -0.1, 0x1p-500, 0.6, 1, 2, 4, 5, 1e22, 1e300}},
		{"cos", bigCos, math.Cos, []float64{-1e10, -3, -0.1, 0x1p-500, 0.6, 1, 2, 4, 5, 1e22, 1e300}},
		{"erf", bigErf, math.Erf, []float64{-5, -3, -0.1, 0x1p-500, 0.6, 1, 2, 5.5}},
		{"log", bigLog, math.Log, []float64{0x1p-1022, 0.1, 0.999, 1.5, 42, math.MaxFloat64}},
		{"log1p", bigLog1p, math.Log1p, []float64{-0.999, -0.4, 0x1p-500, 0.4, 42}},
		{"tanh", bigTanh, math.Tanh, []float64{-3, -0.1, 0x1p-31, 0x1p-29, 0x1p-500, 0.6, 3, 20}},
		{"sigmoid", bigSigmoid, sigmoid, []float64{-700, -3, 0, 0.1, 3, 40}},
	} {
		for _, x := range c.at {
			if err := distance(c.f(x), c.big(num(x))); err > 4 {
				t.Errorf("%s(%v): the reference and package math are %.3g ULP apart", c.name, x, err)
			}
		}
	}
}
