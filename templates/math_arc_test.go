package templates

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

// circular are the sine and the cosine of x by Taylor's series, for x of a few units at most.
func circular(x *big.Float) (sin, cos *big.Float) {
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

// TestArcs checks that the inverse tangents are correctly rounded, as the tangents of the ends of the interval of half an ULP
// around each are on either side of c, and that the series is only used where |s| is small.
func TestArcs(t *testing.T) {
	rows := arcs()
	if len(rows) != arcCount {
		t.Fatalf("%d entries, want %d", len(rows), arcCount)
	}
	for j, row := range rows {
		c, angle := row[0], row[1]
		if j == 0 {
			if c != 0 || angle != 0 {
				t.Errorf("the first entry is %v", row)
			}
		} else {
			half := number((math.Nextafter(angle, 3) - angle) / 2)
			sin, cos := circular(number(0).Sub(number(angle), half))
			low := sin.Sub(sin, cos.Mul(cos, number(c)))
			sin, cos = circular(number(0).Add(number(angle), half))
			high := sin.Sub(sin, cos.Mul(cos, number(c)))
			if low.Sign() > 0 || high.Sign() < 0 {
				t.Errorf("entry %d: the inverse tangent of %v is not %v to half an ULP", j, c, angle)
			}
		}
		// The arguments that come to this entry.
		low, high, limit := 0.0, math.MaxFloat32, 1.0/12
		if j > 0 {
			low = float64(math.Float32frombits(uint32(arcFirst+j) << arcQuarter))
		}
		if j < arcCount-1 {
			high = float64(math.Float32frombits(uint32(arcFirst+j+1) << arcQuarter))
		}
		if j < arcCount/2 {
			limit = 1.0 / 16
		}
		for _, x := range []float64{low, high} {
			if s := (x - c) / (1 + x*c); math.Abs(s) > limit {
				t.Errorf("entry %d: s is %v for %v", j, s, x)
			}
		}
	}
}
