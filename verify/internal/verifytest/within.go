package verifytest

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// Data returns the elements of a matrix row by row.
func Data(m *mat.Dense) []float64 { return m.RawMatrix().Data }

// Within checks numbers against bounds.
func Within(t *testing.T, what string, got, want, bound []float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d numbers, want %d", what, len(got), len(want))
	}
	for i := range got {
		if math.IsNaN(got[i]) || math.IsNaN(bound[i]) || math.Abs(got[i]-want[i]) > bound[i] {
			t.Errorf("%s[%d]: got %v, want %v ± %v", what, i, got[i], want[i], bound[i])
		}
	}
}
