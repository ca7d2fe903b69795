package leastsquares_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/internal/plural"
	"github.com/backpropgen/backpropgen/leastsquares"
)

// said is what a function panics with, "" if it does not.
func said(f func()) (text string) {
	defer func() {
		if v := recover(); v != nil {
			text = fmt.Sprint(v)
		}
	}()
	f()
	return ""
}

// TestForeignState: a state that no fit has left is refused, whatever of it is missing or wrong.
func TestForeignState(t *testing.T) {
	xs, ys := split(misraData)
	net := misra{250, 0.0005}
	f := leastsquares.New(&net)
	r, err := f.Fit(context.Background(), xs, ys, leastsquares.Options{Iterations: 3})
	if err != nil {
		t.Fatal(err)
	}
	before := net
	for what, spoil := range map[string]func(*leastsquares.State){
		"damping lost":        func(s *leastsquares.State) { s.Damping = 0 },
		"damping infinite":    func(s *leastsquares.State) { s.Damping = math.Inf(1) },
		"damping NaN":         func(s *leastsquares.State) { s.Damping = math.NaN() },
		"growth lost":         func(s *leastsquares.State) { s.Growth = 0 },
		"growth negative":     func(s *leastsquares.State) { s.Growth = -2 },
		"growth NaN":          func(s *leastsquares.State) { s.Growth = math.NaN() },
		"growth infinite":     func(s *leastsquares.State) { s.Growth = math.Inf(1) },
		"scale lost":          func(s *leastsquares.State) { s.Scale = nil },
		"scale cut off":       func(s *leastsquares.State) { s.Scale = s.Scale[:1] },
		"scale NaN":           func(s *leastsquares.State) { s.Scale[1] = math.NaN() },
		"scale negative":      func(s *leastsquares.State) { s.Scale[0] = -1 },
		"scale infinite":      func(s *leastsquares.State) { s.Scale[0] = math.Inf(1) },
		"iterations negative": func(s *leastsquares.State) { s.Iteration = -1 },
	} {
		state := r.State
		state.Scale = slices.Clone(state.Scale)
		spoil(&state)
		_, err := f.Fit(context.Background(), xs, ys, leastsquares.Options{Start: state})
		if err == nil || !strings.Contains(err.Error(), "Options.Start does not come from a fit of this network") {
			t.Errorf("%s: %v", what, err)
		}
		if net != before {
			t.Errorf("%s: the network is %v, it was %v", what, net, before)
		}
	}
	if _, err := f.Fit(context.Background(), xs, ys, leastsquares.Options{Start: r.State}); err != nil {
		t.Error(err)
	}
}

// TestCholeskyAlone: with Solver Cholesky a state of a fit that had gone over to QR does not bring QR back.
func TestCholeskyAlone(t *testing.T) {
	xs, ys := split(misraData)
	net := misra{250, 0.0005}
	f := leastsquares.New(&net)
	r, err := f.Fit(context.Background(), xs, ys, leastsquares.Options{Iterations: 2, Solver: leastsquares.QR})
	if err != nil || !r.State.QR {
		t.Fatalf("%v, %v", r, err)
	}
	r, err = f.Fit(context.Background(), xs, ys, leastsquares.Options{Solver: leastsquares.Cholesky, Start: r.State})
	if err != nil || r.State.QR {
		t.Errorf("QR is %v, %v", r.State.QR, err)
	}
}

