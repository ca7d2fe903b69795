package elementary

import (
	"math"
	"math/big"
	"testing"
)

// piDigits are π to more places than any table is computed with.
const piDigits = "3.1415926535897932384626433832795028841971693993751058209749445923078164062862089986280348253421170679821480865132823066470938"

func bigPi(t *testing.T) *big.Float {
	t.Helper()
	pi, ok := number(0).SetString(piDigits)
	if !ok {
		t.Fatalf("not a number: %s", piDigits)
	}
	return pi
}

// sineCosine are the sine and the cosine of x by Taylor's series, for x of a few units at most.
func sineCosine(x *big.Float) (sin, cos *big.Float) {
	sin, cos = number(0), number(0)
	term := number(1)
	for n := range 120 {
		switch n % 4 {
		case 0:
			cos.Add(cos, term)
		case 1:
			sin.Add(sin, term)
		case 2:
			cos.Sub(cos, term)
		case 3:
			sin.Sub(sin, term)
		}
		term.Mul(term, x)
		term.Quo(term, number(float64(n+1)))
	}
	return sin, cos
}

// TestArc checks π = 4·atan 1 against its digits.
func TestArc(t *testing.T) {
	pi := arc(number(1))
	pi.SetMantExp(pi, 2)
	if diff := pi.Sub(pi, bigPi(t)); diff.Sign() != 0 && diff.MantExp(nil) > 8-precision {
		t.Errorf("4·atan 1 is %v beside π", diff)
	}
}

// TestArcs checks that the inverse tangents are correctly rounded, and their two parts good to 2⁻¹⁰⁰, as the tangents
// of the ends of an interval around each are on either side of c, and that s is small for all arguments of a row.
func TestArcs(t *testing.T) {
	rows := arcTable(2)
	if len(rows) != arcCount {
		t.Fatalf("%d entries, want %d", len(rows), arcCount)
	}
	for j, row := range rows {
		c := row[0]
		around := func(angle *big.Float, half float64) bool {
			side := func(half float64) int { // of the tangent of an end of the interval
				sin, cos := sineCosine(number(0).Add(angle, number(half)))
				return sin.Sub(sin, cos.Mul(cos, number(c))).Sign()
			}
			return side(-half) <= 0 && side(half) >= 0
		}
		if !around(number(row[1]), (math.Nextafter(row[1], 3)-row[1])/2) {
			t.Errorf("entry %d: the inverse tangent of %v is not %v to half an ULP", j, c, row[1])
		}
		if !around(number(0).Add(number(row[1]), number(row[2])), 0x1p-100) {
			t.Errorf("entry %d: the inverse tangent of %v is not %v and %v to 2^-100", j, c, row[1], row[2])
		}
		low, high := arcEnds(j)
		limit := 1.0 / 12
		if j < arcCount/2 {
			limit = arcStart
		}
		for _, x := range []float64{low, min(high, 0x1p128)} {
			if s := (x - c) / (1 + x*c); math.Abs(s) > limit {
				t.Errorf("entry %d: s is %v for %v", j, s, x)
			}
		}
	}
}
