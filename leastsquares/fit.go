package leastsquares

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"unsafe"

	"gonum.org/v1/gonum/floats"
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

// Iteration is what an iteration came to.
type Iteration struct {
	// Number counts from 1, those before Options.Start included.
	Number int
	// Loss is that after it, the sum over all samples.
	Loss float64
	// Accepted says that the step lowered the loss and was taken, and Gain is what it won over what was promised.
	Accepted bool
	Gain     float64
	// Damping is the μ that the step was made with, Cosine the largest of the angles that J's columns had with the
	// residuals before it, and Step the largest change of a parameter.
	Damping, Cosine, Step float64
	// State is what to go on from here with.
	State State
}

// Result is what a fit came to.
type Result struct {
	// Loss is the sum over all samples that the network is left with.
	Loss       float64
	Reason     Reason
	Iterations []Iteration
	// Losses and Jacobians are how often the loss alone and the Jacobian of all samples were computed.
	Losses, Jacobians int
	State             State
}

// Converged says that the fit ended at a tolerance.
func (r *Result) Converged() bool {
	return r.Reason == LossTolerance || r.Reason == StepTolerance || r.Reason == GradientTolerance
}

// Fit fits the network to samples and returns what it came to, also with an error: the network then has the parameters
// of the last step that was taken. The error says what is wrong with the samples or options, names a sample whose
// outputs or gradients are no numbers, or is that of the context or of OnIteration.
func (f *Fitter[X, Y]) Fit(ctx context.Context, xs []X, ys []Y, o Options) (*Result, error) {
	o = o.withDefaults(f.single)
	p, err := f.problem(ctx, xs, ys, o)
	if err != nil {
		return nil, err
	}
	s := &search[X, Y]{problem: p, Options: o, result: &Result{Loss: math.NaN()}}
	err = s.run()
	s.result.State = s.state()
	if errors.Is(err, ErrStop) {
		err = nil
	}
	return s.result, err
}

