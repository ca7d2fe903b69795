package leastsquares

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
)

// search is one fit.
type search[X, Y any] struct {
	*problem[X, Y]
	Options
	result          *Result
	x               []float64
	system          *system
	damping, growth float64
	scale           []float64
	room            []float64 // a matrix
	qr              bool
	limited         bool // the step under way is as short as the options' limits ask for
	iteration       int
}

// begun is the damping that a fit begins with, for columns of length 1 (Nielsen's τ). Less of it sends units of a
// network that has just been drawn into saturation, and more fits end in a worse valley.
const begun = 1e-2

// leastDamping keeps it above 0, from where it could not be raised.
const leastDamping = 0x1p-1000

func (s *search[X, Y]) run() error {
	if err := s.begin(); err != nil {
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

// begin forms the first system, from where the options say.
func (s *search[X, Y]) begin() error {
	s.x = make([]float64, s.params.len())
	s.params.copyTo(s.x)
	s.damping, s.growth, s.scale = s.Start.Damping, s.Start.Growth, slices.Clone(s.Start.Scale)
	s.iteration, s.qr = s.Start.Iteration, s.Start.QR && s.Solver == Auto || s.Solver == QR
	if s.damping == 0 {
		s.damping, s.growth = begun, 2
	}
	s.room = make([]float64, len(s.x)*len(s.x))
	if s.scale == nil {
		s.scale = make([]float64, len(s.x))
	}
	s.start()
	if _, err := s.loss(); err != nil {
		return err
	}
	s.take()
	return s.linearise()
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
	if s.system != nil && s.system.residual == nil {
		s.free = s.system
	}
	s.system = next
	s.result.Jacobians++
	s.result.Loss = next.loss
	for j, l := range next.lengths() {
		s.scale[j] = max(s.scale[j], l)
	}
	return nil
}

// most is how many times its own length damping measures a parameter by at most.
const most = 20

// scales are what damping measures parameters by, D. For most networks the length of the longest column for all is
// best: a parameter that has little effect, as behind a unit that has saturated, would otherwise be damped so little
// that it wandered off. But the units of parameters should matter little (Moré, The Levenberg–Marquardt Algorithm:
// Implementation and Theory, 1978), so that it is at most several times the largest length that the column of each has
// had.
func (s *search[X, Y]) scales() scales {
	longest := slices.Max(s.scale)
	by := scales{slices.Clone(s.scale), make([]float64, len(s.scale))}
	for j, v := range s.scale {
		by.damped[j] = min(longest, most*v)
		if v == 0 { // it changes nothing
			by.units[j], by.damped[j] = 1, 1
		}
	}
	return by
}

// factor factors the system, going over to QR where that is called for. It is nil where the matrix is singular.
func (s *search[X, Y]) factor() (*factored, error) {
	damping := s.damping
	if s.Method == GaussNewton {
		damping = 0
	}
	f := s.system.factor(damping, s.scales(), s.Solver == Auto, s.room)
	if f == nil && s.Solver == Auto && !s.qr {
		s.qr = true
		if err := s.linearise(); err != nil {
			return nil, err
		}
		f = s.system.factor(damping, s.scales(), false, s.room)
	}
	if f == nil && s.Method == GaussNewton {
		return nil, fmt.Errorf("leastsquares: the Gauss–Newton matrix is singular: some parameters cannot be told from " +
			"others by these samples; use LevenbergMarquardt, or a smaller network")
	}
	return f, nil
}

// iterate makes one iteration. One without a number has found that there is nothing to do.
func (s *search[X, Y]) iterate() (it Iteration, end Reason, err error) {
	it.Cosine = s.system.cosine(s.system.lengths())
	if it.Cosine <= s.GradientTolerance {
		return it, GradientTolerance, nil
	}
	factors, err := s.factor()
	if err != nil {
		return it, Unfinished, err
	}
	s.iteration++
	it.Number, it.Damping = s.iteration, s.damping
	if s.Method == GaussNewton {
		it.Damping = 0
	}
	before := s.system.loss
	end, err = s.try(factors, &it)
	if err != nil {
		return it, Unfinished, err
	}
	// With more damping than at first, or at a limit, a step is short, and says little of how far the minimum is.
	if it.Accepted && end == Unfinished && it.Damping <= begun && !s.limited &&
		before-it.Loss <= s.LossTolerance*math.Abs(before) {
		end = LossTolerance
	}
	it.State = s.state()
	return it, end, nil
}

// try takes a step where it lowers the loss, and sets the damping of the next.
func (s *search[X, Y]) try(factors *factored, it *Iteration) (end Reason, err error) {
	it.Loss = s.system.loss
	if factors == nil {
		return s.fail(), nil
	}
	step := factors.step(s.system.g)
	if step == nil {
		return s.fail(), nil
	}
	step, promised, err := s.bend(step, factors)
	if err != nil {
		return Unfinished, err
	}
	const halvings = 40
	for range halvings {
		next := make([]float64, len(s.x))
		floats.AddTo(next, s.x, step)
		s.params.set(next)
		moved := make([]float64, len(s.x)) // as far as the precision goes
		floats.SubTo(moved, next, s.x)
		it.Step = floats.Norm(moved, math.Inf(1))
		if promised == 0 {
			promised = s.system.promised(moved)
		}
		if it.Step == 0 || promised <= 0 && it.Step <= math.MaxFloat64 {
			s.params.set(s.x)
			if s.limited {
				return Stalled, nil
			}
			return StepTolerance, nil
		}
		if it.Step <= math.MaxFloat64 { // within what the network's precision has numbers for
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
		}
		s.params.set(s.x)
		if !s.limited && promised <= s.LossTolerance*math.Abs(s.system.loss) && it.Step <= math.MaxFloat64 {
			return LossTolerance, nil
		}
		if s.Method == LevenbergMarquardt {
			return s.fail(), nil
		}
		floats.Scale(0.5, step)
		promised = 0
	}
	return Stalled, nil
}

// accept takes a step.
func (s *search[X, Y]) accept(next, moved []float64, it *Iteration) (end Reason, err error) {
	before := s.x
	s.x = next
	s.take()
	if err := s.linearise(); err != nil {
		// Outputs are numbers there, but gradients are not: as bad as a loss that is none.
		var none *NotFiniteError
		s.x = before
		s.params.set(s.x)
		if !errors.As(err, &none) {
			return Unfinished, err
		}
		s.take()
		if err := s.linearise(); err != nil { // what is kept of J was spoilt
			return Unfinished, err
		}
		return s.fail(), nil
	}
	it.Accepted, it.Loss = true, s.system.loss
	// Nielsen's max(1/3, 1 - (2ρ - 1)³) for a gain ratio of ρ, with the exponent 1, which he leaves open: damping falls
	// sooner. More steps fail then, but one that does needs neither J nor its product.
	s.damping = max(s.damping*max(1./3, 2-2*it.Gain), leastDamping)
	s.growth = 2
	if !s.limited && length(s.scale, moved) <= s.StepTolerance*length(s.scale, s.x) {
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
