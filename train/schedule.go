package train

import "math"

// Schedule is the learning rate over time. Time is counted in epochs: 2.5 is the middle of the third. A step takes the
// rate at its own middle. So a schedule does not depend on the size of a batch, and a rate that rises from 0 or falls
// to 0 is never 0. Fit may ask for the same time more than once, and must get the same rate. It refuses NaN, infinities
// and negative rates.
type Schedule func(epoch float64) float64

// Constant is the same rate at all times.
func Constant(rate float64) Schedule {
	return func(float64) float64 { return rate }
}

// StepDecay multiplies the rate by factor every so many epochs: StepDecay(0.1, 0.5, 10) is 0.1 for ten epochs, 0.05
// for the next ten, and so on. It gives NaN if every is not positive.
func StepDecay(rate, factor, every float64) Schedule {
	if !(every > 0) {
		return Constant(math.NaN())
	}
	return func(epoch float64) float64 {
		return rate * math.Pow(factor, math.Floor(epoch/every))
	}
}

// Cosine rises in a straight line from 0 to peak over the first warmUp epochs and then falls along half a cosine to 0,
// which it reaches after epochs in all; from there on it stays 0. It gives NaN unless 0 ≤ warmUp < epochs.
// The fall is SGDR's without restarts (Loshchilov and Hutter 2017).
func Cosine(peak, warmUp, epochs float64) Schedule {
	if !(0 <= warmUp && warmUp < epochs) {
		return Constant(math.NaN())
	}
	return func(epoch float64) float64 {
		switch {
		case epoch < warmUp:
			return peak * epoch / warmUp
		case epoch >= epochs:
			return 0
		}
		return peak * (1 + math.Cos(math.Pi*(epoch-warmUp)/(epochs-warmUp))) / 2
	}
}
