package verify

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// fused is a pair of a last activation and a cost in closed form: loss and ∇z_L straight from the
// logits z_L, exact where the composition would overflow, underflow or saturate.
type fused interface {
	// loss returns C(σ(z), y).
	loss(z, y *mat.VecDense) float64
	// delta returns ∇z_L = Jacᵀ·∇C.
	delta(z, y *mat.VecDense) *mat.VecDense
	lossBound(r rounding, z estimate, y *mat.VecDense) float64
	// deltaBound bounds the error of delta, computed from z or from a = σ(z).
	deltaBound(r rounding, z, a estimate, y *mat.VecDense) []float64
}

// fusedOf returns the closed form of a pair, nil for the pairs computed as they are defined.
func fusedOf(activation, cost string) fused {
	switch {
	case activation == "softmax" && cost == "cross-entropy":
		return softmaxCrossEntropy{}
	case activation == "sigmoid" && cost == "binary-cross-entropy":
		return sigmoidPair{cost: logisticLoss, slope: logisticSlope}
	case activation == "sigmoid" && cost == "cross-entropy":
		return sigmoidPair{cost: sigmoidCrossEntropy, slope: sigmoidCrossEntropySlope}
	}
	return nil
}

// sigmoidPair is sigmoid with a cost of its outputs, each a curve of the unit's own logit.
type sigmoidPair struct {
	cost  func(y float64) curve
	slope func(y float64) curve
}

// logisticLoss is -y log σ(z) - (1-y) log(1 - σ(z)) = softplus(z) - yz. Its derivative vanishes at
// the logit of y.
func logisticLoss(y float64) curve {
	c := curve{
		at: func(z float64) float64 {
			// softplus(z) - yz without the cancellation at y = 1.
			if z > 0 {
				return (1-y)*z + softplus(-z)
			}
			return softplus(z) - y*z
		},
		work: work{elementary: 2, roundings: 4},
		magnitude: func(z float64) float64 {
			// max(z, 0) - zy + log(1 + exp(-|z|)); the 1 is the argument of that logarithm, rounded.
			return (1+math.Abs(y))*math.Abs(z) +
				(math.Abs(y)+math.Abs(1-y))*(math.Log1p(math.Exp(-math.Abs(z)))+1)
		},
	}
	if 0 < y && y < 1 {
		c.breaks = []float64{math.Log(y) - math.Log1p(-y)}
	}
	return c
}

// logisticSlope is σ(z) - y.
func logisticSlope(y float64) curve {
	return curve{
		at:        func(z float64) float64 { return sigmoid(z) - y },
		work:      work{elementary: 1, roundings: 1},
		magnitude: func(z float64) float64 { return sigmoid(z) + math.Abs(y) },
	}
}

// sigmoidCrossEntropy is -y log σ(z) = y softplus(-z).
func sigmoidCrossEntropy(y float64) curve {
	return curve{
		at:   func(z float64) float64 { return y * softplus(-z) },
		work: work{elementary: 2, roundings: 3},
		magnitude: func(z float64) float64 {
			return math.Abs(y) * (math.Abs(z) + math.Log1p(math.Exp(-math.Abs(z))) + 1)
		},
	}
}

// sigmoidCrossEntropySlope is y(σ(z) - 1) = -y σ(-z).
func sigmoidCrossEntropySlope(y float64) curve {
	return curve{
		at:        func(z float64) float64 { return -y * sigmoid(-z) },
		work:      work{elementary: 1, roundings: 2},
		magnitude: func(z float64) float64 { return math.Abs(y) * (sigmoid(z) + 1) },
	}
}

func (p sigmoidPair) loss(z, y *mat.VecDense) float64 {
	return termCost{term: p.cost}.value(z, y)
}

func (p sigmoidPair) delta(z, y *mat.VecDense) *mat.VecDense {
	return termCost{slope: p.slope}.gradient(z, y)
}

