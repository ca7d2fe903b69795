package function

import (
	"math"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/linear"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
)

// TestFloor: a probability of 0 costs log 2^-126, and its gradient is 0.
func TestFloor(t *testing.T) {
	for _, c := range []struct {
		name string
		a, y float64
	}{{"cross-entropy", 0, 1}, {"binary-cross-entropy", 0, 1}, {"binary-cross-entropy", 1, 0}} {
		row, err := CostOf(spec.Function{Name: c.name})
		if err != nil {
			t.Fatal(err)
		}
		a, y := linear.Vector([]float64{c.a}), linear.Vector([]float64{c.y})
		if got, want := row.Value(a, y), 126*math.Ln2; math.Abs(got-want) > 4*rounding.Float64.ULP(want) {
			t.Errorf("%s of %v for target %v: %v, want %v", c.name, c.a, c.y, got, want)
		}
		if got := row.Gradient(a, y).AtVec(0); got != 0 {
			t.Errorf("%s' of %v for target %v: %v, want 0", c.name, c.a, c.y, got)
		}
	}
}
