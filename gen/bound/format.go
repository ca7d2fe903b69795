package bound

import (
	"math"

	"github.com/backpropgen/backpropgen/spec"
)

// format is a precision as rounding-error analysis sees it.
type format struct {
	u    float64 // the unit roundoff
	tiny float64 // the smallest subnormal number
	max  float64 // the largest finite number
	// ulps is the accuracy of elementary functions, of the least accurate backend: portable functions are within 0.51
	// ULP in float32 and 1 in float64, those of the assembly within 1 and 2.
	ulps float64
}

func formatOf(p spec.Precision) format {
	if p == spec.Float64 {
		return format{0x1p-53, 0x1p-1074, math.MaxFloat64, 2}
	}
	return format{0x1p-24, 0x1p-149, math.MaxFloat32, 1}
}

// slack makes up for the roundings of this package's own arithmetic.
const slack = 1 + 0x1p-40

// half is the largest error of rounding a number of at most that absolute value: half the spacing of the format's
// numbers there. It is +Inf where the number may overflow.
func (f format) half(largest float64) float64 {
	switch {
	case largest == 0:
		return 0
	case !(largest <= f.max):
		return math.Inf(1)
	}
	_, e := math.Frexp(largest) // largest < 2^e
	return max(math.Ldexp(f.u, e-1), f.tiny/2)
}

// function is the largest error of an elementary function whose result is at most that large.
func (f format) function(largest float64) float64 { return 2 * f.ulps * f.half(largest) }

// gamma is γ_n = nu/(1 - nu) (Higham, lemma 3.1), +Inf where the lemma says nothing.
func (f format) gamma(n float64) float64 {
	if n*f.u >= 1 {
		return math.Inf(1)
	}
	return n * f.u / (1 - n*f.u)
}

// constant is the distance of a constant from the number that emitted code has for it. One that is not of the format
// counts as rounded, in float64 as well: the constant that was meant need not be a float64.
func (f format) constant(v float64) float64 {
	if v == math.Trunc(v) && math.Abs(v) < 1/f.u {
		return 0
	}
	if float64(float32(v)) == v {
		return 0
	}
	return f.half(math.Abs(v))
}
