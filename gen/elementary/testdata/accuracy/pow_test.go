package accuracy

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestPow compares powers with arithmetic of 200 bits: of positive numbers, and of such as have an exponent that brings
// them near to where results overflow or become subnormal.
func TestPow(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	worst32, worst64 := 0.0, 0.0
	see := func(x, y float64) {
		product := zero().Mul(bigLog(num(math.Abs(x))), num(y))
		if v, _ := product.Float64(); math.Abs(v) < 709.7 && x != 0 {
			want := bigExp(product)
			if x < 0 && math.Mod(y, 2) != 0 {
				want.Neg(want)
			}
			err := distance(dPow(x, y), want)
			worst64 = max(worst64, err)
			if !(err <= promised) {
				t.Errorf("float64: %v to the %v is %v, want %v: %.3g ULP", x, y, dPow(x, y), want.Text('g', 20), err)
			}
		}
		fx, fy := float32(x), float32(y)
		if fx == 0 || math.IsInf(float64(fx), 0) || math.IsInf(float64(fy), 0) {
			return
		}
		product = zero().Mul(bigLog(num(math.Abs(float64(fx)))), num(float64(fy)))
		if v, _ := product.Float64(); math.Abs(v) < 103 {
			want, _ := bigExp(product).Float64()
			if x < 0 && math.Mod(float64(fy), 2) != 0 {
				want = -want
			}
			got := sPow(fx, fy)
			err := math.Abs(finite(got)-want) / ulp32(want)
			if math.Abs(want) >= 0x1p128 && math.IsInf(float64(got), 0) {
				err = 0
			}
			worst32 = max(worst32, err)
			if !(err <= 0.51) {
				t.Errorf("float32: %v to the %v is %v, want %v: %.3g ULP", fx, fy, got, want, err)
			}
		}
	}
	for range 10 * *samples {
		x := math.Exp(3 * r.NormFloat64())
		if r.IntN(3) == 0 {
			x = math.Float64frombits(r.Uint64N(0x7ff << 52))
		} else if r.IntN(3) == 0 {
			x = 1 + math.Ldexp(r.NormFloat64(), -r.IntN(52))
		}
		if !(x > 1e-320 && x <= math.MaxFloat64) {
			continue
		}
		y := 5 * r.NormFloat64()
		switch r.IntN(3) {
		case 0:
			y = r.NormFloat64() * 740 / math.Abs(math.Log(x)+1e-18)
		case 1:
			y = (88 + r.Float64()*15) / math.Log(x)
		}
		if math.IsInf(y, 0) || math.IsNaN(y) || y == 0 {
			continue
		}
		see(x, y)
	}
	for _, x := range []float64{-3, -0.5, -1.25, -2, 2, 10, 0.1, -1} {
		for y := -80.0; y <= 80; y++ {
			if y != 0 {
				see(x, y)
			}
		}
	}
	t.Logf("largest errors %.4f ULP in float32 and %.4f ULP in float64", worst32, worst64)
}

// TestPowSpecial compares powers with math.Pow where those are a matter of convention.
func TestPowSpecial(t *testing.T) {
	values := []float64{0, 1, 0.5, 2, 3, 1.5, 4, 7, 1e300, 1e-300, 0x1p23 + 1, 0x1p24, 0x1p52 + 1, 0x1p53, 0x1p53 + 2,
		0x1p-149, math.SmallestNonzeroFloat64, math.MaxFloat64, math.MaxFloat32, math.Inf(1), math.NaN()}
	for _, v := range values {
		values = append(values, -v)
	}
	exact := func(v float64) bool { return v != v || v == 0 || math.IsInf(v, 0) || math.Abs(v) == 1 }
	for _, x := range values {
		for _, y := range values {
			if want := math.Pow(x, y); exact(want) && !same(dPow(x, y), want) {
				t.Errorf("float64: %v to the %v is %v, want %v", x, y, dPow(x, y), want)
			} else if !exact(want) && math.Signbit(dPow(x, y)) != math.Signbit(want) {
				t.Errorf("float64: %v to the %v is %v, want %v", x, y, dPow(x, y), want)
			}
			fx, fy := float32(x), float32(y)
			if want := float64(float32(math.Pow(float64(fx), float64(fy)))); exact(want) &&
				!same(float64(sPow(fx, fy)), want) {
				t.Errorf("float32: %v to the %v is %v, want %v", fx, fy, sPow(fx, fy), want)
			}
		}
	}
}
