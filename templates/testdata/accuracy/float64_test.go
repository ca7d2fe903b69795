package accuracy

import (
	"flag"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

var (
	samples = flag.Int("samples", 4000, "how many arguments to test float64 functions on, in every interval")
	ulps    = flag.Float64("ulps", 4, "the accuracy promised for float64")
)

// double is an emitted float64 function, the same in high precision, and the intervals it is tested on.
type double struct {
	name      string
	f         func(float64) float64
	want      func(*big.Float) *big.Float
	intervals [][2]float64
}

// From 2^29 on package math has sine and cosine to 2^-53, which near multiples of π is more than an ULP of them.
var doubles = []double{
	{"exp", dExp, bigExp, [][2]float64{{-1, 1}, {-20, 20}, {-745, 709.7}, {-0x1p-20, 0x1p-20}}},
	{"expm1", dExpm1, bigExpm1, [][2]float64{{-1, 1}, {-20, 20}, {-745, 709.7}, {-0x1p-20, 0x1p-20}, {-0x1p-1000, 0x1p-1000}}},
	{"sigmoid", dSigmoid, bigSigmoid, [][2]float64{{-1, 1}, {-40, 40}, {-745, 0}, {0, 100}, {-0x1p-20, 0x1p-20}}},
	{"tanh", dTanh, bigTanh, [][2]float64{{-0.7, 0.7}, {-5, 5}, {-25, 25}, {-0x1p-20, 0x1p-20}, {-0x1p-1000, 0x1p-1000}}},
	{"atan", dAtan, bigAtan, [][2]float64{{-0.7, 0.7}, {-5, 5}, {-1e6, 1e6}, {-0x1p-20, 0x1p-20}, {-0x1p-1000, 0x1p-1000}}},
	{"sin", dSin, bigSin, [][2]float64{{-0.8, 0.8}, {-20, 20}, {-1e6, 1e6}, {-0x1p29, 0x1p29}, {-0x1p-20, 0x1p-20}, {-0x1p-1000, 0x1p-1000}}},
	{"cos", dCos, bigCos, [][2]float64{{-0.8, 0.8}, {-20, 20}, {-1e6, 1e6}, {-0x1p29, 0x1p29}}},
	{"erf", dErf, bigErf, [][2]float64{{-0.8, 0.8}, {-6, 6}, {-0x1p-20, 0x1p-20}, {-0x1p-1000, 0x1p-1000}}},
	{"log", dLog, bigLog, [][2]float64{{0.4, 1.6}, {0.999, 1.001}, {0x1p-60, 100}, {0x1p-1022, 0x1p-1000}, {1, math.MaxFloat64}}},
	{"log1p", dLog1p, bigLog1p, [][2]float64{{-0.5, 1}, {-0x1p-20, 0x1p-20}, {-0.9999, -0.5}, {1, 1e10}, {-0x1p-1000, 0x1p-1000}}},
	{"sqrt", dSqrt, func(x *big.Float) *big.Float { return zero().Sqrt(x) }, [][2]float64{{0, 1}, {1, math.MaxFloat64}, {0, 0x1p-1022}}},
}

// TestFloat64 compares every function with arithmetic of 200 bits.
func TestFloat64(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, c := range doubles {
		t.Run(c.name, func(t *testing.T) {
			worst, at, failed := 0.0, 0.0, 0
			for _, in := range c.intervals {
				for i := range *samples {
					// Spread over the interval, and by exponent towards its ends at 0.
					x := in[0] + (in[1]-in[0])*r.Float64()
					if i%4 == 0 {
						x = math.Ldexp(x, -r.IntN(30))
					}
					if x < in[0] || x > in[1] || x == 0 {
						continue
					}
					got, want := c.f(x), c.want(num(x))
					err := distance(got, want)
					if err > worst {
						worst, at = err, x
					}
					if !(err <= *ulps) {
						if failed++; failed <= 10 {
							t.Errorf("%s(%v) = %v, want %v: %.3g ULP", c.name, x, got, want.Text('g', 20), err)
						}
					}
				}
			}
			t.Logf("largest error %.4f ULP at %v", worst, at)
		})
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
		{"sin", bigSin, math.Sin, []float64{-1e10, -3, -0.1, 0x1p-500, 0.6, 1, 2, 4, 5, 1e22}},
		{"cos", bigCos, math.Cos, []float64{-1e10, -3, -0.1, 0x1p-500, 0.6, 1, 2, 4, 5, 1e22}},
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
