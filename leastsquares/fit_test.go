package leastsquares_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/backpropgen/backpropgen/leastsquares"
)

// relative says whether got is want to so many digits, as NIST counts them.
func relative(t *testing.T, what string, got, want, digits float64) {
	t.Helper()
	if d := -math.Log10(math.Abs(got-want) / math.Abs(want)); d < digits {
		t.Errorf("%s is %.12g, want %.12g: %.1f digits, want %g", what, got, want, d, digits)
	}
}

// TestCertified fits problems of NIST's Statistical Reference Datasets from both starts, by every method and solver,
// and compares with the certified values of parameters, standard errors and residuals.
func TestCertified(t *testing.T) {
	for _, o := range []leastsquares.Options{
		{}, {Solver: leastsquares.Cholesky}, {Solver: leastsquares.QR},
		{Solver: leastsquares.QR, Cost: leastsquares.MSE}, {Cost: leastsquares.SquaredError, Workers: 3},
	} {
		xs, ys := split(misraData)
		for _, start := range []misra{{500, 0.0001}, {250, 0.0005}} {
			net := start
			f := leastsquares.New(&net)
			r, err := f.Fit(context.Background(), xs, ys, o)
			if err != nil || !r.Converged() {
				t.Fatalf("%v from %v: %v, %v", o.Solver, start, r, err)
			}
			relative(t, "b1", net[0], 2.3894212918e+02, 8)
			relative(t, "b2", net[1], 5.5015643181e-04, 8)
			u, err := f.Uncertainty(context.Background(), xs, ys, o)
			if err != nil {
				t.Fatal(err)
			}
			relative(t, "standard error of b1", u.Errors[0], 2.7070075241, 7)
			relative(t, "standard error of b2", u.Errors[1], 7.2668688436e-06, 7)
			relative(t, "residual standard deviation", u.Sigma, 1.0187876330e-01, 8)
			if u.Freedom != 12 || u.Covariance.At(0, 0) != u.Errors[0]*u.Errors[0] && u.Errors[0] == 0 {
				t.Errorf("%d degrees of freedom", u.Freedom)
			}
		}
		xs, ys = split(danWoodData)
		for _, start := range []danWood{{1, 5}, {0.7, 4}} {
			for _, method := range []leastsquares.Method{leastsquares.LevenbergMarquardt, leastsquares.GaussNewton} {
				net, o := start, o
				o.Method = method
				f := leastsquares.New(&net)
				if r, err := f.Fit(context.Background(), xs, ys, o); err != nil || !r.Converged() {
					t.Fatalf("method %v from %v: %v, %v", method, start, r, err)
				}
				relative(t, "b1", net[0], 7.6886226176e-01, 8)
				relative(t, "b2", net[1], 3.8604055871, 8)
				u, err := f.Uncertainty(context.Background(), xs, ys, o)
				if err != nil {
					t.Fatal(err)
				}
				relative(t, "standard error of b1", u.Errors[0], 1.8281973860e-02, 7)
				relative(t, "standard error of b2", u.Errors[1], 5.1726610913e-02, 7)
				relative(t, "residual standard deviation", u.Sigma, 3.2853114039e-02, 8)
			}
		}
	}
}

// bumps are samples of a curve with noise.
func bumps[F float32 | float64](n int) (xs, ys [][1]F) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range n {
		x := 6*rng.Float64() - 3
		xs = append(xs, [1]F{F(x)})
		ys = append(ys, [1]F{F(math.Sin(2*x)*math.Exp(-x*x/4) + 0.01*rng.NormFloat64())})
	}
	return xs, ys
}

// TestCurve fits a curve by a small network, in either precision, to the noise.
func TestCurve(t *testing.T) {
	single, double := curve[float32](t), curve[float64](t)
	t.Logf("loss %v in float32, %v in float64", single, double)
	for _, loss := range []float64{single, double} {
		// 700 residuals of 0.01, less the degrees that 19 parameters take.
		if noise := math.Sqrt(2 * loss / (700 - 19)); noise < 0.009 || noise > 0.012 {
			t.Errorf("the residuals have the standard deviation %v, want that of the noise, 0.01", noise)
		}
	}
}

