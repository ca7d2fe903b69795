// Package bound computes, before anything runs, how large the rounding errors of a network's emitted functions can get.
// For every output, the loss and every gradient it gives a number that no error exceeds, as long as x, y, W and b lie
// within given ranges.
//
// It evaluates the plan once, with a vector of intervals in every buffer. An interval (number, vector) holds the range
// of the exact values, the range of the computed ones, and a bound on their distance. An operation passes on the errors
// of its operands and adds its own: half a unit in the last place of its largest result (format). A sum is bounded over
// every order of its terms (sum.go). So one figure holds for portable Go, with or without fused multiply-adds, and for
// the assembly of every level.
//
// Formulas are evaluated over pieces of the range, and the worst pieces are split again and again (search.go), because
// intervals forget that z and σ(z) belong together. Softmax, log-softmax and radial-sigmoid have an analysis of their
// own (layer.go), because as stages of intervals they would divide by numbers close to 0.
//
// All units of a layer have the same ranges. One interval stands for all of them, and the whole takes milliseconds.
package bound

import (
	"fmt"
	"math"

	"github.com/backpropgen/backpropgen/gen/plan"
)

// Interval is a closed range of numbers.
type Interval struct{ Lo, Hi float64 }

func (i Interval) String() string { return fmt.Sprintf("[%g, %g]", i.Lo, i.Hi) }

// magnitude is the largest absolute value.
func (i Interval) magnitude() float64 { return max(math.Abs(i.Lo), math.Abs(i.Hi)) }

// Ranges are what is known of a network's numbers.
type Ranges struct {
	Inputs, Weights, Biases Interval
	// Targets are those of y. For softmax with cross-entropy y is besides a probability distribution: it sums to 1.
	Targets Interval
}

// Check finds ranges that are none.
func (r Ranges) Check() error {
	for _, c := range []struct {
		name string
		i    Interval
	}{{"inputs", r.Inputs}, {"weights", r.Weights}, {"biases", r.Biases}, {"targets", r.Targets}} {
		if !(c.i.Lo <= c.i.Hi) || math.IsInf(c.i.Lo, 0) || math.IsInf(c.i.Hi, 0) {
			return fmt.Errorf("the range of %s, %g to %g, must be two finite numbers, the smaller first", c.name,
				c.i.Lo, c.i.Hi)
		}
	}
	return nil
}

// Limit is what is known of one result, every element of it.
type Limit struct {
	// Name is ŷ, loss, ∂L/∂W1 and so on, or a derivative: ∂ŷ/∂x, ∂ŷ/∂W1, dy, or (∇²L·v)W1.
	Name string
	// Function is what it is a result of: Grad, or a function of derivatives.
	Function string
	// Largest is the largest absolute value that the exact result can have.
	Largest float64
	// Error is the largest distance of the computed result from the exact one; +Inf where there is no bound, because a
	// result may overflow or because the function is arbitrarily steep somewhere in the ranges.
	Error float64
	// Apart is Error for arguments at which rounding decides no comparison of a derivative the other way: no z of relu
	// within its own error of 0, no two of a max-pool's window as close as that, no radial-sigmoid of a z shorter than
	// 1. It equals Error where there is nothing to decide.
	Apart float64
	// Summed says whether the results of a batch are summed, as the loss and the gradients of parameters are, and Sum
	// is Error for the sum over a block of samples.
	Summed bool
	Sum    float64
}

// Of returns the limits of a compiled plan: ŷ, the loss, the gradients of W and b layer by layer and, with
// input_gradient, that of x; then those of the derivatives that the network names.
func Of(p *plan.Program, r Ranges) ([]Limit, error) {
	if err := r.Check(); err != nil {
		return nil, err
	}
	if p.Func(plan.Grad) == nil {
		return nil, fmt.Errorf("bound: the plan of %s has no function %s", p.Network.Name, plan.Grad)
	}
	var all []Limit
	for _, function := range append([]string{plan.Grad}, derivatives...) {
		f := p.Func(function)
		if f == nil {
			continue
		}
		worst, err := run(p, f, r, false)
		if err != nil {
			return nil, err
		}
		apart, err := run(p, f, r, true)
		if err != nil {
			return nil, err
		}
		limits, off := worst.limits(), apart.limits()
		if function != plan.Grad {
			limits, off = worst.derived, apart.derived
		}
		for i, l := range off {
			limits[i].Apart = min(l.Error, limits[i].Error)
		}
		for i := range limits {
			limits[i].Function = function
		}
		all = append(all, limits...)
	}
	return all, nil
}

// run evaluates a function: Grad, which has everything that is no derivative, or one of these. All rows that a function
// repeats have the same ranges.
func run(p *plan.Program, f *plan.Func, r Ranges, apart bool) (*walk, error) {
	w := newWalk(p, r, apart)
	w.called = f.Name
	for _, op := range f.All() {
		if err := w.operation(op); err != nil {
			return nil, fmt.Errorf("bound: %s: %w", op, err)
		}
	}
	return w, nil
}
