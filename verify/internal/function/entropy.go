package function

import (
	"math"

	"github.com/backpropgen/backpropgen/verify/internal/rounding"
)

// ProbabilityFloor is the smallest normal float32. Logarithms take a probability below it for this one,
// log = -87.3 in either precision, so that no loss is infinite; the gradient there is 0, as of any
// constant.
const ProbabilityFloor = 0x1p-126

// crossEntropy is -y log max(a, 2^-126).
func crossEntropy(y float64) rounding.Curve {
	return rounding.Curve{
		At:     func(a float64) float64 { return -y * LogFloored(a) },
		Breaks: []float64{ProbabilityFloor}, Work: rounding.Work{Elementary: 1, Roundings: 1},
	}
}

func crossEntropySlope(y float64) rounding.Curve {
	return rounding.Curve{
		At:     func(a float64) float64 { return -y * ReciprocalFloored(a) },
		Breaks: []float64{ProbabilityFloor}, Work: rounding.Work{Roundings: 2},
	}
}

// binaryCrossEntropy is -(y log max(a, 2^-126) + (1 - y) log max(1 - a, 2^-126)), stationary at a = y.
func binaryCrossEntropy(y float64) rounding.Curve {
	return rounding.Curve{
		At:     func(a float64) float64 { return -(y*LogFloored(a) + (1-y)*LogFloored(1-a)) },
		Breaks: []float64{ProbabilityFloor, y, 1 - ProbabilityFloor},
		Work:   rounding.Work{Elementary: 1, Roundings: 3},
		Magnitude: func(a float64) float64 {
			// The 1 is the argument of log(1 - a), rounded: it shifts the logarithm absolutely.
			return math.Abs(y*LogFloored(a)) + math.Abs(1-y)*(math.Abs(LogFloored(1-a))+1)
		},
	}
}

// binaryCrossEntropySlope is -y/a + (1 - y)/(1 - a), increasing between the breaks for y in [0, 1].
func binaryCrossEntropySlope(y float64) rounding.Curve {
	return rounding.Curve{
		At: func(a float64) float64 {
			return -y*ReciprocalFloored(a) + (1-y)*ReciprocalFloored(1-a)
		},
		Breaks: []float64{ProbabilityFloor, 1 - ProbabilityFloor}, Work: rounding.Work{Roundings: 5},
		Magnitude: func(a float64) float64 {
			return math.Abs(y)*ReciprocalFloored(a) + math.Abs(1-y)*ReciprocalFloored(1-a)
		},
	}
}

// LogFloored is log max(a, 2^-126).
func LogFloored(a float64) float64 { return math.Log(max(a, ProbabilityFloor)) }

// ReciprocalFloored is the derivative of LogFloored, at the break that of the constant side.
func ReciprocalFloored(a float64) float64 {
	if a <= ProbabilityFloor {
		return 0
	}
	return 1 / a // also NaN
}

// crossEntropyBend is y/a², 0 where the probability counts as the floor.
func crossEntropyBend(y float64) rounding.Curve {
	return rounding.Curve{
		At:     func(a float64) float64 { return y * squaredReciprocal(a) },
		Breaks: []float64{ProbabilityFloor}, Work: rounding.Work{Roundings: 5},
		Magnitude: func(a float64) float64 { return reachable(math.Abs(y), a) },
	}
}

// binaryCrossEntropyBend is y/a² + (1 - y)/(1 - a)².
func binaryCrossEntropyBend(y float64) rounding.Curve {
	c := rounding.Curve{
		At: func(a float64) float64 {
			return y*squaredReciprocal(a) + (1-y)*squaredReciprocal(1-a)
		},
		Breaks: []float64{ProbabilityFloor, 1 - ProbabilityFloor}, Work: rounding.Work{Roundings: 9},
		Magnitude: func(a float64) float64 {
			return reachable(math.Abs(y), a) + reachable(math.Abs(1-y), 1-a)
		},
	}
	if 0 < y && y < 1 {
		// It turns where y/a³ = (1 - y)/(1 - a)³.
		c.Breaks = append(c.Breaks, 1/(1+math.Cbrt((1-y)/y)))
	}
	return c
}

// squaredReciprocal is the derivative of -ReciprocalFloored.
func squaredReciprocal(a float64) float64 {
	r := ReciprocalFloored(a)
	return r * r
}

// reachable is y/a² as a size: infinite where a kernel may overflow on its way, as 1/a² does in float32 before y/a²
// and y/a do.
func reachable(y, a float64) float64 {
	if y == 0 {
		return 0
	}
	return max(y, 1) * squaredReciprocal(a)
}
