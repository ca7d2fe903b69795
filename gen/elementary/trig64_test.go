package elementary

import (
	"math"
	"math/big"
	"testing"
)

// TestCircle checks, for every part of the circle, that the sine and its derivative are good to 2⁻⁷⁷ in two numbers, of
// which those of the derivative have 27 and 53 bits, that they are exact where they are 0 and 1, and that the
// polynomial is good to 2⁻⁵⁷ of the sine's opposite at several places on either side.
func TestCircle(t *testing.T) {
	rows := circleTable()
	if len(rows) != circle {
		t.Fatalf("%d entries, want %d", len(rows), circle)
	}
	part := number(0).SetMantExp(bigPi(t), -5)
	for k, row := range rows {
		if len(row) != 11 {
			t.Fatalf("row %d is %v", k, row)
		}
		// The powers of r are in units of 2⁻⁶⁴.
		for i := 2; i < len(row); i++ {
			row[i] = math.Ldexp(row[i], 64*max(1, i-3))
		}
		if math.Mod(row[2], 0x1p-30) != 0 || math.Abs(row[2]) > 0x1p-3 || row[4] != row[2]+row[3] {
			t.Errorf("the derivative of %d/64 is %x", k, row[2:5])
		}
		for i := range 17 {
			r := widestPart * float64(i-8) / 8
			sin, _ := sineCosine(number(0).Mul(part, number(float64(k)+r)))
			sum := value(row[5:], r)
			sum.Mul(sum, number(r*r))
			sum.Add(sum, number(0).Mul(number(row[2]), number(r)))
			sum.Add(sum, number(0).Mul(number(row[3]), number(r)))
			sum.Add(sum, number(row[0]))
			sum.Add(sum, number(row[1]))
			sum.Add(sum, sin)
			if k%(circle/2) == 0 && r != 0 {
				sum.Quo(sum, sin)
			}
			if err, _ := sum.Float64(); math.Abs(err) > 0x1.01p-57 {
				t.Errorf("%v parts after the sine of %d/64 the polynomial is off by 2^%.2f", r, k,
					math.Log2(math.Abs(err)))
			}
		}
		if k%(circle/2) == 0 && (row[0] != 0 || row[1] != 0) {
			t.Errorf("the sine of %d/64 is %v", k, row[:2])
		}
	}
}

// TestTurns64 checks, for arguments of every exponent, that the rows tell where on the circle they lie to 2⁻¹¹⁴ parts,
// and that all products and sums which should be exact are.
func TestTurns64(t *testing.T) {
	const bits = 2600
	turns, rests := turnRows(), restRows()
	if len(turns) != 128-firstTurn || len(rests) != 128 {
		t.Fatalf("%d and %d rows", len(turns), len(rests))
	}
	wide := func(v float64) *big.Float { return new(big.Float).SetPrec(bits).SetFloat64(v) }
	parts := machin(bits)
	parts.SetMantExp(parts, -5)
	for e := firstTurn * 16; e < 0x7ff; e++ {
		for _, fraction := range []uint64{0, 0xb504f333f9de6, 0x000007ffffff, 0xfffff8000000, 1<<52 - 1} {
			a := uint64(e)<<52 | fraction
			x := math.Float64frombits(a)
			w, v := turns[a>>56-firstTurn], rests[a>>56]
			m := a&(1<<52-1) | 1<<52
			j := a >> 52 & 15
			turn := (m<<j)*w[0] + (m>>27<<j)*w[1]
			if turn&63 != 0 {
				t.Errorf("%v: the first part of the turn is %#x, no multiple of 2^6", x, turn)
			}
			xh := math.Float64frombits(a &^ (1<<27 - 1))
			xl := x - xh
			got := wide(float64(int64(turn << 6)))
			for i, pair := range [][2]float64{{xl * v[0], xh * v[1]}, {xl * v[1], xh * v[2]}} {
				exact := wide(0).Mul(wide(xl), wide(v[i]))
				exact.Add(exact, wide(0).Mul(wide(xh), wide(v[i+1])))
				if exact.Cmp(wide(pair[0]+pair[1])) != 0 {
					t.Errorf("%v: the sum of the products of v[%d] is not exact", x, i)
				}
				got.Add(got, exact)
			}
			got.Add(got, wide(xl*v[2]+x*v[3]))
			got.SetMantExp(got, -64)
			// They differ by a whole number of parts.
			diff := got.Sub(got, wide(0).Quo(wide(x), parts))
			nearest, _ := wide(0).Add(diff, wide(math.Copysign(0.5, float64(diff.Sign())))).Int(nil)
			diff.Sub(diff, wide(0).SetInt(nearest))
			if err, _ := diff.Float64(); math.Abs(err) > 0x1p-114 {
				t.Errorf("%v: the rows are 2^%.2f parts off", x, math.Log2(math.Abs(err)))
			}
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
