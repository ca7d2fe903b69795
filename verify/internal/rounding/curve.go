package rounding

import "math"

// Curve is a scalar function with what its error analysis needs.
type Curve struct {
	// At is the function.
	At func(t float64) float64
	// Breaks are its stationary points, kinks and jumps: between two neighbours it is monotone,
	// so that its range over an interval comes from the end points and the breaks inside.
	Breaks []float64
	// Work is what one evaluation does, in the least accurate of the ways to write it.
	Work Work
	// Magnitude is the absolute sum of the terms that evaluation adds up, on which work acts; nil
	// means |at(t)|, for functions evaluated without cancellation.
	Magnitude func(t float64) float64
	// Gain is by how much the evaluation may enlarge what an underflow inside it leaves; nil means not.
	Gain func(t float64) float64
	// Divisor is what the evaluation divides 1 by: where it overflows the kernel has 0 for a small number. nil means
	// that there is none, or none that overflows.
	Divisor func(t float64) float64
	// Shift is the size of what is compared where the function jumps, a sum of t and numbers that are given: its
	// roundings may take it across. nil means that it is compared without any.
	Shift func(t float64) float64
}

// Bound bounds |f̂(t̂) - f(t)| over every |t̂ - t| ≤ e, f̂ being the curve as a kernel evaluates it:
// the range of the curve over [t-e, t+e] and the roundings of the evaluation. value is f(t) as the
// reference computed it, possibly by another formula.
func (c Curve) Bound(r Pair, t, e, value float64) float64 {
	if !(e <= math.MaxFloat64) {
		return math.Inf(1) // the kernel's t may be NaN, where even a bounded function is
	}
	if c.Shift != nil {
		e = Up(e+max(r.Kernel.Gamma(2), r.Reference.Gamma(2))*(c.Shift(t)+e), 4)
	}
	var spread, largest, gain float64
	visit := func(p float64) {
		if c.Gain != nil {
			gain = max(gain, c.Gain(p))
		}
		spread = max(spread, math.Abs(c.At(p)-value))
		if c.Divisor != nil && !(c.Divisor(p) <= r.Kernel.Max/2) { // half: the divisor is rounded, too
			spread = max(spread, math.Abs(value))
		}
		largest = max(largest, c.Size(p))
	}
	visit(t)
	if e > 0 {
		// One step outwards, since t ± e is itself rounded.
		visit(math.Nextafter(t-e, math.Inf(-1)))
		visit(math.Nextafter(t+e, math.Inf(1)))
		for _, b := range c.Breaks {
			if t-e <= b && b <= t+e {
				// A jump has a value of its own and a limit on either side.
				visit(b)
				visit(math.Nextafter(b, math.Inf(-1)))
				visit(math.Nextafter(b, math.Inf(1)))
			}
		}
	}
	bound := Up(spread, 2) + r.Local(c.Work, largest, largest) + r.Underflow(c.Work, gain)
	if math.IsNaN(bound) && !math.IsNaN(value) {
		return math.Inf(1) // an interval without end on which the curve is undefined
	}
	return bound
}

// Size is the absolute sum of the terms that evaluation adds up.
func (c Curve) Size(t float64) float64 {
	if c.Magnitude != nil {
		return c.Magnitude(t)
	}
	return math.Abs(c.At(t))
}
