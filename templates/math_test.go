package templates

import (
	"math"
	"math/big"
	"testing"
)

// TestExpCoefficients computes the interpolation polynomial again, in 200 bits, and bounds its error by dense
// sampling.
func TestExpCoefficients(t *testing.T) {
	const bits = 200
	n, h := len(expCoefficients), math.Ln2/2
	num := func(v float64) *big.Float { return new(big.Float).SetPrec(bits).SetFloat64(v) }
	// q(r) = (exp(r) − 1)/r = Σ r^k/(k+1)!
	q := func(r *big.Float) *big.Float {
		sum, term := num(1), num(1)
		for k := 2; k < 40; k++ {
			term = new(big.Float).Quo(new(big.Float).Mul(term, r), num(float64(k)))
			sum = new(big.Float).Add(sum, term)
		}
		return sum
	}
	x, d := make([]*big.Float, n), make([]*big.Float, n)
	for i := range x {
		x[i] = num(h * math.Cos(math.Pi*(float64(i)+0.5)/float64(n)))
		d[i] = q(x[i])
	}
	for k := 1; k < n; k++ {
		for i := n - 1; i >= k; i-- {
			d[i] = new(big.Float).Quo(new(big.Float).Sub(d[i], d[i-1]), new(big.Float).Sub(x[i], x[i-k]))
		}
	}
	c := make([]*big.Float, n)
	for i := range c {
		c[i] = num(0)
	}
	for i := n - 1; i >= 0; i-- {
		for k := n - 1; k >= 0; k-- {
			v := new(big.Float).Neg(new(big.Float).Mul(x[i], c[k]))
			if k > 0 {
				v.Add(v, c[k-1])
			} else {
				v.Add(v, d[i])
			}
			c[k] = v
		}
	}
	// The highest coefficients matter least: an error of c_k counts h^k times.
	for k, want := range c {
		w, _ := want.Float64()
		if diff := math.Abs(expCoefficients[k]-w) * math.Pow(h, float64(k)); diff > 0x1p-46 {
			t.Errorf("coefficient %d is %v, computed again %v", k, expCoefficients[k], w)
		}
	}
	worst := 0.0
	for i := -2000; i <= 2000; i++ {
		r := h * float64(i) / 2000
		p := 0.0
		for k := n - 1; k >= 0; k-- {
			p = p*r + expCoefficients[k]
		}
		exact, _ := q(num(r)).Float64()
		worst = max(worst, math.Abs(p/exact-1))
	}
	if worst > 0x1p-37 {
		t.Errorf("polynomial is off by 2^%.1f, want 2^-37", math.Log2(worst))
	}
}
