package rounding

import (
	"math"
	"testing"
)

func TestGamma(t *testing.T) {
	if got, want := Float32.Gamma(10), 10*0x1p-24/(1-10*0x1p-24); got != want {
		t.Errorf("γ_10 = %v, want %v", got, want)
	}
	if got := Float32.Gamma(1 << 24); !math.IsInf(got, 1) {
		t.Errorf("γ_n for nu = 1 is %v; there is no bound", got)
	}
}

// TestULP compares with the definition: the step to the next number.
func TestULP(t *testing.T) {
	for _, v := range []float32{1, 1.5, -3, 0.1, 1e30, 0x1p-126, 0x1p-149, 0x1.8p-130, 0} {
		next := math.Nextafter32(float32(math.Abs(float64(v))), math.MaxFloat32)
		if got, want := Float32.ULP(float64(v)), float64(next)-math.Abs(float64(v)); got != want {
			t.Errorf("ulp(%v) = %v, want %v", v, got, want)
		}
	}
	for _, v := range []float64{1, -0.3, 1e300, 5e-324, 0} {
		if got, want := Float64.ULP(v), math.Nextafter(math.Abs(v), math.Inf(1))-math.Abs(v); got != want {
			t.Errorf("ulp(%v) = %v, want %v", v, got, want)
		}
	}
	if got := Float32.ULP(1e39); !math.IsNaN(got) {
		t.Errorf("ulp of a number beyond float32 is %v, want NaN", got)
	}
}

// TestULPIsTwoRoundings: an error of one ulp counts as two roundings, or as one tiny below the normal numbers.
func TestULPIsTwoRoundings(t *testing.T) {
	for _, f := range []Format{Float32, Float64} {
		for e := -1080; e < 127; e++ {
			for _, m := range []float64{1, 1.2, 1.999999999} {
				if v := math.Ldexp(m, e); f.ULP(v) > 2*f.U*v+f.Tiny {
					t.Errorf("%s: ulp(%v) = %v", f.Name, v, f.ULP(v))
				}
			}
		}
	}
}

func TestLocal(t *testing.T) {
	r := PairOf(Float32)
	if got := r.Local(Work{Roundings: 5}, 0, 0); got != 0 {
		t.Errorf("sums of zeros are off by %v; they are exact", got)
	}
	if got := r.Local(Work{Roundings: 1}, 1e39, 1e39); !math.IsInf(got, 1) {
		t.Errorf("a number that may overflow has the bound %v", got)
	}
	// One float32 product: u, and what float64 adds.
	if got := r.Local(Work{Roundings: 1}, 1, 1); got < 0x1p-24 || got > 0x1p-24*(1+1e-6) {
		t.Errorf("one rounding of 1 is off by %v", got)
	}
}

func TestProduct(t *testing.T) {
	if got := Product(0, 0, 3, math.Inf(1)); got != 0 {
		t.Errorf("an exact 0 times a number without a bound is off by %v", got)
	}
	if got := Product(0, 0.5, 3, math.Inf(1)); !math.IsInf(got, 1) {
		t.Errorf("a 0 that is not exact times what has no bound gives %v, want no bound", got)
	}
	if got := Product(2, 0.5, -3, 0.25); got < 2*0.25+3*0.5+0.125 || got > 2.1251 {
		t.Errorf("product rule gives %v", got)
	}
}