func curve[F float32 | float64](t *testing.T) float64 {
	xs, ys := bumps[F](700)
	least := math.Inf(1)
	for seed := range uint64(3) {
		var net bump[F]
		net.init(seed)
		r, err := leastsquares.New(&net).Fit(context.Background(), xs, ys, leastsquares.Options{Iterations: 300})
		if err != nil {
			t.Fatal(err)
		}
		for i, it := range r.Iterations[1:] {
			if it.Loss > r.Iterations[i].Loss {
				t.Errorf("iteration %d raised the loss from %v to %v", it.Number, r.Iterations[i].Loss, it.Loss)
			}
		}
		least = min(least, r.Loss)
	}
	return least
}

// TestWorkers: any number of workers gives the same bits, by either solver.
func TestWorkers(t *testing.T) {
	xs, ys := bumps[float32](3001)
	for _, solver := range []leastsquares.Solver{leastsquares.Cholesky, leastsquares.QR} {
		var first bump[float32]
		var want *leastsquares.Result
		for _, workers := range []int{1, 2, 3, 7, 40} {
			var net bump[float32]
			net.init(1)
			r, err := leastsquares.New(&net).Fit(context.Background(), xs, ys,
				leastsquares.Options{Workers: workers, Solver: solver, Iterations: 12})
			if err != nil {
				t.Fatal(err)
			}
			if want == nil {
				first, want = net, r
			}
			if net != first || !reflect.DeepEqual(r, want) {
				t.Errorf("%d workers fit another network", workers)
			}
		}
	}
}

// TestForwardOnWorkers: of so many samples the outputs are computed by several goroutines as well, to the same bits.
func TestForwardOnWorkers(t *testing.T) {
	xs, ys := bumps[float64](20001)
	var nets [3]bump[float64]
	for i := range nets {
		nets[i].init(1)
		_, err := leastsquares.New(&nets[i]).Fit(context.Background(), xs, ys,
			leastsquares.Options{Workers: 1 + 2*i, Iterations: 2})
		if err != nil {
			t.Fatal(err)
		}
		if nets[i] != nets[0] {
			t.Errorf("%d workers fit another network", 1+2*i)
		}
	}
}

// TestResume: a fit that is broken off goes on to the same bits.
func TestResume(t *testing.T) {
	xs, ys := bumps[float64](200)
	var whole bump[float64]
	whole.init(2)
	parts := whole
	o := leastsquares.Options{Iterations: 20, Solver: leastsquares.Cholesky}
	want, err := leastsquares.New(&whole).Fit(context.Background(), xs, ys, o)
	if err != nil {
		t.Fatal(err)
	}
	got := new(leastsquares.Result)
	for _, iterations := range []int{1, 7, 8, 20} {
		o.Iterations, o.Start = iterations, got.State
		if got, err = leastsquares.New(&parts).Fit(context.Background(), xs, ys, o); err != nil {
			t.Fatal(err)
		}
	}
	if parts != whole || got.Loss != want.Loss || !reflect.DeepEqual(got.State, want.State) {
		t.Errorf("resumed: loss %v and state %v, in one: %v and %v", got.Loss, got.State, want.Loss, want.State)
	}
}

// TestDamped: a fit that goes on with much damping does not end at its first short step.
func TestDamped(t *testing.T) {
	xs, ys := bumps[float64](200)
	var net bump[float64]
	net.init(2)
	want := net
	free, err := leastsquares.New(&want).Fit(context.Background(), xs, ys, leastsquares.Options{Iterations: 300})
	if err != nil {
		t.Fatal(err)
	}
	o := leastsquares.Options{Iterations: 300, Start: leastsquares.State{Damping: 1e8, Growth: 2}}
	o.LossTolerance = 1e-6
	damped, err := leastsquares.New(&net).Fit(context.Background(), xs, ys, o)
	if err != nil {
		t.Fatal(err)
	}
	if len(damped.Iterations) < 15 || damped.Loss > 10*free.Loss {
		t.Errorf("with much damping %d iterations to a loss of %v, %v; without %v", len(damped.Iterations), damped.Loss,
			damped.Reason, free.Loss)
	}
}

