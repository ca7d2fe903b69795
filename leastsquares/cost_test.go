package leastsquares_test

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/backpropgen/backpropgen/leastsquares"
)

// TestLikelihood fits a logistic regression, whose Gauss–Newton step is Newton's: the score is 0 at the end, and the
// covariance is the inverse of the Fisher information.
func TestLikelihood(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	var xs, ys [][1]float64
	for range 300 {
		x := rng.NormFloat64()
		y := 0.0
		if rng.Float64() < 1/(1+math.Exp(0.5-2*x)) {
			y = 1
		}
		xs, ys = append(xs, [1]float64{x}), append(ys, [1]float64{y})
	}
	var net logit
	f := leastsquares.New(&net)
	o := leastsquares.Options{Cost: leastsquares.BinaryCrossEntropy}
	r, err := f.Fit(context.Background(), xs, ys, o)
	if err != nil || !r.Converged() || len(r.Iterations) > 12 {
		t.Fatalf("%v after %d iterations: %v", r.Reason, len(r.Iterations), err)
	}
	var score, information [2]float64
	mixed := 0.0
	for i, x := range xs {
		p := 1 / (1 + math.Exp(-net[0]-net[1]*x[0]))
		score[0] += p - ys[i][0]
		score[1] += (p - ys[i][0]) * x[0]
		information[0] += p * (1 - p)
		information[1] += p * (1 - p) * x[0] * x[0]
		mixed += p * (1 - p) * x[0]
	}
	if math.Abs(score[0])+math.Abs(score[1]) > 1e-6 {
		t.Errorf("the score is %v", score)
	}
	u, err := f.Uncertainty(context.Background(), xs, ys, o)
	if err != nil {
		t.Fatal(err)
	}
	determinant := information[0]*information[1] - mixed*mixed
	relative(t, "the standard error of b1", u.Errors[0], math.Sqrt(information[1]/determinant), 8)
	relative(t, "the standard error of b2", u.Errors[1], math.Sqrt(information[0]/determinant), 8)
	relative(t, "the covariance", u.Covariance.At(0, 1), -mixed/determinant, 8)
}

// TestRobust: outliers that ruin squares move Huber's cost and log-cosh little; weights of 0 leave them out.
func TestRobust(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	want := line[float64]{W: [2][3]float64{{1, 2, 3}, {-1, 0.5, 4}}, B: [2]float64{5, -6}}
	var xs [][3]float64
	weights := make([]float64, 200)
	for i := range weights {
		xs = append(xs, [3]float64{rng.NormFloat64(), rng.NormFloat64(), rng.NormFloat64()})
		weights[i] = 1
	}
	ys := make([][2]float64, len(xs))
	want.ForwardBatch(nil, xs, ys)
	for i := 0; i < len(ys); i += 10 {
		ys[i][0] += 100
		weights[i] = 0
	}
	off := func(o leastsquares.Options) (largest float64) {
		t.Helper()
		var net line[float64]
		o.Iterations = 400
		if _, err := leastsquares.New(&net).Fit(context.Background(), xs, ys, o); err != nil {
			t.Fatal(err)
		}
		for k := range net.W {
			for j := range net.W[k] {
				largest = max(largest, math.Abs(net.W[k][j]-want.W[k][j]))
			}
			largest = max(largest, math.Abs(net.B[k]-want.B[k]))
		}
		return largest
	}
	if e := off(leastsquares.Options{}); e < 3 {
		t.Errorf("outliers move squares by %v only", e)
	}
	for _, c := range []leastsquares.Cost{leastsquares.Huber(0.1), leastsquares.LogCosh} {
		if e := off(leastsquares.Options{Cost: c}); e > 0.5 {
			t.Errorf("outliers move %v by %v", c, e)
		}
	}
	if e := off(leastsquares.Options{Weights: weights}); e > 1e-9 {
		t.Errorf("outliers of weight 0 move the fit by %v", e)
	}
	weights[3] = 0
	xs[3][0], ys[3][1] = math.NaN(), math.Inf(1)
	if e := off(leastsquares.Options{Weights: weights}); e > 1e-9 {
		t.Errorf("NaN of weight 0 moves the fit by %v", e)
	}
}