func (p sigmoidPair) lossBound(r rounding, z estimate, y *mat.VecDense) float64 {
	return termCost{term: p.cost}.valueBound(r, z, y)
}

// deltaBound: the slope is a - y, or y(a - 1), so the range of the slope over the interval of z and one
// evaluation of σ cover a kernel that computes it from a as well.
func (p sigmoidPair) deltaBound(r rounding, z, _ estimate, y *mat.VecDense) []float64 {
	return termCost{slope: p.slope}.gradientBound(r, z, y)
}

// softmaxCrossEntropy is C = -Σ y_i log a_i = Σ y_i (lse(z) - z_i), lse = log Σ exp(z_j), with
// ∇z_L = a - y. That gradient presumes targets that sum to 1 (in general it is aΣy - y).
type softmaxCrossEntropy struct{}

// logSumExp returns log Σ exp(z_j) in two parts, which add up to it: the logarithm of Σ exp(z_j - max z),
// between 0 and log n, and max z.
func logSumExp(z []float64) (logSum, largest float64) {
	m := floats.Max(z)
	sum := 0.0
	for _, zj := range z {
		sum += math.Exp(zj - m)
	}
	return math.Log(sum), m
}

func (softmaxCrossEntropy) loss(z, y *mat.VecDense) float64 {
	logSum, m := logSumExp(elements(z))
	loss := 0.0
	for i := range z.Len() {
		loss += y.AtVec(i) * (logSum + (m - z.AtVec(i)))
	}
	return loss
}

func (softmaxCrossEntropy) delta(z, y *mat.VecDense) *mat.VecDense {
	d := softmax{}.value(z)
	d.SubVec(d, y)
	return d
}

// lossBound: what the errors e of z do is, by the mean value theorem, at most Σ |p_i Σy - y_i| e_i
// for some p between, with |p_i - a_i| ≤ a_i expm1(e_i + Δ) as for softmax. Then come the roundings:
// those of the sum of exponentials are relative to the sum, hence absolute in its logarithm, and
// the rest acts on all terms y_i(log Σ + max z - z_i) one by one, since a kernel may add them up
// in any order.
func (softmaxCrossEntropy) lossBound(r rounding, z estimate, y *mat.VecDense) float64 {
	a := elements(softmax{}.value(mat.NewVecDense(len(z.value), z.value)))
	logSum, m := logSumExp(z.value)
	n := float64(len(a))
	delta := lseShift(a, z.bound)
	total := floats.Sum(elements(y))
	absolute := floats.Norm(elements(y), 1)

	var propagated, kernel, reference float64
	for i, ai := range a {
		e := z.bound[i]
		slope := math.Abs(ai*total-y.AtVec(i)) + math.Abs(total)*min(1, growth(ai, e+delta))
		if slope > 0 { // so that 0 times an error without a bound is 0
			propagated += slope * e
		}
		yi := math.Abs(y.AtVec(i))
		kernel += yi * (logSum + delta + math.Abs(m) + floats.Max(z.bound) + z.magnitude(i))
		reference += yi * (logSum + math.Abs(m-z.value[i]))
	}
	exponents := exponentBounds(r, estimate{z.value, make([]float64, len(a))})
	sum := lseShift(a, exponents) + r.local(work{roundings: n, elementary: 1}, 1, 1)
	return up(propagated, 3*n+32) + up(absolute*sum, 8) +
		r.local(work{roundings: n + 4, elementary: 1}, up(kernel, 4*n), up(reference, 4*n))
}

func (softmaxCrossEntropy) deltaBound(r rounding, _, a estimate, y *mat.VecDense) []float64 {
	bound := make([]float64, len(a.value))
	for i := range bound {
		yi := math.Abs(y.AtVec(i))
		bound[i] = a.bound[i] + r.local(work{roundings: 1}, a.magnitude(i)+yi, a.value[i]+yi)
	}
	return bound
}
