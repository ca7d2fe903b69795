package training

import (
	"math"
	"testing"
)

func TestScalerUsesTrainingPartOnly(t *testing.T) {
	rows := [][]float64{{1, 7, 0}, {1000, -1000, 1000}, {3, 7, 0.5}, {5, 7, 1}}
	train := []int{0, 2, 3}
	s := FitScaler(rows, train, 0)
	scaled := make([][]float32, len(rows))
	for i, row := range rows {
		scaled[i] = make([]float32, 3)
		s.Apply(scaled[i], row)
	}
	// Features 0 and 2 are -1, 0, 1 times √(3/2) in the training part; feature 1 is constant.
	e := float32(math.Sqrt(1.5))
	want := map[int][]float32{0: {-e, 0, -e}, 2: {0, 0, 0}, 3: {e, 0, e}}
	for i, w := range want {
		for f := range w {
			if d := scaled[i][f] - w[f]; d > 1e-6 || d < -1e-6 {
				t.Errorf("row %d feature %d: got %g, want %g", i, f, scaled[i][f], w[f])
			}
		}
	}
	// The row outside the training part is seen with the same scale: (1000-3) / √(8/3).
	if got, want := scaled[1][0], float32(997/math.Sqrt(8.0/3)); math.Abs(float64(got/want-1)) > 1e-6 {
		t.Errorf("test row: got %g, want %g", got, want)
	}
	if got := scaled[1][1]; got != -1007 {
		t.Errorf("test row, feature constant in training: got %g, want -1007", got)
	}
}

func TestScalerFloor(t *testing.T) {
	rows := [][]float64{{0, 0}, {0.2, 20}}
	s := FitScaler(rows, []int{0, 1}, 1)
	got := make([]float32, 2)
	s.Apply(got, rows[1])
	// Deviation 0.1 is raised to 1, deviation 10 stays.
	if got[0] != 0.1 || got[1] != 1 {
		t.Errorf("got %v, want [0.1 1]", got)
	}
}