// problem is what is to be fitted, checked.
func (f *Fitter[X, Y]) problem(ctx context.Context, xs []X, ys []Y, o Options) (*problem[X, Y], error) {
	if err := o.check(len(xs), len(ys), f.outputs, f.params.len()); err != nil {
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

// search is one fit.
type search[X, Y any] struct {
	*problem[X, Y]
	Options
	result          *Result
	x               []float64
	system          *system
	damping, growth float64
	scale           []float64
	qr              bool
	iteration       int
}

// begun is the damping that a fit begins with, for columns of length 1 (Nielsen's τ).
const begun = 1e-3

func (s *search[X, Y]) run() error {
	s.x = make([]float64, s.params.len())
	s.params.copyTo(s.x)
	s.damping, s.growth, s.scale = s.Start.Damping, s.Start.Growth, slices.Clone(s.Start.Scale)
	s.iteration, s.qr = s.Start.Iteration, s.Start.QR || s.Solver == QR
	if s.damping == 0 {
		s.damping, s.growth = begun, 2
	}
	if s.scale == nil {
		s.scale = make([]float64, len(s.x))
	}
	if err := s.linearise(); err != nil {
		return err
	}
	for s.iteration < s.Iterations {
		if err := s.ctx.Err(); err != nil {
			return err
		}
		it, end, err := s.iterate()
		if err != nil {
			return err
		}
		s.result.Reason = end
		if it.Number == 0 {
			return nil // nothing was tried
		}
		s.result.Iterations = append(s.result.Iterations, it)
		if s.OnIteration != nil {
			if err := s.OnIteration(it); err != nil {
				return err
			}
		}
		if end != Unfinished {
			return nil
		}
	}
	return nil
}

// linearise forms the system at the parameters.
func (s *search[X, Y]) linearise() (err error) {
	form := s.normal
	if s.qr {
		form = s.triangular
	}
	next, err := form()
	if err != nil {
		return err
	}
	s.system = next
	s.result.Jacobians++
	s.result.Loss = next.loss
	for j, l := range next.lengths() {
		s.scale[j] = max(s.scale[j], l)
	}
	return nil
}

// scales are what parameters are measured by: those that change nothing count as they are.
func (s *search[X, Y]) scales() []float64 {
	list := slices.Clone(s.scale)
	for j, v := range list {
		if v == 0 {
			list[j] = 1
		}
	}
	return list
}

// step solves for a step, going over to QR where that is called for.
func (s *search[X, Y]) step() ([]float64, error) {
	damping := s.damping
	if s.Method == GaussNewton {
		damping = 0
	}
	step := s.system.solve(damping, s.scales(), s.Solver == Auto)
	if step == nil && s.Solver == Auto && !s.qr {
		s.qr = true
		if err := s.linearise(); err != nil {
			return nil, err
		}
		step = s.system.solve(damping, s.scales(), false)
	}
	if step == nil && s.Method == GaussNewton {
		return nil, fmt.Errorf("leastsquares: the Gauss–Newton matrix is singular: some parameters cannot be told from " +
			"others by these samples; use LevenbergMarquardt, or a smaller network")
	}
	return step, nil
}

// iterate makes one iteration. One without a number has found that there is nothing to do.
func (s *search[X, Y]) iterate() (it Iteration, end Reason, err error) {
	it.Cosine = s.system.cosine(s.system.lengths())
	if it.Cosine <= s.GradientTolerance {
		return it, GradientTolerance, nil
	}
	step, err := s.step()
	if err != nil {
		return it, Unfinished, err
	}
	s.iteration++
	it.Number, it.Damping = s.iteration, s.damping
	if s.Method == GaussNewton {
		it.Damping = 0
	}
	before := s.system.loss
	end, err = s.try(step, &it)
	if err != nil {
		return it, Unfinished, err
	}
	if it.Accepted && end == Unfinished && before-it.Loss <= s.LossTolerance*before {
		end = LossTolerance
	}
	it.State = s.state()
	return it, end, nil
}

// try takes a step where it lowers the loss, and sets the damping of the next.
func (s *search[X, Y]) try(step []float64, it *Iteration) (end Reason, err error) {
	it.Loss = s.system.loss
	if step == nil {
		return s.fail(), nil
	}
	if longest := floats.Norm(step, math.Inf(1)); s.StepLimit > 0 && longest > s.StepLimit {
		floats.Scale(s.StepLimit/longest, step)
	}
	const halvings = 40
	for range halvings {
		next := make([]float64, len(s.x))
		floats.AddTo(next, s.x, step)
		s.params.set(next)
		moved := make([]float64, len(s.x)) // as far as the precision goes
		floats.SubTo(moved, next, s.x)
		it.Step = floats.Norm(moved, math.Inf(1))
		promised := s.system.promised(moved)
		if it.Step == 0 || !(promised > 0) {
			s.params.set(s.x)
			return StepTolerance, nil
		}
		loss, err := s.loss()
		if err != nil {
			s.params.set(s.x)
			return Unfinished, err
		}
		s.result.Losses++
		it.Gain = (s.system.loss - loss) / promised
		if it.Gain > 1e-4 && loss <= math.MaxFloat64 {
			return s.accept(next, moved, it)
		}
		s.params.set(s.x)
		if promised <= s.LossTolerance*s.system.loss {
			return LossTolerance, nil
		}
		if s.Method == LevenbergMarquardt {
			return s.fail(), nil
		}
		floats.Scale(0.5, step)
	}
	return Stalled, nil
}

// accept takes a step.
func (s *search[X, Y]) accept(next, moved []float64, it *Iteration) (end Reason, err error) {
	before := s.x
	s.x = next
	if err := s.linearise(); err != nil {
		// Outputs are numbers there, but gradients are not: as bad as a loss that is none.
		var none *NotFiniteError
		s.x = before
		s.params.set(s.x)
		if !errors.As(err, &none) {
			return Unfinished, err
		}
		return s.fail(), nil
	}
	it.Accepted, it.Loss = true, s.system.loss
	s.damping *= max(1./3, 1-math.Pow(2*it.Gain-1, 3))
	s.growth = 2
	scaled := func(v []float64) (length float64) {
		for j, c := range s.scale {
			length = math.Hypot(length, c*v[j])
		}
		return length
	}
	if scaled(moved) <= s.StepTolerance*scaled(s.x) {
		return StepTolerance, nil
	}
	return Unfinished, nil
}

// fail raises the damping after a step that failed.
func (s *search[X, Y]) fail() Reason {
	s.damping *= s.growth
	s.growth *= 2
	if s.damping > 1e30 {
		return Stalled
	}
	return Unfinished
}

// state is what to go on with.
func (s *search[X, Y]) state() State {
	return State{
		Iteration: s.iteration, Damping: s.damping, Growth: s.growth, Scale: slices.Clone(s.scale), QR: s.qr,
	}
}
