package accuracy

import (
	"math"
	"math/big"
)

// function is what a kernel is to compute: by package math, whose error does not matter to a float32, and to many
// digits; and where its formula changes.
type function struct {
	near  func(x, y float64) float64
	exact func(x, y *big.Float) *big.Float
	// from and to are where float64 arguments are drawn.
	from, to float64
	edges    []float64
	// second draws y for an x, where there is one.
	second func(x float64, random uint64) float64
}

// unary are functions of x alone.
func unary(near func(float64) float64, exact func(*big.Float) *big.Float, from, to float64, edges ...float64) function {
	return function{
		near:  func(x, _ float64) float64 { return near(x) },
		exact: func(x, _ *big.Float) *big.Float { return exact(x) },
		from:  from, to: to, edges: edges,
	}
}

var functions = map[string]function{
	"exp": unary(exp, bigExp, -745, 709.7, 89, -104, -87.33654, 88.72284, math.Ln2/2, -math.Ln2/2, -708.4, 709.78),
	"expm1": unary(math.Expm1, bigExpm1, -60, 709.7, -60, 89, math.Ln2/2, -math.Ln2/2, 1.5*math.Ln2, 0x1p-24,
		0x1p-53),
	"log":     unary(math.Log, bigLog, 0, 10, 1, math.Sqrt2, math.Sqrt2/2, 0x1p-126, 0x1p-1022, math.MaxFloat32),
	"log1p":   unary(math.Log1p, bigLog1p, -1, 10, -1, -0.5, 1, 0x1p-24, 0x1p-53, math.Sqrt2-1, math.Sqrt2/2-1),
	"sigmoid": unary(sigmoid, bigSigmoid, -708, 40, -104, -92.832275390625, -87.3, -708.4, 17, 37),
	"tanh":    unary(math.Tanh, bigTanh, -20, 20, 0.6, 0.35, 9.01, 19),
	"atan":    unary(math.Atan, bigAtan, -10, 10, math.Sqrt2-1, math.Sqrt2+1, 1, 1e20),
	"erf":     unary(math.Erf, bigErf, -6, 6, 1, 3, 6, 0x1p-30, 0x1p-126),
	"sin": unary(math.Sin, bigSin, -20, 20, math.Pi/4, math.Pi/2, math.Pi, 100, 0x1p-12, 0x1p-27, 2, 512, 0x1p120,
		0x1p1016),
	"cos": unary(math.Cos, bigCos, -20, 20, math.Pi/4, math.Pi/2, math.Pi, 100, 0x1p-12, 0x1p-27, 2, 512, 0x1p120,
		0x1p1016),
	"pow": {
		near: math.Pow, exact: bigPow, from: 0, to: 10, second: exponent,
		edges: []float64{1, math.Sqrt2, math.Sqrt2 / 2, 0x1p-126, 0x1p-1022, math.MaxFloat32, -1, -10},
	},
	"sqrt": unary(math.Sqrt, func(x *big.Float) *big.Float { return zero().Sqrt(x) }, 0, 100, 1, 0x1p-126),
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

// exponent draws y such that x to the y is no further from 1 than float64s are, or any of several that mean something
// to the sign or where results end.
func exponent(x float64, random uint64) float64 {
	u := float64(random>>11)*0x1p-52 - 1 // from -1 to 1
	if random&7 == 0 || x < 0 && random&7 < 6 {
		return math.Round(40 * u)
	}
	limit := 700 / math.Abs(math.Log(math.Abs(x)))
	if random&7 < 4 {
		limit = min(limit, 103/math.Abs(math.Log(math.Abs(x))))
	}
	if !(limit < 1e300) { // of 0, 1, infinity and NaN
		limit = 1e300
	}
	return u * limit
}

// bigPow is x to the y, y being whole where x is negative.
func bigPow(x, y *big.Float) *big.Float {
	v := bigExp(zero().Mul(y, bigLog(zero().Abs(x))))
	if n, _ := y.Float64(); x.Sign() < 0 && math.Mod(n, 2) != 0 {
		v.Neg(v)
	}
	return v
}

// specials are values of arguments that have no rounding error.
var specials = []float64{
	0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.NaN(), 1e30, -1e30, 1, -1, -2, 3, -3, 0.5, -2.5, 1e4, -1e4,
	math.SmallestNonzeroFloat32, -math.SmallestNonzeroFloat32,
}
