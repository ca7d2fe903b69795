package functions

import (
	"math"
	"math/big"
	"testing"
)

// TestRoots multiplies every number of rootsHigh and rootsLow with itself until a power of two must come out.
func TestRoots(t *testing.T) {
	for i := range rootsHigh {
		if float64(float32(rootsHigh[i])) != rootsHigh[i] ||
			float64(float32(rootsHigh[i]+rootsLow[i])) != rootsHigh[i] {
			t.Errorf("root %d: %v is not the float32 next to it", i, rootsHigh[i])
		}
		x := new(big.Float).SetPrec(200).Add(big.NewFloat(rootsHigh[i]), big.NewFloat(rootsLow[i]))
		for range 5 { // squares: to the power of 32
			x.Mul(x, x)
		}
		got, _ := x.Float64()
		if want := math.Ldexp(1, i); !(math.Abs(got/want-1) <= 32*0x1p-49) {
			t.Errorf("root %d: to the power of 32 it is %v, want %v", i, got, want)
		}
	}
}

// TestTanhPieces evaluates every piece of the hyperbolic tangent at a hundred points of its interval, without rounding,
// and looks whether another piece is in its place in the tables.
func TestTanhPieces(t *testing.T) {
	taken := map[uint32]int{}
	for i, piece := range tanhPieces {
		from := math.Float32frombits(math.Float32bits(1)+uint32(i)<<tanhShift) - 1
		to := min(math.Float32frombits(math.Float32bits(1)+uint32(i+1)<<tanhShift)-1, 9.2)
		at := math.Float32bits(1+from) >> tanhShift % tableLength
		if other, ok := taken[at]; ok {
			t.Errorf("pieces %d and %d have the same place", other, i)
		}
		taken[at] = i
		for k, v := range piece {
			if tanhTables[k][at] != v || float64(float32(v)) != v {
				t.Errorf("piece %d: number %d is %v in the table and %v as a float32, want %v", i, k, tanhTables[k][at],
					float32(v), v)
			}
		}
		for k := range 101 {
			x := float64(from) + float64(to-from)*float64(k)/100
			d, slope := x-piece[0], 0.0
			for c := 6; c > 1; c-- {
				slope = slope*d + piece[c]
			}
			got, want := max(piece[1], d)+slope*d, math.Tanh(x)
			_, e := math.Frexp(want)
			limit := 0.16 * math.Ldexp(1, e-24)
			if x >= 9 {
				limit = 0.52 * math.Ldexp(1, -24) // the last piece is 1
			}
			if !(math.Abs(got-want) <= limit) {
				t.Errorf("piece %d: tanh(%v) = %v, want %v", i, x, got, want)
			}
		}
	}
}
