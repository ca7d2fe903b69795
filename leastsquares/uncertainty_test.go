package leastsquares_test

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/backpropgen/backpropgen/leastsquares"
)

// TestPredictions: standard errors of predictions are those of a straight line's textbook formula.
func TestPredictions(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	var xs [][3]float64
	var ys [][2]float64
	for range 50 {
		x := [3]float64{rng.NormFloat64(), rng.NormFloat64(), rng.NormFloat64()}
		xs, ys = append(xs, x), append(ys, [2]float64{x[0] + 0.1*rng.NormFloat64(), 0.1 * rng.NormFloat64()})
	}
	var net line[float64]
	f := leastsquares.New(&net)
	if _, err := f.Fit(context.Background(), xs, ys, leastsquares.Options{}); err != nil {
		t.Fatal(err)
	}
	u, err := f.Uncertainty(context.Background(), xs, ys, leastsquares.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if u.Sigma < 0.08 || u.Sigma > 0.12 || u.Freedom != 92 {
		t.Errorf("residuals of 0.1 are estimated as %v, with %d degrees of freedom", u.Sigma, u.Freedom)
	}
	at := [3]float64{0.3, -1, 2}
	j := [8]float64{at[0], at[1], at[2], 0, 0, 0, 1, 0} // of output 0
	variance := 0.0
	for a := range j {
		for b := range j {
			variance += j[a] * u.Covariance.At(a, b) * j[b]
		}
	}
	got := f.Predictions(u, [][3]float64{at, {}, at})
	relative(t, "the standard error of a prediction", got[0][0], math.Sqrt(variance), 10)
	if len(got) != 3 || got[2][0] != got[0][0] || got[1][1] >= got[0][1] {
		t.Errorf("standard errors %v", got)
	}
}