// TestNilArguments: nil where a function or a context belongs is refused, and no other cost is taken instead.
func TestNilArguments(t *testing.T) {
	xs, ys := split(misraData)
	net := misra{250, 0.0005}
	f := leastsquares.New(&net)
	for _, c := range []struct {
		says string
		ctx  context.Context
		cost leastsquares.Cost
	}{
		{"the context is nil; give context.Background()", nil, leastsquares.Cost{}},
		{`the cost "mine" has no function; give Custom one`, context.Background(), leastsquares.Custom("mine", nil)},
		{"Huber's delta is 0; it must be greater than 0", context.Background(), leastsquares.Huber(0)},
		{"Huber's delta is -1; it must be greater than 0", context.Background(), leastsquares.Huber(-1)},
		{"Huber's delta is NaN; it must be greater than 0", context.Background(), leastsquares.Huber(math.NaN())},
	} {
		_, err := f.Fit(c.ctx, xs, ys, leastsquares.Options{Cost: c.cost})
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("Fit said %v, want %q", err, c.says)
		}
		_, err = f.Uncertainty(c.ctx, xs, ys, leastsquares.Options{Cost: c.cost})
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("Uncertainty said %v, want %q", err, c.says)
		}
	}
	if text := said(func() { f.Predictions(nil, xs) }); !strings.Contains(text, "the uncertainty is nil") {
		t.Errorf("Predictions of nil: %q", text)
	}
	if text := said(func() { f.Predictions(new(leastsquares.Uncertainty), xs) }); !strings.Contains(text,
		"is of another network") {
		t.Errorf("Predictions of nothing: %q", text)
	}
}

// large has as many parameters as a layer of 784 by 784: JᵀJ of them would take 3 TB.
type large [784 * 785]float32

func (p *large) Flat() *large                                                  { return p }
func (p *large) ForwardBatch(*struct{}, [][1]float32, [][1]float32)            { panic("touched") }
func (p *large) ParameterJacobianBatch(*struct{}, [][1]float32, [][1][1]large) { panic("touched") }

// TestTooLarge: matrices that no memory holds are refused before any is asked for.
func TestTooLarge(t *testing.T) {
	f := leastsquares.New(new(large))
	xs := make([][1]float32, 3)
	o := leastsquares.Options{Underdetermined: true}
	const says = "615440 parameters are too many: a matrix of them would take 3030.1 GB; " +
		"leastsquares takes at most 8192, train any number"
	if _, err := f.Fit(context.Background(), xs, xs, o); err == nil || !strings.Contains(err.Error(), says) {
		t.Errorf("Fit said %v, want %q", err, says)
	}
	if _, err := f.Uncertainty(context.Background(), xs, xs, o); err == nil || !strings.Contains(err.Error(), says) {
		t.Errorf("Uncertainty said %v, want %q", err, says)
	}
}

// bomb is a line that panics where an input is 13.
type bomb struct{ line[float64] }

func (p *bomb) Flat() *line[float64] { return &p.line }

func (p *bomb) ForwardBatch(b *struct{}, xs [][3]float64, out [][2]float64) {
	for _, x := range xs {
		if x[0] == 13 {
			panic("thirteen")
		}
	}
	p.line.ForwardBatch(b, xs, out)
}

// TestPanics: a panic of the network, the cost or OnIteration comes out of Fit, on whichever goroutine it was, and the
// network has the parameters of the last step that was taken.
func TestPanics(t *testing.T) {
	xs := make([][3]float64, 100000) // for several goroutines
	ys := make([][2]float64, len(xs))
	for i := range xs {
		xs[i], ys[i] = [3]float64{float64(i%7) - 3, float64(i%5) - 2, float64(i%3) - 1}, [2]float64{float64(i % 4), 1}
	}
	for _, workers := range []int{1, 4} {
		xs[777][0] = 13
		var net bomb
		f := leastsquares.New(&net)
		text := said(func() { f.Fit(context.Background(), xs, ys, leastsquares.Options{Workers: workers}) })
		if text != "thirteen" {
			t.Errorf("%d workers: the network's panic is %q", workers, text)
		}
		xs[777][0] = 0
		// The loss at the first step: the cost panics as soon as an output is not 0.
		cost := leastsquares.Custom("fragile", func(a, y float64) (loss, slope, curvature float64) {
			if a != 0 {
				panic("not zero")
			}
			return (a - y) * (a - y) / 2, a - y, 1
		})
		text = said(func() {
			f.Fit(context.Background(), xs, ys, leastsquares.Options{Workers: workers, Cost: cost, Straight: true})
		})
		if text != "not zero" || net != (bomb{}) {
			t.Errorf("%d workers: the cost's panic is %q, and the network %v", workers, text, net)
		}
		var last bomb
		text = said(func() {
			f.Fit(context.Background(), xs, ys, leastsquares.Options{Workers: workers,
				OnIteration: func(leastsquares.Iteration) error { last = net; panic("enough") }})
		})
		if text != "enough" || net != last || net == (bomb{}) {
			t.Errorf("%d workers: the panic of OnIteration is %q, and the network %v", workers, text, net)
		}
		if _, err := f.Fit(context.Background(), xs, ys, leastsquares.Options{Workers: workers}); err != nil {
			t.Errorf("%d workers: the fit after panics: %v", workers, err)
		}
	}
}

