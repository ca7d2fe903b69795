package function

import (
	"math"

	"github.com/backpropgen/backpropgen/verify/internal/linear"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
	"github.com/backpropgen/backpropgen/verify/internal/scalar"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// Fused is a pair of a last activation and a cost in closed form: loss and ∇z_L straight from the
// logits z_L, exact where the composition would overflow, underflow or saturate.
type Fused interface {
	// Loss returns C(σ(z), y).
	Loss(z, y *mat.VecDense) float64
	// Delta returns ∇z_L = Jacᵀ·∇C.
	Delta(z, y *mat.VecDense) *mat.VecDense
	LossBound(r rounding.Pair, z rounding.Estimate, y *mat.VecDense) float64
	// DeltaBound bounds the error of delta, computed from z or from a = σ(z).
	DeltaBound(r rounding.Pair, z, a rounding.Estimate, y *mat.VecDense) []float64
	// DeltaSlope returns how ∇z_L changes with a = σ(z), of which it is a linear function: element i by element i.
	DeltaSlope(y *mat.VecDense) *mat.VecDense
}

// FusedOf returns the closed form of a pair, nil for the pairs computed as they are defined.
func FusedOf(activation, cost string) Fused {
	switch {
	case activation == "softmax" && cost == "cross-entropy":
		return softmaxCrossEntropy{}
	case activation == "sigmoid" && cost == "binary-cross-entropy":
		return sigmoidPair{cost: logisticLoss, slope: logisticSlope, rate: func(float64) float64 { return 1 }}
	case activation == "sigmoid" && cost == "cross-entropy":
		return sigmoidPair{
			cost: sigmoidCrossEntropy, slope: sigmoidCrossEntropySlope, rate: func(y float64) float64 { return y },
		}
	}
	return nil
}

// sigmoidPair is sigmoid with a cost of its outputs, each a curve of the unit's own logit.
type sigmoidPair struct {
	cost  func(y float64) rounding.Curve
	slope func(y float64) rounding.Curve
	// rate is the derivative of the slope by a = σ(z).
	rate func(y float64) float64
}

// logisticLoss is -y log σ(z) - (1-y) log(1 - σ(z)) = softplus(z) - yz. Its derivative vanishes at
// the logit of y.
func logisticLoss(y float64) rounding.Curve {
	c := rounding.Curve{
		At: func(z float64) float64 {
			// softplus(z) - yz without the cancellation at y = 1.
			if z > 0 {
				return (1-y)*z + scalar.Softplus(-z)
			}
			return scalar.Softplus(z) - y*z
		},
		Work: rounding.Work{Elementary: 2, Roundings: 4},
		Magnitude: func(z float64) float64 {
			// max(z, 0) - zy + log(1 + exp(-|z|)); the 1 is the argument of that logarithm, rounded.
			return (1+math.Abs(y))*math.Abs(z) +
				(math.Abs(y)+math.Abs(1-y))*(math.Log1p(math.Exp(-math.Abs(z)))+1)
		},
	}
	if 0 < y && y < 1 {
		c.Breaks = []float64{math.Log(y) - math.Log1p(-y)}
	}
	return c
}

// logisticSlope is σ(z) - y.
func logisticSlope(y float64) rounding.Curve {
	return rounding.Curve{
		At:        func(z float64) float64 { return scalar.Sigmoid(z) - y },
		Work:      rounding.Work{Elementary: 1, Roundings: 1},
		Magnitude: func(z float64) float64 { return scalar.Sigmoid(z) + math.Abs(y) },
	}
}

// sigmoidCrossEntropy is -y log σ(z) = y softplus(-z).
func sigmoidCrossEntropy(y float64) rounding.Curve {
	return rounding.Curve{
		At:   func(z float64) float64 { return y * scalar.Softplus(-z) },
		Work: rounding.Work{Elementary: 2, Roundings: 3},
		Magnitude: func(z float64) float64 {
			return math.Abs(y) * (math.Abs(z) + math.Log1p(math.Exp(-math.Abs(z))) + 1)
		},
	}
}

// sigmoidCrossEntropySlope is y(σ(z) - 1) = -y σ(-z).
func sigmoidCrossEntropySlope(y float64) rounding.Curve {
	return rounding.Curve{
		At:        func(z float64) float64 { return -y * scalar.Sigmoid(-z) },
		Work:      rounding.Work{Elementary: 1, Roundings: 2},
		Magnitude: func(z float64) float64 { return math.Abs(y) * (scalar.Sigmoid(z) + 1) },
	}
}

func (p sigmoidPair) Loss(z, y *mat.VecDense) float64 {
	return termCost{term: p.cost}.Value(z, y)
}

func (p sigmoidPair) Delta(z, y *mat.VecDense) *mat.VecDense {
	return termCost{slope: p.slope}.Gradient(z, y)
}

func (p sigmoidPair) LossBound(r rounding.Pair, z rounding.Estimate, y *mat.VecDense) float64 {
	return termCost{term: p.cost}.ValueBound(r, z, y)
}

// DeltaBound: the slope is a - y, or y(a - 1), so the range of the slope over the interval of z and one
// evaluation of σ cover a kernel that computes it from a as well.
func (p sigmoidPair) DeltaBound(r rounding.Pair, z, _ rounding.Estimate, y *mat.VecDense) []float64 {
	return termCost{slope: p.slope}.GradientBound(r, z, y)
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

func (softmaxCrossEntropy) Loss(z, y *mat.VecDense) float64 {
	logSum, m := logSumExp(linear.Elements(z))
	loss := 0.0
	for i := range z.Len() {
		loss += y.AtVec(i) * (logSum + (m - z.AtVec(i)))
	}
	return loss
}

func (softmaxCrossEntropy) Delta(z, y *mat.VecDense) *mat.VecDense {
	d := softmax{}.Value(z)
	d.SubVec(d, y)
	return d
}

// LossBound: what the errors e of z do is, by the mean value theorem, at most Σ |p_i Σy - y_i| e_i
// for some p between, with |p_i - a_i| ≤ a_i expm1(e_i + Δ) as for softmax. Then come the roundings:
// those of the sum of exponentials are relative to the sum, hence absolute in its logarithm, and
// the rest acts on all terms y_i(log Σ + max z - z_i) one by one, since a kernel may add them up
// in any order.
func (softmaxCrossEntropy) LossBound(r rounding.Pair, z rounding.Estimate, y *mat.VecDense) float64 {
	a := linear.Elements(softmax{}.Value(mat.NewVecDense(len(z.Value), z.Value)))
	logSum, m := logSumExp(z.Value)
	n := float64(len(a))
	delta := lseShift(a, z.Bound)
	total := floats.Sum(linear.Elements(y))
	absolute := floats.Norm(linear.Elements(y), 1)

	var propagated, kernel, reference float64
	for i, ai := range a {
		e := z.Bound[i]
		slope := math.Abs(ai*total-y.AtVec(i)) + math.Abs(total)*min(1, growth(ai, e+delta))
		if slope > 0 { // so that 0 times an error without a bound is 0
			propagated += slope * e
		}
		yi := math.Abs(y.AtVec(i))
		kernel += yi * (logSum + delta + math.Abs(m) + floats.Max(z.Bound) + z.Magnitude(i))
		reference += yi * (logSum + math.Abs(m-z.Value[i]))
	}
	exponents := exponentBounds(r, rounding.Estimate{Value: z.Value, Bound: make([]float64, len(a))})
	sum := lseShift(a, exponents) + r.Local(rounding.Work{Roundings: n, Elementary: 1}, 1, 1)
	return rounding.Up(propagated, 3*n+32) + rounding.Up(absolute*sum, 8) +
		r.Local(rounding.Work{Roundings: n + 4, Elementary: 1}, rounding.Up(kernel, 4*n), rounding.Up(reference, 4*n))
}

func (softmaxCrossEntropy) DeltaBound(r rounding.Pair, _, a rounding.Estimate, y *mat.VecDense) []float64 {
	bound := make([]float64, len(a.Value))
	for i := range bound {
		yi := math.Abs(y.AtVec(i))
		bound[i] = a.Bound[i] + r.Local(rounding.Work{Roundings: 1}, a.Magnitude(i)+yi, a.Value[i]+yi)
	}
	return bound
}

// DeltaSlope is 1 everywhere, as that of a - y.
func (softmaxCrossEntropy) DeltaSlope(y *mat.VecDense) *mat.VecDense { return linear.Ones(y.Len()) }

// DeltaSlope is 1 of a - y, and y of y(a - 1).
func (p sigmoidPair) DeltaSlope(y *mat.VecDense) *mat.VecDense {
	d := mat.NewVecDense(y.Len(), nil)
	for i := range y.Len() {
		d.SetVec(i, p.rate(y.AtVec(i)))
	}
	return d
}
