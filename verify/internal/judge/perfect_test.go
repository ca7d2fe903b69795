package judge

import (
	"testing"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/function"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
)

// TestPerfectProof: a loss that is 0 for every target proves nothing.
func TestPerfectProof(t *testing.T) {
	flat := func(y []float64) float32 { return 0 }
	c, err := function.CostOf(spec.Function{Name: "mae"})
	if err != nil {
		t.Fatal(err)
	}
	if perfect(c, rounding.Float32, []float64{0.5, 0.25}, 2, flat) {
		t.Error("a loss that is always 0 is taken for proof")
	}
}