// TestBeyondPrecision: a step to what float32 has no number for is one that fails, not the end of a fit.
func TestBeyondPrecision(t *testing.T) {
	var xs [][3]float32
	var ys [][2]float32
	for i := range 20 {
		xs = append(xs, [3]float32{float32(i) * 1e-4, float32(i%3) * 1e-4, float32(i%5) * 1e-4})
		ys = append(ys, [2]float32{float32(i%7) * 1e37, float32(i%4) * 1e37})
	}
	for _, method := range []leastsquares.Method{leastsquares.LevenbergMarquardt, leastsquares.GaussNewton} {
		var net line[float32]
		r, err := leastsquares.New(&net).Fit(context.Background(), xs, ys, leastsquares.Options{Method: method,
			Iterations: 30})
		if err != nil {
			t.Fatal(err)
		}
		if first := r.Iterations[0]; len(r.Iterations) == 1 || first.Accepted && math.IsInf(first.Step, 0) {
			t.Errorf("method %v: the fit ended by %v after a step of %v", method, r.Reason, first.Step)
		}
		var before float64
		for _, y := range ys {
			before += float64(y[0])*float64(y[0])/2 + float64(y[1])*float64(y[1])/2
		}
		if !(r.Loss < before) {
			t.Errorf("method %v: loss %v, %v before", method, r.Loss, before)
		}
	}
}

// flagged has a number behind what is none, so that its numbers do not follow one another.
type flagged struct {
	on bool
	w  float64
}

func (p *flagged) Flat() *flagged                                                  { return p }
func (p *flagged) ForwardBatch(*struct{}, [][1]float64, [][1]float64)              {}
func (p *flagged) ParameterJacobianBatch(*struct{}, [][1]float64, [][1][1]float64) {}

// TestFlagged: what is no number is refused wherever it stands.
func TestFlagged(t *testing.T) {
	text := said(func() { leastsquares.New(&flagged{on: true, w: 1}) })
	if !strings.Contains(text, "they must be arrays of float32 or of float64") {
		t.Errorf("New said %q", text)
	}
}

// TestDeadUnits: parameters that change nothing stay as they are, the others are fitted, by every solver; Gauss–Newton
// and Uncertainty, which need every one, say that they cannot be told.
func TestDeadUnits(t *testing.T) {
	xs, ys := bumps[float64](100)
	for _, solver := range []leastsquares.Solver{leastsquares.Auto, leastsquares.Cholesky, leastsquares.QR} {
		var net bump[float64]
		net.init(3)
		net.W2[2], net.W1[2], net.B1[2] = 0, 0, 500 // saturated, and like B2 behind it
		net.W2[4], net.W1[4], net.B1[4] = 0, 0, 0   // with a weight of 0 on either side
		f := leastsquares.New(&net)
		o := leastsquares.Options{Solver: solver}
		if _, err := f.Uncertainty(context.Background(), xs, ys, o); err == nil ||
			!strings.Contains(err.Error(), "do not determine parameter") {
			t.Errorf("solver %v: Uncertainty: %v", solver, err)
		}
		o.Method = leastsquares.GaussNewton
		if _, err := f.Fit(context.Background(), xs, ys, o); err == nil || !strings.Contains(err.Error(), "singular") {
			t.Errorf("solver %v: Gauss–Newton: %v", solver, err)
		}
		o.Method = leastsquares.LevenbergMarquardt
		before, err := f.Fit(context.Background(), xs, ys, leastsquares.Options{Iterations: 1, Solver: solver})
		if err != nil {
			t.Fatal(err)
		}
		r, err := f.Fit(context.Background(), xs, ys, o)
		if err != nil || !(r.Loss < before.Loss/2) || net.W1[2] != 0 || net.B1[2] != 500 {
			t.Errorf("solver %v: loss %v after %v, the dead unit is %v, %v: %v", solver, r.Loss, before.Loss, net.W1[2],
				net.B1[2], err)
		}
	}
}

