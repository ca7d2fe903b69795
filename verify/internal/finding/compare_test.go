package finding

import (
	"math"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/verify/internal/rounding"
)

// TestWorstFirst: of many wrong elements the worst few are shown, the worst first, and the rest counted.
func TestWorstFirst(t *testing.T) {
	report := &Report{}
	r := Ruler{report, rounding.Float32, "trial 7 (random), seed 0"}
	got := []float32{1.5, 1, 3, 2, float32(math.NaN()), 1.25}
	Compare(r, "Grad", Block{"∂L/∂W2", 2, 6, 3}, got, []float64{1, 1, 1, 1, 1, 1},
		[]float64{0.1, 0.1, 0.1, 0.1, 0.1, 0.5})
	report.Finish()

	var named []string
	for _, f := range report.Failures {
		named = append(named, f.Quantity)
	}
	if got, want := strings.Join(named, " "), "∂L/∂W2[1][1] ∂L/∂W2[0][2] ∂L/∂W2[1][0]"; got != want {
		t.Errorf("shown %s, want %s", got, want)
	}
	if report.Omitted != 1 || !strings.Contains(report.Err().Error(), "and 1 more") {
		t.Errorf("omitted %d, want 1: %v", report.Omitted, report.Err())
	}
	want := "Grad: ∂L/∂W2[0][2] of layer 2: got 3, want 1 ± 0.1, off by 8.39e+06 ULP (float32), bound 4.19e+05 ULP; " +
		"trial 7 (random), seed 0"
	if got := report.Failures[1].Message; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestUnbounded: numbers that nothing bounds are accepted, but the report says how many.
func TestUnbounded(t *testing.T) {
	report := &Report{Network: "Net"}
	inf := math.Inf(1)
	Compare(Ruler{report, rounding.Float32, ""}, "Loss", Block{Name: "a", N: 3}, []float64{1, inf, math.NaN()},
		[]float64{1, 1e39, math.NaN()}, []float64{1, inf, math.NaN()})
	if err := report.Finish().Err(); err != nil || report.Unbounded != 1 {
		t.Errorf("%d unbounded, want 1: %v", report.Unbounded, err)
	}
	if s := report.String(); !strings.Contains(s, "1 number") {
		t.Errorf("the summary does not say so: %s", s)
	}
}
