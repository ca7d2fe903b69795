package leastsquares

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"unsafe"
)

// Reason is why a fit ended.
type Reason int

const (
	// Unfinished: all iterations were made, or OnIteration or the context ended the fit.
	Unfinished Reason = iota
	// LossTolerance: steps lower the loss by less than Options.LossTolerance.
	LossTolerance
	// StepTolerance: steps are shorter than Options.StepTolerance, or than the precision of the network.
	StepTolerance
	// GradientTolerance: the residuals are at right angles to all columns of J.
	GradientTolerance
	// Stalled: no step, however damped, lowers the loss.
	Stalled
)

func (r Reason) String() string {
	return [...]string{"unfinished", "loss tolerance", "step tolerance", "gradient tolerance", "stalled"}[r]
}

// Iteration is the record of one iteration.
type Iteration struct {
	// Number counts from 1, including the iterations before Options.Start.
	Number int
	// Loss is the loss after the iteration, the sum over all samples.
	Loss float64
	// Accepted says that the step lowered the loss and was taken. Gain is how much it lowered the loss, divided by how
	// much the linear model promised.
	Accepted bool
	Gain     float64
	// Damping is the μ of the step. Cosine is the largest cosine of an angle between a column of J and the residuals
	// before the step. Step is the largest change of a parameter.
	Damping, Cosine, Step float64
	// State is what [Options.Start] takes to continue from here.
	State State
}

// Result is the record of a fit.
type Result struct {
	// Loss is the loss of the network as the fit left it, the sum over all samples.
	Loss       float64
	Reason     Reason
	Iterations []Iteration
	// Losses and Jacobians count how often the loss alone, and the Jacobian of all samples, were computed.
	Losses, Jacobians int
	State             State
}

// Converged says that the fit ended at a tolerance.
func (r *Result) Converged() bool {
	return r.Reason == LossTolerance || r.Reason == StepTolerance || r.Reason == GradientTolerance
}

// Fit fits the network to samples.
//
// If it refuses the samples or the options, the error says what is wrong, the result is nil, and the network is
// unchanged. Any other error comes with a result: it names a sample whose outputs or gradients are not finite, or it is
// the error of the context or of OnIteration. The network then has the parameters of the last step that was taken. A
// panic of the network, of the cost or of OnIteration comes out of Fit, and leaves the network likewise.
func (f *Fitter[X, Y]) Fit(ctx context.Context, xs []X, ys []Y, o Options) (*Result, error) {
	if err := f.ready(); err != nil {
		return nil, err
	}
	o = o.withDefaults(f.single)
	p, err := f.problem(ctx, xs, ys, o)
	if err != nil {
		return nil, err
	}
	s := &search[X, Y]{problem: p, Options: o, result: &Result{Loss: math.NaN()}}
	ended := false
	defer func() {
		if !ended && s.x != nil { // a panic of the network, the cost or OnIteration
			s.params.set(s.x)
		}
	}()
	err = s.run()
	ended = true
	s.result.State = s.state()
	if errors.Is(err, ErrStop) {
		err = nil
	}
	return s.result, err
}

// ready says what a fitter that New has not made lacks.
func (f *Fitter[X, Y]) ready() error {
	if f == nil || f.worker == nil {
		return errors.New("leastsquares: the Fitter is nil or a zero value; make one with New")
	}
	return nil
}

// problem is what is to be fitted, checked.
func (f *Fitter[X, Y]) problem(ctx context.Context, xs []X, ys []Y, o Options) (*problem[X, Y], error) {
	if err := o.check(ctx, len(xs), len(ys), f.outputs, f.params.len()); err != nil {
		return nil, err
	}
	targets := make([]float64, len(ys)*f.outputs)
	widen(targets, ys)
	for i := range xs {
		if o.Weights != nil && o.Weights[i] == 0 {
			continue
		}
		if k := notFinite(numbersOf(unsafe.Pointer(&xs[i]), reflect.TypeFor[X]())); k >= 0 {
			return nil, fmt.Errorf("leastsquares: input %d of sample %d is NaN or infinite; leave the sample out, or give "+
				"it the weight 0", k, i)
		}
		if k := notFinite(numbers{f64: targets[i*f.outputs : (i+1)*f.outputs]}); k >= 0 {
			return nil, fmt.Errorf("leastsquares: target %d of sample %d is NaN or infinite; leave the sample out, or "+
				"give it the weight 0", k, i)
		}
	}
	if k := notFinite(f.params); k >= 0 {
		return nil, fmt.Errorf("leastsquares: parameter %d of the network is NaN or infinite; draw them anew with Init, or "+
			"load others", k)
	}
	return &problem[X, Y]{
		Fitter: f, xs: xs, targets: targets, cost: o.Cost, weights: o.Weights, goes: o.Workers, ctx: ctx,
	}, nil
}

// notFinite is the first number that is NaN or infinite, -1 if none is.
func notFinite(v numbers) int {
	wide := v.f64
	if v.f32 != nil {
		wide = make([]float64, len(v.f32))
		v.copyTo(wide)
	}
	return slices.IndexFunc(wide, func(x float64) bool { return math.IsNaN(x) || math.IsInf(x, 0) })
}