// TestNoResiduals: where the network is right already nothing is tried, and all errors are 0.
func TestNoResiduals(t *testing.T) {
	net := line[float64]{W: [2][3]float64{{1, 2, 3}, {-1, 0.5, 4}}, B: [2]float64{5, -6}}
	xs := make([][3]float64, 30)
	for i := range xs {
		xs[i] = [3]float64{float64(i % 7), float64(i % 5), float64(i % 4)}
	}
	ys := make([][2]float64, len(xs))
	net.ForwardBatch(nil, xs, ys)
	f := leastsquares.New(&net)
	for _, solver := range []leastsquares.Solver{leastsquares.Auto, leastsquares.QR} {
		r, err := f.Fit(context.Background(), xs, ys, leastsquares.Options{Solver: solver})
		if err != nil || r.Loss != 0 || r.Reason != leastsquares.GradientTolerance || len(r.Iterations) != 0 {
			t.Errorf("solver %v: %+v, %v", solver, r, err)
		}
	}
	u, err := f.Uncertainty(context.Background(), xs, ys, leastsquares.Options{})
	if err != nil || u.Sigma != 0 || slices.Max(u.Errors) != 0 || f.Predictions(u, xs[:1])[0][0] != 0 {
		t.Errorf("the uncertainty of a fit without residuals: %+v, %v", u, err)
	}
}

// TestLossBelowZero: a cost that is below 0, as a logarithm of a likelihood can be, ends a fit at the same tolerance.
func TestLossBelowZero(t *testing.T) {
	xs, ys := bumps[float64](100)
	shifted := leastsquares.Custom("shifted", func(a, y float64) (loss, slope, curvature float64) {
		return (a-y)*(a-y)/2 - 1, a - y, 1
	})
	var net bump[float64]
	net.init(3)
	r, err := leastsquares.New(&net).Fit(context.Background(), xs, ys, leastsquares.Options{Cost: shifted,
		LossTolerance: 1e-3, StepTolerance: 1e-15, GradientTolerance: 1e-15})
	if err != nil || r.Reason != leastsquares.LossTolerance || r.Loss > -99 {
		t.Errorf("ended by %v at %v: %v", r.Reason, r.Loss, err)
	}
}

// TestHuge: sums that no float64 holds end in an error or without convergence, not in a fit that says it is at its
// tolerance.
func TestHuge(t *testing.T) {
	xs, ys := [][3]float64{{1, 2, 3}, {1, 0, 1}, {2, 1, 0}, {0, 1, 1}, {1, 1, 1}}, make([][2]float64, 5)
	least := 0.0 // of size 1
	for _, size := range []float64{1, 1e100, 0x1p511, 1.3e154, 1e200, 1e308} {
		for _, solver := range []leastsquares.Solver{leastsquares.Auto, leastsquares.Cholesky, leastsquares.QR} {
			for i := range ys {
				ys[i] = [2]float64{size, -size * float64(i) / 5}
			}
			var net line[float64]
			f := leastsquares.New(&net)
			r, err := f.Fit(context.Background(), xs, ys, leastsquares.Options{Solver: solver})
			if size == 1 {
				least = r.Loss
			}
			if err == nil && r.Converged() && r.Loss > 1.001*least*size*size {
				t.Errorf("targets of %g, solver %v: ended by %v with the loss %v", size, solver, r.Reason, r.Loss)
			}
			// The same size in the inputs.
			net, large := line[float64]{}, slices.Clone(xs)
			for i := range large {
				for k := range large[i] {
					large[i][k] *= size
				}
			}
			for i := range ys {
				ys[i] = [2]float64{float64(i % 2), float64(i % 3)}
			}
			r, err = f.Fit(context.Background(), large, ys, leastsquares.Options{Solver: solver})
			if err == nil && r.Converged() && net == (line[float64]{}) {
				t.Errorf("inputs of %g, solver %v: ended by %v without a step", size, solver, r.Reason)
			}
		}
	}
}

