package verify

import "math"

// probabilityFloor is the smallest normal float32. Logarithms take a probability below it for this one,
// log = -87.3 in either precision, so that no loss is infinite; the gradient there is 0, as of any
// constant.
const probabilityFloor = 0x1p-126

// crossEntropy is -y log max(a, 2^-126).
func crossEntropy(y float64) curve {
	return curve{
		at:     func(a float64) float64 { return -y * logFloored(a) },
		breaks: []float64{probabilityFloor}, work: work{elementary: 1, roundings: 1},
	}
}

func crossEntropySlope(y float64) curve {
	return curve{
		at:     func(a float64) float64 { return -y * reciprocalFloored(a) },
		breaks: []float64{probabilityFloor}, work: work{roundings: 2},
	}
}

// binaryCrossEntropy is -(y log max(a, 2^-126) + (1 - y) log max(1 - a, 2^-126)), stationary at a = y.
func binaryCrossEntropy(y float64) curve {
	return curve{
		at:     func(a float64) float64 { return -(y*logFloored(a) + (1-y)*logFloored(1-a)) },
		breaks: []float64{probabilityFloor, y, 1 - probabilityFloor},
		work:   work{elementary: 1, roundings: 3},
		magnitude: func(a float64) float64 {
			// The 1 is the argument of log(1 - a), rounded: it shifts the logarithm absolutely.
			return math.Abs(y*logFloored(a)) + math.Abs(1-y)*(math.Abs(logFloored(1-a))+1)
		},
	}
}

// binaryCrossEntropySlope is -y/a + (1 - y)/(1 - a), increasing between the breaks for y in [0, 1].
func binaryCrossEntropySlope(y float64) curve {
	return curve{
		at: func(a float64) float64 {
			return -y*reciprocalFloored(a) + (1-y)*reciprocalFloored(1-a)
		},
		breaks: []float64{probabilityFloor, 1 - probabilityFloor}, work: work{roundings: 5},
		magnitude: func(a float64) float64 {
			return math.Abs(y)*reciprocalFloored(a) + math.Abs(1-y)*reciprocalFloored(1-a)
		},
	}
}

func logFloored(a float64) float64 { return math.Log(max(a, probabilityFloor)) }

// reciprocalFloored is the derivative of logFloored, at the break that of the constant side.
func reciprocalFloored(a float64) float64 {
	if a <= probabilityFloor {
		return 0
	}
	return 1 / a // also NaN
}
