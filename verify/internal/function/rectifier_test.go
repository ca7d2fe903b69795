package function

import (
	"math"
	"testing"

	"github.com/backpropgen/backpropgen/verify/internal/rounding"
)

// TestGeluBreaks finds the turning points of gelu and of its slope again.
func TestGeluBreaks(t *testing.T) {
	minimum := root(geluSlope, -2, 0)
	if math.Abs(minimum-geluMinimum) > 0x1p-50 {
		t.Errorf("gelu turns at %v, not %v", minimum, geluMinimum)
	}
	curvature := func(z float64) float64 { return geluDensity(z) * (2 - z*z) }
	if extremum := root(curvature, 1, 2); math.Abs(extremum-math.Sqrt2) > 0x1p-50 {
		t.Errorf("gelu's slope turns at %v, not √2", extremum)
	}
}

// TestGeluFar: far out gelu is z or vanishes, and nothing is NaN on the way.
func TestGeluFar(t *testing.T) {
	for _, z := range []float64{10, 50, 1e10, 1e200} {
		if geluValue(z) != z || geluSlope(z) != 1 {
			t.Errorf("gelu(%v) = %v with slope %v", z, geluValue(z), geluSlope(z))
		}
		if a, slope := geluValue(-z), geluSlope(-z); !(math.Abs(a) < 1e-20) || !(math.Abs(slope) < 1e-20) {
			t.Errorf("gelu(%v) = %v with slope %v", -z, a, slope)
		}
	}
	// To the last places where 1 + erf has none left: -10·Φ(-10), by an asymptotic series of 60 digits.
	if got, want := geluValue(-10), -7.619853024160526e-23; math.Abs(got-want) > 64*rounding.Float64.ULP(want) {
		t.Errorf("gelu(-10) = %v, want %v", got, want)
	}
}

// TestSeluContinues: selu is continuous and its limits are those of its paper: -λα far below, λ as the slope above.
func TestSeluContinues(t *testing.T) {
	selu := elu(SeluScale, SeluAlpha)
	if got := selu.function.At(-100); math.Abs(got+1.7580993408473766) > 1e-15 {
		t.Errorf("selu(-100) = %v, want -λα", got)
	}
	if got := selu.derivative.At(5); got != 1.0507009873554805 {
		t.Errorf("selu'(5) = %v, want λ", got)
	}
}