// TestCancel: a context ends a fit between two blocks, OnIteration after an iteration, and the network is left as it
// was at its best.
func TestCancel(t *testing.T) {
	xs, ys := bumps[float64](200)
	var net bump[float64]
	net.init(2)
	ctx, cancel := context.WithCancel(context.Background())
	var at bump[float64]
	loss := 0.0
	r, err := leastsquares.New(&net).Fit(ctx, xs, ys, leastsquares.Options{
		OnIteration: func(it leastsquares.Iteration) error {
			if it.Number == 5 {
				at, loss = net, it.Loss
				cancel()
			}
			return nil
		},
	})
	if !errors.Is(err, context.Canceled) || len(r.Iterations) != 5 || net != at || r.Loss != loss {
		t.Errorf("cancelled after %d iterations: %v", len(r.Iterations), err)
	}
	failure := errors.New("no")
	for _, want := range []error{nil, failure} {
		r, err = leastsquares.New(&net).Fit(context.Background(), xs, ys, leastsquares.Options{
			OnIteration: func(leastsquares.Iteration) error {
				if want == nil {
					return leastsquares.ErrStop
				}
				return want
			},
		})
		if !errors.Is(err, want) || len(r.Iterations) != 1 || r.Converged() {
			t.Errorf("stopped with %v: %v", want, err)
		}
	}
}

// TestStepLimit: no parameter moves by more than the limit in an iteration, and the fit gets there all the same.
func TestStepLimit(t *testing.T) {
	xs, ys := split(danWoodData)
	for _, o := range []leastsquares.Options{
		{StepLimit: 0.05}, {StepLimits: []float64{0.05, 0.02}}, {StepLimits: []float64{0, 0.02}, StepLimit: 0.05},
	} {
		net := danWood{1, 5}
		before := net
		most := [2]float64{0.05, 0.05}
		if o.StepLimits != nil {
			most[1] = o.StepLimits[1]
		}
		o.Iterations = 500
		o.OnIteration = func(it leastsquares.Iteration) error {
			for i := range net {
				if math.Abs(net[i]-before[i]) > most[i]*(1+1e-12) {
					return fmt.Errorf("parameter %d moved from %v to %v", i, before[i], net[i])
				}
			}
			before = net
			return nil
		}
		if _, err := leastsquares.New(&net).Fit(context.Background(), xs, ys, o); err != nil {
			t.Fatal(err)
		}
		relative(t, "b2", net[1], 3.8604055871, 7)
	}
}

// TestIllConditioned: columns that differ in the ninth digit spoil the normal equations, which Auto notices and leaves;
// and so does no unit of a parameter.
func TestIllConditioned(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	var xs [][3]float64
	var ys [][2]float64
	want := line[float64]{W: [2][3]float64{{1, 2, 3}, {-1, 0.5, 4}}, B: [2]float64{5, -6}}
	for range 40 {
		x := [3]float64{rng.NormFloat64() * 1e8, rng.NormFloat64(), 0}
		x[2] = x[1] + 1e-8*rng.NormFloat64()
		xs = append(xs, x)
	}
	ys = make([][2]float64, len(xs))
	want.ForwardBatch(nil, xs, ys)
	for _, solver := range []leastsquares.Solver{leastsquares.Auto, leastsquares.QR} {
		var net line[float64]
		r, err := leastsquares.New(&net).Fit(context.Background(), xs, ys, leastsquares.Options{
			Solver: solver, Method: leastsquares.GaussNewton, LossTolerance: 1e-30, StepTolerance: 1e-15,
			GradientTolerance: 1e-15,
		})
		if err != nil {
			t.Fatal(err)
		}
		if !r.State.QR {
			t.Error("Auto did not go over to QR")
		}
		for k := range net.W {
			// The smallest singular value is 1e-8 of the others: eight digits are left of sixteen.
			relative(t, "the sum of the parameters that are alike", net.W[k][1]+net.W[k][2], want.W[k][1]+want.W[k][2],
				6)
			relative(t, "b", net.B[k], want.B[k], 5)
		}
	}
}
