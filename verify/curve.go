package verify

import "math"

// curve is a scalar function with what its error analysis needs.
type curve struct {
	// at is the function.
	at func(t float64) float64
	// breaks are its stationary points, kinks and jumps: between two neighbours it is monotone,
	// so that its range over an interval comes from the end points and the breaks inside.
	breaks []float64
	// work is what one evaluation does, in the least accurate of the ways to write it.
	work work
	// magnitude is the absolute sum of the terms that evaluation adds up, on which work acts; nil
	// means |at(t)|, for functions evaluated without cancellation.
	magnitude func(t float64) float64
	// gain is by how much the evaluation may enlarge what an underflow inside it leaves; nil means not.
	gain func(t float64) float64
	// divisor is what the evaluation divides 1 by: where it overflows the kernel has 0 for a small number. nil means
	// that there is none, or none that overflows.
	divisor func(t float64) float64
}

// bound bounds |f̂(t̂) - f(t)| over every |t̂ - t| ≤ e, f̂ being the curve as a kernel evaluates it:
// the range of the curve over [t-e, t+e] and the roundings of the evaluation. value is f(t) as the
// reference computed it, possibly by another formula.
func (c curve) bound(r rounding, t, e, value float64) float64 {
	if !(e <= math.MaxFloat64) {
		return math.Inf(1) // the kernel's t may be NaN, where even a bounded function is
	}
	var spread, largest, gain float64
	visit := func(p float64) {
		if c.gain != nil {
			gain = max(gain, c.gain(p))
		}
		spread = max(spread, math.Abs(c.at(p)-value))
		if c.divisor != nil && !(c.divisor(p) <= r.kernel.max/2) { // half: the divisor is rounded, too
			spread = max(spread, math.Abs(value))
		}
		largest = max(largest, c.size(p))
	}
	visit(t)
	if e > 0 {
		// One step outwards, since t ± e is itself rounded.
		visit(math.Nextafter(t-e, math.Inf(-1)))
		visit(math.Nextafter(t+e, math.Inf(1)))
		for _, b := range c.breaks {
			if t-e <= b && b <= t+e {
				// A jump has a value of its own and a limit on either side.
				visit(b)
				visit(math.Nextafter(b, math.Inf(-1)))
				visit(math.Nextafter(b, math.Inf(1)))
			}
		}
	}
	bound := up(spread, 2) + r.local(c.work, largest, largest) + r.underflow(c.work, gain)
	if math.IsNaN(bound) && !math.IsNaN(value) {
		return math.Inf(1) // an interval without end on which the curve is undefined
	}
	return bound
}

func (c curve) size(t float64) float64 {
	if c.magnitude != nil {
		return c.magnitude(t)
	}
	return math.Abs(c.at(t))
}
