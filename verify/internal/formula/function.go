package formula

import (
	"math"
	"slices"

	"github.com/backpropgen/backpropgen/verify/internal/rounding"
	"github.com/backpropgen/backpropgen/verify/internal/scalar"
)

// function is an elementary function of formulas. It increases, and its slope is monotone on either side
// of 0, unless it is periodic.
type function struct {
	name string
	// at is the function, slope its derivative and second the derivative of that, all free of cancellation.
	at, slope, second func(float64) float64
	// lowest is where the arguments begin.
	lowest float64
	// values is what the function cannot leave.
	values span
	// root is where it is 0; there everybody computes it exactly. NaN if nowhere.
	root float64
	// periodic is for sin and cos, which differ no more than their arguments.
	periodic bool
	// roundings is what an evaluation has more than one elementary function.
	roundings float64
}

// functions are the functions of one argument, without abs, which is no smooth one, and with softplus, which is
// not in the language: it is what log(1 + exp(x)) may become.
var functions = []function{
	{
		name: "exp", at: math.Exp, slope: math.Exp, second: math.Exp, lowest: math.Inf(-1),
		values: span{0, math.Inf(1)}, root: math.NaN(),
	},
	{
		name: "expm1", at: math.Expm1, slope: math.Exp, second: math.Exp, lowest: math.Inf(-1),
		values: span{-1, math.Inf(1)},
	},
	{
		name: "log", at: math.Log, slope: func(x float64) float64 { return 1 / x },
		second: func(x float64) float64 { return -1 / x / x }, values: everything, root: 1,
	},
	{
		name: "log1p", at: math.Log1p, slope: func(x float64) float64 { return 1 / (1 + x) },
		second: func(x float64) float64 { return -1 / (1 + x) / (1 + x) }, lowest: -1, values: everything,
	},
	{
		name: "sqrt", at: math.Sqrt, slope: func(x float64) float64 { return 0.5 / math.Sqrt(x) },
		second: func(x float64) float64 { return -0.25 / x / math.Sqrt(x) }, values: span{0, math.Inf(1)},
	},
	{
		name: "tanh", at: math.Tanh, slope: scalar.TanhSlope,
		second: func(x float64) float64 { return -2 * math.Tanh(x) * scalar.TanhSlope(x) }, lowest: math.Inf(-1),
		values: span{-1, 1},
	},
	{
		name: "sigmoid", at: scalar.Sigmoid, slope: scalar.SigmoidSlope,
		second: func(x float64) float64 { return -scalar.SigmoidSlope(x) * math.Tanh(x/2) }, lowest: math.Inf(-1),
		values: span{0, 1}, root: math.NaN(),
	},
	{
		name: "softplus", at: scalar.Softplus, slope: scalar.Sigmoid, second: scalar.SigmoidSlope,
		lowest: math.Inf(-1), values: span{0, math.Inf(1)}, root: math.NaN(),
		roundings: 12, // log1p, exp and a sum of positive terms
	},
	{
		name: "atan", at: math.Atan, slope: func(x float64) float64 { return 1 / (1 + x*x) },
		second: func(x float64) float64 { return -2 * (x / (1 + x*x)) / (1 + x*x) }, lowest: math.Inf(-1),
		values: span{below(-math.Pi / 2), above(math.Pi / 2)},
	},
	{
		name: "erf", at: math.Erf, slope: erfSlope, second: func(x float64) float64 { return -2 * x * erfSlope(x) },
		lowest: math.Inf(-1), values: span{-1, 1},
	},
	{
		name: "sin", at: math.Sin, slope: math.Cos, second: func(x float64) float64 { return -math.Sin(x) },
		lowest: math.Inf(-1), values: span{-1, 1}, periodic: true,
	},
	{
		name: "cos", at: math.Cos, slope: func(x float64) float64 { return -math.Sin(x) },
		second: func(x float64) float64 { return -math.Cos(x) }, lowest: math.Inf(-1), values: span{-1, 1},
		root: math.NaN(), periodic: true,
	},
}

// functionOf returns the function of a name, nil if there is none.
func functionOf(name string) *function {
	i := slices.IndexFunc(functions, func(f function) bool { return f.name == name })
	if i < 0 {
		return nil
	}
	return &functions[i]
}

// erfSlope is 2/√π·exp(-x²), with what x² loses to rounding put back.
func erfSlope(x float64) float64 {
	square := x * x
	rest := math.FMA(x, x, -square)
	if math.IsInf(square, 1) {
		rest = 0
	}
	return 2 / math.SqrtPi * math.Exp(-square) * (1 - rest)
}

// rangeOver is the span of f(x), x in s; for arguments f is not defined at, everything.
func (f *function) rangeOver(s span) span {
	if f.periodic {
		return around(f.at, s)
	}
	if s.hi < f.lowest {
		return everything
	}
	return span{f.near(max(s.lo, f.lowest)).lo, f.near(s.hi).hi}.meet(f.values)
}

// near is where f(x) lies according to package math.
func (f *function) near(x float64) span {
	if x == f.root {
		return pointSpan(0)
	}
	return loosely(f.at(x), rounding.ULPsFloat64)
}

// slopes is the span of the derivative over s.
func (f *function) slopes(s span) span {
	if f.periodic {
		return around(f.slope, s)
	}
	if s.lo < f.lowest {
		return everything
	}
	// The formulas of slopes have two elementary functions at most, and a few operations.
	r := loosely(f.slope(s.lo), 32).hull(loosely(f.slope(s.hi), 32))
	if s.has(0) {
		r = r.hull(loosely(f.slope(0), 32))
	}
	// What underflowed on the way, as cosh overflowing in 1/cosh².
	return r.widened(0, 0x1p-1000)
}

// loosely is v give or take some units in the last place.
func loosely(v, ulps float64) span {
	if math.IsInf(v, 1) {
		return span{math.MaxFloat64, v}
	}
	if math.IsInf(v, -1) {
		return span{v, -math.MaxFloat64}
	}
	if math.IsNaN(v) {
		return everything
	}
	off := ulps * rounding.Float64.ULP(v)
	return span{below(v - off), above(v + off)}
}

// reduction is what package math loses of sine and cosine by knowing π to so many digits, relative to the argument:
// near a multiple of π or π/2 that is more than a few units in the last place.
const reduction = 0x1p-100

// around is the range over s of a sine or cosine: that at the middle, give or take half the length.
func around(f func(float64) float64, s span) span {
	middle := s.lo/2 + s.hi/2
	if s.unbounded() || math.Abs(middle) > 0x1p53 {
		return span{-1, 1}
	}
	reach := rounding.Up(max(s.hi-middle, middle-s.lo), 1)
	if v := f(middle); v == 0 && middle == 0 && reach == 0 {
		return pointSpan(0)
	}
	return loosely(f(middle), rounding.ULPsFloat64).by(reach + reduction*math.Abs(middle)).meet(span{-1, 1})
}
