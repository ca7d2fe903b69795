package leastsquares

import (
	"fmt"
	"math"
)

// Cost is what is minimised, the sum over samples of a cost of the outputs a and the targets y.
type Cost struct {
	name string
	// term is the cost of one output, its derivative by a, and its curvature, which is positive.
	term func(a, y float64) (loss, slope, curvature float64)
	// mean divides by the number of outputs.
	mean bool
	// wrong says what is wrong with a cost that is none.
	wrong string
	// likelihood says that the cost is a negative logarithm of a likelihood, so that nothing is to be estimated of how
	// the targets scatter.
	likelihood bool
}

// String is the name that specs have for the cost.
func (c Cost) String() string { return c.name }

// The costs. The curvature of a cost that is not a square is chosen so that the Gauss–Newton matrix is positive. For
// Huber and log-cosh it is the weight slope/(a - y), as in iteratively reweighted least squares. For the
// cross-entropies it is the Fisher information, which is the Gauss–Newton matrix with respect to the logits.
var (
	HalfSquaredError = Cost{name: "half-squared-error", term: func(a, y float64) (loss, slope, curvature float64) {
		return (a - y) * (a - y) / 2, a - y, 1
	}}
	SquaredError = Cost{name: "squared-error", term: twice}
	MSE          = Cost{name: "mse", term: twice, mean: true}
	LogCosh      = Cost{name: "log-cosh", mean: true, term: func(a, y float64) (loss, slope, curvature float64) {
		d := math.Abs(a - y)
		slope = math.Tanh(a - y)
		curvature = 1
		if d > 1e-6 {
			curvature = math.Tanh(d) / d
		}
		return d + math.Log1p(math.Exp(-2*d)) - math.Ln2, slope, curvature
	}}
	// CrossEntropy is -Σ y log(a) of probabilities, the outputs of softmax.
	CrossEntropy = Cost{name: "cross-entropy", likelihood: true,
		term: func(a, y float64) (loss, slope, curvature float64) {
			p := max(a, floor) // NaN stays
			return -y * math.Log(p), -y / p, 1 / p
		}}
	// BinaryCrossEntropy is -Σ (y log(a) + (1 - y) log(1 - a)) of probabilities, the outputs of sigmoids.
	BinaryCrossEntropy = Cost{name: "binary-cross-entropy", likelihood: true,
		term: func(a, y float64) (loss, slope, curvature float64) {
			p, q := max(a, floor), max(1-a, floor)
			return -y*math.Log(p) - (1-y)*math.Log(q), (1-y)/q - y/p, 1 / (p * q)
		}}
)

// floor is what a probability counts for at least, the smallest normal float32.
const floor = 0x1p-126

func twice(a, y float64) (loss, slope, curvature float64) { return (a - y) * (a - y), 2 * (a - y), 2 }

// Huber is (a - y)²/2 where that is at most delta, and linear beyond, the mean over the outputs.
func Huber(delta float64) Cost {
	wrong := ""
	if !(delta > 0) {
		wrong = fmt.Sprintf("Huber's delta is %v; it must be greater than 0", delta)
	}
	return Cost{name: "huber", mean: true, wrong: wrong, term: func(a, y float64) (loss, slope, curvature float64) {
		d := math.Abs(a - y)
		if d <= delta {
			return d * d / 2, a - y, 1
		}
		return delta * (d - delta/2), math.Copysign(delta, a-y), delta / d
	}}
}

// Custom is a cost of your own, summed over the outputs. For one output, term returns the cost, its derivative by a,
// and a curvature. The curvature must be positive: the second derivative if that is, or else an approximation.
func Custom(name string, term func(a, y float64) (loss, slope, curvature float64)) Cost {
	if term == nil {
		return Cost{name: name, wrong: fmt.Sprintf("the cost %q has no function; give Custom one", name)}
	}
	return Cost{name: name, term: term}
}

// of is the cost of one output among so many, with a weight.
func (c Cost) of(a, y float64, outputs int, weight float64) (loss, slope, curvature float64) {
	loss, slope, curvature = c.term(a, y)
	if c.mean {
		weight /= float64(outputs)
	}
	return weight * loss, weight * slope, weight * curvature
}