// TestFewSamples: with fewer residuals than parameters there are no standard errors, and the message says why.
func TestFewSamples(t *testing.T) {
	xs, ys := split(misraData)
	net := misra{239, 5.5e-4}
	f := leastsquares.New(&net)
	for n := range 3 {
		_, err := f.Uncertainty(context.Background(), xs[:n], ys[:n], leastsquares.Options{})
		want := fmt.Sprintf("no degree of freedom is left by %s for 2 parameters; give more samples", plural.Of(n, "residual"))
		if n == 0 {
			want = "there are no samples to fit"
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%d samples: %v, want %q", n, err, want)
		}
	}
}

// TestNoFitter: a fitter that New has not made says so.
func TestNoFitter(t *testing.T) {
	xs, ys := split(misraData)
	const says = "the Fitter is nil or a zero value; make one with New"
	for _, f := range []*leastsquares.Fitter[[1]float64, [1]float64]{nil, {}} {
		if _, err := f.Fit(context.Background(), xs, ys, leastsquares.Options{}); err == nil ||
			!strings.Contains(err.Error(), says) {
			t.Errorf("Fit said %v, want %q", err, says)
		}
		if _, err := f.Uncertainty(context.Background(), xs, ys, leastsquares.Options{}); err == nil ||
			!strings.Contains(err.Error(), says) {
			t.Errorf("Uncertainty said %v, want %q", err, says)
		}
		if text := said(func() { f.Predictions(new(leastsquares.Uncertainty), xs) }); !strings.Contains(text, says) {
			t.Errorf("Predictions said %q, want %q", text, says)
		}
	}
}

// TestLossTooLarge: where the loss of one sample is beyond all numbers, the error names that sample.
func TestLossTooLarge(t *testing.T) {
	for _, solver := range []leastsquares.Solver{leastsquares.Cholesky, leastsquares.QR} {
		xs, ys := split(misraData)
		ys[5][0] = 1e200
		_, err := leastsquares.New(&misra{250, 0.0005}).Fit(context.Background(), xs, ys,
			leastsquares.Options{Solver: solver})
		var none *leastsquares.NotFiniteError
		if !errors.As(err, &none) || none.Sample != 5 || none.Output != 0 {
			t.Errorf("solver %d: %v, want sample 5", solver, err)
		}
	}
}

// TestTinyStepLimit: steps that are short because a limit says so don't end a fit as converged.
func TestTinyStepLimit(t *testing.T) {
	xs, ys := split(misraData)
	for _, c := range []struct {
		limit  float64
		reason leastsquares.Reason
	}{
		{1e-12, leastsquares.Unfinished}, // many such steps would get there
		{1e-300, leastsquares.Stalled},   // nothing moves
	} {
		for _, method := range []leastsquares.Method{leastsquares.LevenbergMarquardt, leastsquares.GaussNewton} {
			r, err := leastsquares.New(&misra{250, 0.0005}).Fit(context.Background(), xs, ys,
				leastsquares.Options{Method: method, StepLimit: c.limit, Iterations: 5})
			if err != nil || r.Converged() || r.Reason != c.reason {
				t.Errorf("method %d, limit %v: %v, %v, want %v", method, c.limit, r.Reason, err, c.reason)
			}
		}
	}
}
