package leastsquares_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
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

// TestRefused: what cannot be fitted is refused with what to do, and the network is left as it was.
func TestRefused(t *testing.T) {
	xs, ys := split(misraData)
	spoilt := func(v float64, of [][1]float64) [][1]float64 {
		list := append([][1]float64{}, of...)
		list[3][0] = v
		return list
	}
	start := misra{250, 0.0005}
	for _, c := range []struct {
		says   string
		xs, ys [][1]float64
		start  misra
		o      leastsquares.Options
	}{
		{"14 inputs and 13 targets", xs, ys[1:], start, leastsquares.Options{}},
		{"there are no samples", nil, nil, start, leastsquares.Options{}},
		{"2 parameters and only 1 residual", xs[:1], ys[:1], start, leastsquares.Options{}},
		{"input 0 of sample 3 is NaN", spoilt(math.NaN(), xs), ys, start, leastsquares.Options{}},
		{"target 0 of sample 3 is NaN or infinite", xs, spoilt(math.Inf(1), ys), start, leastsquares.Options{}},
		{"parameter 1 of the network is NaN", xs, ys, misra{1, math.NaN()}, leastsquares.Options{}},
		{"3 weights for 14 samples", xs, ys, start, leastsquares.Options{Weights: make([]float64, 3)}},
		{"all weights are 0", xs, ys, start, leastsquares.Options{Weights: make([]float64, 14)}},
		{"Weights[0] is -1", xs, ys, start,
			leastsquares.Options{Weights: append(make([]float64, 0, 14), -1, 1, 1, 1, 1, 1,
				1, 1, 1, 1, 1, 1, 1, 1)}},
		{"Iterations is -1", xs, ys, start, leastsquares.Options{Iterations: -1}},
		{"Workers is -2", xs, ys, start, leastsquares.Options{Workers: -2}},
		{"StepLimit is NaN", xs, ys, start, leastsquares.Options{StepLimit: math.NaN()}},
		{"1 StepLimit for 2 parameters", xs, ys, start, leastsquares.Options{StepLimits: []float64{1}}},
		{"StepLimits[1] is -1", xs, ys, start, leastsquares.Options{StepLimits: []float64{1, -1}}},
		{"LossTolerance is 2", xs, ys, start, leastsquares.Options{LossTolerance: 2}},
		{"Method is 7", xs, ys, start, leastsquares.Options{Method: 7}},
		{"Solver is 9", xs, ys, start, leastsquares.Options{Solver: 9}},
		{"does not come from a fit of this network", xs, ys, start,
			leastsquares.Options{Start: leastsquares.State{Scale: make([]float64, 3)}}},
		{"the loss of output 0 of sample 0 is NaN or infinite", xs, ys, misra{1e308, -1e308}, leastsquares.Options{}},
		{"must be positive", xs, ys, start, leastsquares.Options{Cost: leastsquares.Custom("none",
			func(a, y float64) (float64, float64, float64) { return a, 1, 0 })}},
		{"is singular", xs, ys, misra{5, 0}, leastsquares.Options{Method: leastsquares.GaussNewton}},
	} {
		net := c.start
		_, err := leastsquares.New(&net).Fit(context.Background(), c.xs, c.ys, c.o)
		if err == nil || !strings.Contains(err.Error(), c.says) || !strings.HasPrefix(err.Error(), "leastsquares: ") {
			t.Errorf("said %v, want %q", err, c.says)
		}
		if net[0] != c.start[0] {
			t.Errorf("%s: the network is %v, it was %v", c.says, net, c.start)
		}
	}
	net := misra{0, 0}
	f := leastsquares.New(&net)
	if _, err := f.Uncertainty(context.Background(), xs, ys, leastsquares.Options{}); err == nil ||
		!strings.Contains(err.Error(), "do not determine parameter") {
		t.Errorf("the covariance of a singular fit: %v", err)
	}
	if _, err := f.Uncertainty(context.Background(), xs[:2], ys[:2], leastsquares.Options{}); err == nil ||
		!strings.Contains(err.Error(), "no degree of freedom") {
		t.Errorf("the covariance of as many residuals as parameters: %v", err)
	}
	// Damping can do with fewer residuals than parameters, where that is allowed.
	net = start
	r, err := leastsquares.New(&net).Fit(context.Background(), xs[:1], ys[:1],
		leastsquares.Options{Underdetermined: true})
	if err != nil || r.Loss > 1e-10 {
		t.Errorf("one sample for two parameters: loss %v, %v", r.Loss, err)
	}
}

// TestNew: what is no network of numbers panics with what it is.
func TestNew(t *testing.T) {
	for _, f := range []func(){
		func() { leastsquares.New((*misra)(nil)) },
		func() { leastsquares.New(new(other)) },
	} {
		func() {
			defer func() {
				if said := fmt.Sprint(recover()); !strings.Contains(said, "leastsquares.New: ") {
					t.Errorf("said %q", said)
				}
			}()
			f()
		}()
	}
}

// other has gradients of another size.
type other [2]float64

func (p *other) Flat() *[2]float64                                            { return (*[2]float64)(p) }
func (p *other) ForwardBatch(*struct{}, [][1]float64, [][1]float64)           {}
func (p *other) ParameterJacobianBatch(*struct{}, [][1]float64, [][3]float64) {}
