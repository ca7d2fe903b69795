package function

import (
	"math"

	"github.com/backpropgen/backpropgen/verify/internal/rounding"
)

// The constants of selu (Klambauer et al. 2017), to more digits than float64 holds.
const (
	SeluScale = 1.0507009873554804934193349852946
	SeluAlpha = 1.6732632423543772848170429916717
)

// leakyRelu is z above 0 and slope·z elsewhere; its derivative at 0 is slope. A kernel rounds the slope to
// its own precision, which counts.
func leakyRelu(slope float64) pointwise {
	line := func(above bool) float64 {
		if above {
			return 1
		}
		return slope
	}
	p := pointwise{
		name: "leaky-relu",
		function: rounding.Curve{
			At:     func(z float64) float64 { return line(z > 0) * z },
			Breaks: []float64{0}, Work: rounding.Work{Roundings: 2},
		},
		derivative: rounding.Curve{
			At:     func(z float64) float64 { return line(z > 0) },
			Breaks: []float64{0}, Work: rounding.Work{Roundings: 1},
		},
	}
	if slope > 0 { // then a has the sign of z
		p.fromPost = p.derivative
	}
	return p
}

// elu is scale·z above 0 and scale·alpha·(exp(z) - 1) elsewhere, for positive scale and alpha; its derivative
// at 0 is that of the lower side.
func elu(scale, alpha float64) pointwise {
	// What an underflow of exp or expm1 leaves is multiplied.
	gain := func(z float64) float64 {
		if z < 0 {
			return scale * alpha
		}
		return 0
	}
	return pointwise{
		name: "elu",
		function: rounding.Curve{
			At: func(z float64) float64 {
				if z > 0 {
					return scale * z
				}
				return scale * (alpha * math.Expm1(z))
			},
			Breaks: []float64{0}, Work: rounding.Work{Elementary: 1, Roundings: 5}, Gain: gain,
		},
		derivative: rounding.Curve{
			At: func(z float64) float64 {
				if z > 0 {
					return scale
				}
				return scale * (alpha * math.Exp(z))
			},
			Breaks: []float64{0}, Work: rounding.Work{Elementary: 1, Roundings: 4}, Gain: gain,
		},
		fromPost: rounding.Curve{
			At: func(a float64) float64 {
				if a > 0 {
					return scale
				}
				return a + scale*alpha
			},
			Breaks: []float64{0}, Work: rounding.Work{Roundings: 4},
			Magnitude: func(a float64) float64 {
				if a > 0 {
					return scale
				}
				return math.Abs(a) + scale*alpha
			},
		},
		second: rounding.Curve{
			At: func(z float64) float64 {
				if z > 0 {
					return 0
				}
				return scale * (alpha * math.Exp(z))
			},
			Breaks: []float64{0}, Work: rounding.Work{Elementary: 1, Roundings: 4}, Gain: gain,
		},
		secondFromPost: rounding.Curve{
			At: func(a float64) float64 {
				if a > 0 {
					return 0
				}
				return a + scale*alpha
			},
			Breaks: []float64{0}, Work: rounding.Work{Roundings: 4},
			Magnitude: func(a float64) float64 {
				if a > 0 {
					return 0
				}
				return math.Abs(a) + scale*alpha
			},
		},
	}
}

// named is p under another name.
func (p pointwise) named(name string) pointwise {
	p.name = name
	return p
}

// gelu is z·Φ(z), Φ the normal distribution function (1 + erf(z/√2))/2, which the reference computes without
// the cancellation that a kernel may have for negative z.
var gelu = pointwise{
	name: "gelu",
	function: rounding.Curve{
		At: geluValue, Breaks: []float64{geluMinimum}, Work: rounding.Work{Elementary: 1, Roundings: 6},
		Magnitude: func(z float64) float64 { return math.Abs(z) * (0.5 + math.Abs(math.Erf(z/math.Sqrt2))/2) },
		Gain:      math.Abs,
	},
	derivative: rounding.Curve{
		At: geluSlope, Breaks: []float64{-math.Sqrt2, math.Sqrt2}, Work: rounding.Work{Elementary: 1, Roundings: 8},
		Magnitude: func(z float64) float64 {
			// A rounding of z² moves exp(-z²/2) by z²/2 times as much.
			return 0.5 + math.Abs(math.Erf(z/math.Sqrt2))/2 + geluDensity(z)*math.Abs(z)*(1+z*z)
		},
		Gain: math.Abs,
	},
	second: rounding.Curve{
		At: func(z float64) float64 {
			return geluDensity(z) * (2 - min(z*z, 1e6)) // not the infinite z² that would make NaN
		},
		Breaks: []float64{-2, 0, 2}, Work: rounding.Work{Elementary: 1, Roundings: 12},
		Magnitude: func(z float64) float64 {
			square := min(z*z, 1e6)
			return geluDensity(z) * (2 + square) * (1 + square)
		},
		Gain: func(z float64) float64 { return 2 + z*z },
	},
}

// geluMinimum is where gelu turns: the root of Φ(z) + z·φ(z) = 0; a test finds it again. Its slope turns at ±√2,
// where φ(z)(2 - z²) = 0, and the slope of that at 0 and ±2, where φ(z)z(z² - 4) = 0.
const geluMinimum = -0.7517915246935645

func geluValue(z float64) float64 { return z * (math.Erfc(-z/math.Sqrt2) / 2) }

// geluSlope is Φ(z) + z·φ(z).
func geluSlope(z float64) float64 {
	return math.Erfc(-z/math.Sqrt2)/2 + z*geluDensity(z)
}

// geluDensity is φ(z), the normal density, from where it underflows without the infinite z² that would make
// its products NaN.
func geluDensity(z float64) float64 {
	z = min(max(z, -1e3), 1e3)
	return math.Exp(-z*z/2) / math.Sqrt(2*math.Pi)
}
