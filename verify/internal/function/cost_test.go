package function

import (
	"math"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/linear"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
	"github.com/backpropgen/backpropgen/verify/internal/verifytest"
)

func TestCosts(t *testing.T) {
	a, y := linear.Vector([]float64{0.25, 0.5, 0.25}), linear.Vector([]float64{0, 1, 0.5})
	ln := math.Log
	for _, c := range []struct {
		name string
		want float64
	}{
		{"mse", (0.0625 + 0.25 + 0.0625) / 3},
		{"mae", (0.25 + 0.5 + 0.25) / 3},
		{"huber", (0.0625 + 0.25 + 0.0625) / 6},
		{"log-cosh", (2*ln(math.Cosh(0.25)) + ln(math.Cosh(0.5))) / 3},
		{"squared-error", 0.0625 + 0.25 + 0.0625},
		{"half-squared-error", (0.0625 + 0.25 + 0.0625) / 2},
		{"cross-entropy", -ln(0.5) - 0.5*ln(0.25)},
		{"binary-cross-entropy", -ln(0.75) - ln(0.5) - 0.5*ln(0.25) - 0.5*ln(0.75)},
	} {
		row, err := CostOf(spec.Function{Name: c.name})
		if err != nil {
			t.Fatal(err)
		}
		verifytest.Within(t, c.name, []float64{row.Value(a, y)}, []float64{c.want},
			[]float64{row.ValueBound(rounding.PairOf(rounding.Float64), rounding.Exact(a), y)})
	}
}
