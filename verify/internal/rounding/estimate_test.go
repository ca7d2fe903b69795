package rounding

import (
	"math"
	"testing"

	"github.com/backpropgen/backpropgen/verify/internal/linear"
	"gonum.org/v1/gonum/mat"
)

// TestExactSums: sums of terms that one format holds whatever their order have no error, and those that only just do
// not, have one.
func TestExactSums(t *testing.T) {
	for _, c := range []struct {
		name    string
		kernel  Format
		w, a, b []float64
		exact   bool
	}{
		{"whole numbers", Float32, []float64{1, -3, 2}, []float64{5, 7, -1}, []float64{-3}, true},
		{"zero weights", Float32, []float64{0, 0, 0}, []float64{0.1, 0.2, 0.3}, []float64{float64(float32(0.7))}, true},
		{
			"zero weights, infinite a", Float32, []float64{0, 0, 0}, []float64{0.1, 0.2, math.MaxFloat64}, []float64{3},
			true,
		},
		{"zero input", Float32, []float64{0.1, 0.2, 0.3}, []float64{0, 0, 0}, nil, true},
		{"one term", Float32, []float64{0.5, 0, 0}, []float64{3, 1, 1}, nil, true},
		{"eighths", Float32, []float64{0.125, 3, 0}, []float64{1, 0.5, 1}, []float64{1024}, true},
		{"all 24 bits", Float32, []float64{1, 1, 0}, []float64{0x1p23, 0x1p23 - 1, 1}, nil, true},
		{"24 bits and one more", Float32, []float64{1, 1, 0}, []float64{0x1p24, 0x1p0, 1}, nil, false},
		{"that, in float64", Float64, []float64{1, 1, 0}, []float64{0x1p24, 0x1p0, 1}, nil, true},
		{"a sum that comes back", Float32, []float64{1, 1, -1}, []float64{0x1p24, 0x1p0, 0x1p24}, nil, false},
		{"tenths", Float32, []float64{1, 1, 1}, []float64{0.1, 0.2, 0.3}, nil, false},
		{"a product of too many bits", Float32, []float64{1 + 0x1p-20, 0, 0}, []float64{1 + 0x1p-20, 1, 1}, nil, false},
		{"underflow", Float32, []float64{0x1p-100, 0, 0}, []float64{0x1p-50, 1, 1}, nil, false},
		{"overflow", Float32, []float64{0x1p100, 0, 0}, []float64{0x1p50, 1, 1}, nil, false},
	} {
		var b *mat.VecDense
		if c.b != nil {
			b = linear.Vector(c.b)
		}
		bound := AffineBound(PairOf(c.kernel), mat.NewDense(1, 3, c.w), Exact(linear.Vector(c.a)), b)[0]
		if (bound == 0) != c.exact {
			t.Errorf("%s: bound %v", c.name, bound)
		}
	}
	uncertain := Estimate{[]float64{1, 2, 3}, []float64{0, 0, 1e-300}}
	if bound := AffineBound(PairOf(Float32), mat.NewDense(1, 3, []float64{1, 1, 1e-300}), uncertain,
		nil)[0]; bound == 0 {
		t.Error("an input with an error counts as exact")
	}
}

func TestLowestBit(t *testing.T) {
	for v, want := range map[float64]int{
		1: 0, -12: 2, 0.75: -2, 0x1p-1074: -1074, 0x1.8p-1070: -1071, 1 + 0x1p-52: -52,
	} {
		if got := lowestBit(v); got != want {
			t.Errorf("lowest bit of %v: %d, want %d", v, got, want)
		}
	}
}

func TestExcess(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, c := range []struct{ got, want, bound, excess float64 }{
		{1, 1, 0, 0},
		{1.5, 1, 1, 0.5},
		{3, 1, 1, 2},
		{1e-300, 0, 0, inf},
		{nan, 1, 1, inf},
		{nan, nan, nan, 0},
		{1, nan, nan, inf},
		{inf, 1, 1, inf},
		{inf, 1e39, inf, 0},
	} {
		if got := Excess(c.got, c.want, c.bound); got != c.excess {
			t.Errorf("got %v, want %v ± %v: %v of the bound, want %v", c.got, c.want, c.bound, got, c.excess)
		}
	}
}
