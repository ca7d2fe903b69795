package verify

import (
	"math"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
)

func TestCosts(t *testing.T) {
	a, y := vector([]float64{0.25, 0.5, 0.25}), vector([]float64{0, 1, 0.5})
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
		row, err := costOf(spec.Function{Name: c.name})
		if err != nil {
			t.Fatal(err)
		}
		within(t, c.name, []float64{row.value(a, y)}, []float64{c.want},
			[]float64{row.valueBound(newRounding(arithmetic64), exact(a), y)})
	}
}
