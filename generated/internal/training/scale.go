package training

import "math"

// Scaler standardises features: x ↦ (x - mean) / deviation, feature by feature.
type Scaler struct {
	mean, deviation []float64
}

// FitScaler measures mean and standard deviation of each feature over the given rows, which must be
// the training part only: a test sample must not influence how it is seen. A deviation below floor
// is raised to floor, so that a feature which hardly varies in training is not blown up in testing;
// one that stays 0 becomes 1, which leaves a constant feature centred at 0.
func FitScaler(rows [][]float64, index []int, floor float64) Scaler {
	width := len(rows[index[0]])
	s := Scaler{mean: make([]float64, width), deviation: make([]float64, width)}
	n := float64(len(index))
	for _, i := range index {
		for f, v := range rows[i] {
			s.mean[f] += v / n
		}
	}
	for _, i := range index {
		for f, v := range rows[i] {
			d := v - s.mean[f]
			s.deviation[f] += d * d / n
		}
	}
	for f, variance := range s.deviation {
		s.deviation[f] = max(math.Sqrt(variance), floor)
		if s.deviation[f] == 0 {
			s.deviation[f] = 1
		}
	}
	return s
}

// Apply writes the standardised row into dst, which has the row's length.
func (s Scaler) Apply(dst []float32, row []float64) {
	for f, v := range row {
		dst[f] = float32((v - s.mean[f]) / s.deviation[f])
	}
}
