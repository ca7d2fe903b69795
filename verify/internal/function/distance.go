package function

import (
	"math"

	"github.com/backpropgen/backpropgen/verify/internal/rounding"
	"github.com/backpropgen/backpropgen/verify/internal/scalar"
)

// square is (a - y)².
func square(y float64) rounding.Curve {
	return rounding.Curve{
		At:     func(a float64) float64 { return (a - y) * (a - y) },
		Breaks: []float64{y}, Work: rounding.Work{Roundings: 3}, // the difference counts twice
	}
}

func squareSlope(y float64) rounding.Curve {
	return rounding.Curve{At: func(a float64) float64 { return 2 * (a - y) }, Work: rounding.Work{Roundings: 2}}
}

// halfSquare is (a - y)²/2.
func halfSquare(y float64) rounding.Curve {
	return rounding.Curve{
		At:     func(a float64) float64 { return (a - y) * (a - y) / 2 },
		Breaks: []float64{y}, Work: rounding.Work{Roundings: 4},
	}
}

func halfSquareSlope(y float64) rounding.Curve {
	return rounding.Curve{At: func(a float64) float64 { return a - y }, Work: rounding.Work{Roundings: 1}}
}

// distance is |a - y|.
func distance(y float64) rounding.Curve {
	return rounding.Curve{
		At:     func(a float64) float64 { return math.Abs(a - y) },
		Breaks: []float64{y}, Work: rounding.Work{Roundings: 1},
	}
}

// distanceSlope is the sign of a - y, 0 at a = y. A difference never rounds to 0, nor across it.
func distanceSlope(y float64) rounding.Curve {
	return rounding.Curve{
		At: func(a float64) float64 {
			switch {
			case a > y:
				return 1
			case a < y:
				return -1
			}
			return 0 * a // also NaN
		},
		Breaks: []float64{y},
	}
}

// huber is the mean of d²/2 where |d| ≤ delta, and delta(|d| - delta/2) elsewhere, d = a - y. A kernel rounds delta
// to its own precision; close by the one and the other formula differ by less than a rounding.
func huber(delta float64) termCost {
	return termCost{
		name: "huber", mean: true,
		term: func(y float64) rounding.Curve {
			return rounding.Curve{
				At: func(a float64) float64 {
					d := math.Abs(a - y)
					if d <= delta {
						return d * d / 2
					}
					return delta * (d - delta/2) // also NaN
				},
				Breaks: []float64{y}, Work: rounding.Work{Roundings: 6},
				Magnitude: func(a float64) float64 {
					d := math.Abs(a - y)
					if d < delta*(1-0x1p-20) { // where every kernel takes the parabola
						return d * d / 2
					}
					return delta * (d + delta/2)
				},
			}
		},
		slope: func(y float64) rounding.Curve {
			return rounding.Curve{
				At:   func(a float64) float64 { return min(max(a-y, -delta), delta) },
				Work: rounding.Work{Roundings: 2},
			}
		},
		bend: func(y float64) rounding.Curve {
			return rounding.Curve{
				At:     func(a float64) float64 { return scalar.Step(delta - math.Abs(a-y)) },
				Breaks: []float64{y - delta, y + delta},
				// A kernel rounds delta, and the difference.
				Shift: func(a float64) float64 { return math.Abs(a-y) + delta },
			}
		},
	}
}

// always is a second derivative that is the same everywhere.
func always(v float64) func(y float64) rounding.Curve {
	return func(float64) rounding.Curve {
		return rounding.Curve{At: func(float64) float64 { return v }}
	}
}

// logCosh is log(cosh(a - y)) = |d| + log(1 + exp(-2|d|)) - log 2, d = a - y, whose terms cancel near 0.
func logCosh(y float64) rounding.Curve {
	return rounding.Curve{
		At: func(a float64) float64 {
			d := math.Abs(a - y)
			if d < 1 {
				s := math.Sinh(d / 2)
				return math.Log1p(2 * s * s) // cosh(d) = 1 + 2 sinh²(d/2)
			}
			return d + math.Log1p(math.Exp(-2*d)) - math.Ln2
		},
		Breaks: []float64{y}, Work: rounding.Work{Elementary: 2, Roundings: 5},
		Magnitude: func(a float64) float64 {
			d := math.Abs(a - y)
			return d + math.Log1p(math.Exp(-2*d)) + math.Ln2
		},
	}
}

func logCoshSlope(y float64) rounding.Curve {
	return rounding.Curve{
		At: func(a float64) float64 { return math.Tanh(a - y) }, Work: rounding.Work{Elementary: 1, Roundings: 1},
	}
}

// logCoshBend is 1 - tanh²(a - y).
func logCoshBend(y float64) rounding.Curve {
	return rounding.Curve{
		At:     func(a float64) float64 { return scalar.TanhSlope(a - y) },
		Breaks: []float64{y}, Work: rounding.Work{Elementary: 2, Roundings: 4},
		Magnitude: func(a float64) float64 { t := math.Tanh(a - y); return 1 + t*t },
	}
}
