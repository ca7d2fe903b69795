package templates

import (
	"math"
	"math/big"
	"testing"
)

// TestCircle checks that the sines, and 2π times the cosines, are good to 2⁻⁷⁷ in two parts, of which the first has 27 bits, and
// exact where they are 0 and 1.
func TestCircle(t *testing.T) {
	rows := circleTable()
	if len(rows) != circle {
		t.Fatalf("%d entries, want %d", len(rows), circle)
	}
	tau := number(0).Add(bigPi(t), bigPi(t))
	for j, row := range rows {
		sin, cos := sineCosine(number(0).Mul(bigPi(t), number(float64(2*j)/circle)))
		for _, c := range []struct {
			name  string
			want  *big.Float
			parts []float64
			unit  float64
		}{{"sine", sin, row[:2], 0x1p-27}, {"cosine", cos.Mul(cos, tau), row[2:], 0x1p-24}} {
			if math.Mod(c.parts[0], c.unit) != 0 {
				t.Errorf("the %s of %d/64 begins with %x, not a multiple of %v", c.name, j, c.parts[0], c.unit)
			}
			c.want.Sub(c.want, number(c.parts[0]))
			c.want.Sub(c.want, number(c.parts[1]))
			if rest, _ := c.want.Float64(); math.Abs(rest) > 0x1p-77 {
				t.Errorf("the %s of %d/64 is %v, which lacks %v", c.name, j, c.parts, rest)
			}
		}
		if j%(circle/4) == 0 && (row[0] != []float64{0, 1, 0, -1}[j/(circle/4)] || row[1] != 0) {
			t.Errorf("the sine of %d/64 is %v", j, row[:2])
		}
	}
}

// TestTurnRows checks, for an argument of every exponent, that the rows tell where on the circle it lies to 2⁻¹²⁸ of a turn
// in whole numbers and to 53 bits more.
func TestTurnRows(t *testing.T) {
	const bits = 2600
	rows := turnRows()
	if len(rows) != 256-turnFirst {
		t.Fatalf("%d rows, want %d", len(rows), 256-turnFirst)
	}
	wide := func(v float64) *big.Float { return new(big.Float).SetPrec(bits).SetFloat64(v) }
	tau := machin(bits)
	tau.Add(tau, tau)
	for e := turnFirst * 8; e < 0x7ff; e++ {
		a := uint64(e)<<52 | 0xb504f333f9de6
		w := rows[a>>55-turnFirst]
		m := new(big.Int).SetUint64((a&(1<<52-1) | 1<<52) << (a >> 52 & 7))
		whole := new(big.Int).Lsh(new(big.Int).SetUint64(w[0]), 64)
		whole.Or(whole, new(big.Int).SetUint64(w[1]))
		got := new(big.Float).SetPrec(bits).SetInt(whole.Mul(whole, m))
		got.SetMantExp(got, -128)
		last := wide(math.Float64frombits(w[2]))
		last.Mul(last, new(big.Float).SetPrec(bits).SetInt(m))
		got.Add(got, last.SetMantExp(last, -52))
		want := wide(math.Float64frombits(a))
		want.Quo(want, tau)
		// They differ by a whole number of turns.
		diff := got.Sub(got, want)
		nearest, _ := new(big.Float).SetPrec(bits).Add(diff, wide(math.Copysign(0.5, float64(diff.Sign())))).Int(nil)
		diff.Sub(diff, new(big.Float).SetPrec(bits).SetInt(nearest))
		if err, _ := diff.Float64(); math.Abs(err) > 0x1p-120 {
			t.Errorf("%v: the rows are %v of a turn off", math.Float64frombits(a), err)
		}
	}
}

// TestMachin compares π with its digits and, to more of them, with four times the inverse tangent of 1.
func TestMachin(t *testing.T) {
	pi := arc(number(1))
	pi.SetMantExp(pi, 2)
	for _, want := range []*big.Float{bigPi(t), pi} {
		if err := number(0).Sub(machin(precision), want); err.Sign() != 0 && err.MantExp(nil) > 8-precision {
			t.Errorf("π is off by %v", err)
		}
	}
}
