package elementary

import (
	"math"
	"math/big"
	"testing"
)

// value is a polynomial with float64 coefficients at x, exactly.
func value(a []float64, x float64) *big.Float {
	sum := number(0)
	for n := len(a) - 1; n >= 0; n-- {
		sum.Mul(sum, number(x))
		sum.Add(sum, number(a[n]))
	}
	return sum
}

// TestEconomize compares the polynomials that functions use with the series they come from, all over their intervals:
// each is as good as stated, and better than the series cut off at its degree.
func TestEconomize(t *testing.T) {
	exponential := series(func(n int) *big.Float { return number(0).Quo(number(1), factorial(n+2)) })
	for _, c := range []struct {
		name   string
		series []*big.Float
		degree int
		h      float64
		half   bool
		bound  float64
	}{
		{"exp", exponential, 3, 0.00542, false, 0x1p-42},
		{"expm1", exponential, 4, 0.00542, false, 0x1p-53},
		{"log32", logSeries(), 3, 0.0161, false, 0x1p-29},
		{"log64", logSeries(), 6, 0.0081, false, 0x1p-56},
		{"atan", arcSeries(), 5, 1.0 / 144, true, 0x1p-51},
	} {
		economized := economize(c.series, c.degree, c.h, c.half)
		cut := floats(c.series[:c.degree+1])
		low := -c.h
		if c.half {
			low = 0
		}
		worst, worstCut := 0.0, 0.0
		for i := range 201 {
			x := low + (c.h-low)*float64(i)/200
			want := number(0)
			for n := len(c.series) - 1; n >= 0; n-- {
				want.Mul(want, number(x))
				want.Add(want, c.series[n])
			}
			for _, p := range []struct {
				a     []float64
				worst *float64
			}{{economized, &worst}, {cut, &worstCut}} {
				err, _ := number(0).Sub(value(p.a, x), want).Float64()
				*p.worst = max(*p.worst, math.Abs(err))
			}
		}
		t.Logf("%s: within 2^%.1f; cut off, 2^%.1f", c.name, math.Log2(worst), math.Log2(worstCut))
		if worst > c.bound || worst > worstCut/4 && worst > 0x1p-53 {
			t.Errorf("%s: off by 2^%.1f, want 2^%.1f, and cut off 2^%.1f", c.name, math.Log2(worst), math.Log2(c.bound),
				math.Log2(worstCut))
		}
	}
}

// TestChebyshev checks that the polynomials lie between -1 and 1 on their intervals and come to them as often as they
// should.
func TestChebyshev(t *testing.T) {
	for n := range 12 {
		for _, half := range []bool{false, true} {
			const h = 0.375
			a := floats(chebyshev(n, h, half))
			if len(a) != n+1 {
				t.Fatalf("T_%d has %d coefficients", n, len(a))
			}
			for k := range n + 1 {
				x := h * math.Cos(math.Pi*float64(k)/float64(max(n, 1)))
				if half {
					x = (x + h) / 2
				}
				v, _ := value(a, x).Float64()
				if want := float64(1 - 2*(k%2)); n > 0 && math.Abs(v-want) > 1e-6 {
					t.Errorf("T_%d, half an interval: %t, is %v at its extremum %d", n, half, v, k)
				}
			}
		}
	}
}

// TestPieces checks that the parts of a number are multiples of what they should be, half of it away at most, and sum
// to it.
func TestPieces(t *testing.T) {
	for _, v := range []*big.Float{arc(number(1)), number(0), number(0).Neg(arc(number(3))), number(-1),
		number(0x1p-50)} {
		parts := pieces(v, 0x1p-10, 0x1p-40)
		rest := number(0).Set(v)
		for i, unit := range []float64{0x1p-10, 0x1p-40, 0x1p-94} {
			rest.Sub(rest, number(parts[i]))
			if left, _ := rest.Float64(); math.Abs(left) > unit/2 || i < 2 && math.Mod(parts[i], unit) != 0 {
				t.Errorf("part %d of %v is %v, which leaves %v", i, v, parts[i], left)
			}
		}
	}
}

// TestLogarithm compares logarithms with exponentials: exp(log x) by Taylor's series is x.
func TestLogarithm(t *testing.T) {
	for _, x := range []float64{1, 2, 0.5, 0.7, 1.4, 3, 1e6, 0x1p-300, math.MaxFloat64} {
		const halvings = 40
		v := logarithm(number(x))
		v.SetMantExp(v, -halvings)
		power, term := number(1), number(1)
		for n := 1; n < 12; n++ {
			term.Mul(term, v)
			term.Quo(term, number(float64(n)))
			power.Add(power, term)
		}
		for range halvings {
			power.Mul(power, power)
		}
		power.Quo(power, number(x))
		if err := power.Sub(power, number(1)); err.Sign() != 0 && err.MantExp(nil) > 60-precision {
			t.Errorf("exp(log %v) is off by %v", x, err)
		}
	}
}
