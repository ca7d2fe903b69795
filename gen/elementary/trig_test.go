package elementary

import (
	"math"
	"testing"
)

// TestTurns checks, for every group of exponents, that the three pieces are what 32/π leaves when multiples of 64/u are
// taken away, u being the unit of the group, and that the products of the first two with a float32 are exact.
func TestTurns(t *testing.T) {
	rows := turns()
	if len(rows) != 32 {
		t.Fatalf("%d groups of exponents, want 32", len(rows))
	}
	q := number(0).Quo(number(32), bigPi(t))
	for g, row := range rows {
		unit := 8*g - 150
		rest := number(0).Set(q)
		for i, piece := range row {
			rest.Sub(rest, number(piece))
			top := 5 - unit - 29*i // the piece is below 2^(top+1)
			if piece < 0 || piece >= math.Ldexp(1, top+1) {
				t.Errorf("group %d: piece %d is %v, not below 2^%d", g, i, piece, top+1)
			}
			if i < 2 && math.Mod(piece, math.Ldexp(1, top-28)) != 0 {
				t.Errorf("group %d: piece %d is %x, not a multiple of 2^%d", g, i, piece, top-28)
			}
		}
		// In multiples of 64/u, the rest is a whole number and less than 2^-110 more.
		rest.SetMantExp(rest, unit-6)
		whole, _ := rest.Int(nil)
		rest.Sub(rest, number(0).SetInt(whole))
		if rest.Sign() < 0 || rest.Cmp(number(0x1p-110)) > 0 {
			t.Errorf("group %d: the pieces %x are %v of a circle short", g, row, rest)
		}
	}
}

// TestSines checks that the sines are correctly rounded, and exact where they are 0 and 1.
func TestSines(t *testing.T) {
	rows := sines()
	if len(rows) != circle {
		t.Fatalf("%d entries, want %d", len(rows), circle)
	}
	for j, row := range rows {
		v := row[0]
		want, _ := sineCosine(number(0).Mul(bigPi(t), number(float64(2*j)/circle)))
		if j%(circle/4) == 0 {
			if exact := []float64{0, 1, 0, -1}[j/(circle/4)]; v != exact {
				t.Errorf("the sine of %d/64 is %v, want %v", j, v, exact)
			}
			continue
		}
		if nearest, _ := want.Float64(); v != nearest {
			t.Errorf("the sine of %d/64 is %v, want %v", j, v, nearest)
		}
	}
}
