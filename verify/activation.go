package verify

import (
	"fmt"
	"math"

	"github.com/backpropgen/backpropgen/spec"
	"gonum.org/v1/gonum/mat"
)

// activation is σ of one layer: its value, its Jacobian matrix, and how far a kernel may be off.
type activation interface {
	// value returns a = σ(z).
	value(z *mat.VecDense) *mat.VecDense
	// jacobian returns dσ at z, a matrix with ∂a_i/∂z_j in row i: as many rows as a has elements, which
	// is fewer than z has where σ pools.
	jacobian(z *mat.VecDense) *mat.Dense
	// valueBound bounds the error of a = σ(z).
	valueBound(r rounding, z estimate, a []float64) []float64
	// pullbackBound bounds the error of Jacᵀ·v at z, computed from z or from a = σ(z).
	pullbackBound(r rounding, z, a, v estimate) []float64
}

// activationOf returns the activation that a spec names or writes as a formula; the zero value is the
// identity.
func activationOf(f spec.Function) (activation, error) {
	if f.Expr != "" {
		units, err := formulaActivation(f.Expr)
		if err != nil {
			return nil, err
		}
		return units, nil
	}
	parameter := func(name string) float64 { return f.Param(spec.ActivationRole, name) }
	switch f.Name {
	case "":
		return activationOf(spec.Function{Name: "identity"})
	case "leaky-relu":
		return leakyRelu(parameter("slope")), nil
	case "elu":
		return elu(1, parameter("alpha")), nil
	case "softmax":
		return softmax{}, nil
	case "log-softmax":
		return logSoftmax{}, nil
	case "radial-sigmoid":
		return radialSigmoid{}, nil
	case "max-pool":
		return maxPool{window(parameter(spec.Window))}, nil
	case "avg-pool":
		return averagePool{window(parameter(spec.Window))}, nil
	}
	for _, row := range pointwiseTable {
		if row.name == f.Name {
			return row, nil
		}
	}
	return nil, fmt.Errorf("no reference for the activation %q", f.Name)
}

// pointwiseTable has the pointwise activations without parameters. Conventions: relu passes NaN on and has
// derivative 0 at 0.
var pointwiseTable = []pointwise{
	{
		name:       "identity",
		function:   curve{at: func(z float64) float64 { return z }},
		derivative: curve{at: func(float64) float64 { return 1 }},
	},
	{
		name:       "sigmoid",
		function:   curve{at: sigmoid, work: work{elementary: 1}},
		derivative: curve{at: sigmoidSlope, breaks: []float64{0}, work: work{elementary: 2, roundings: 1}},
		fromPost: curve{
			at:     func(a float64) float64 { return a * (1 - a) },
			breaks: []float64{0.5}, work: work{roundings: 2},
			magnitude: func(a float64) float64 { return math.Abs(a) + a*a }, // of a - a²
		},
	},
	{
		name:       "relu",
		function:   curve{at: relu, breaks: []float64{0}},
		derivative: curve{at: step, breaks: []float64{0}},
		fromPost:   curve{at: step, breaks: []float64{0}},
	},
	elu(seluScale, seluAlpha).named("selu"),
	gelu,
	{
		name:       "tanh",
		function:   curve{at: math.Tanh, work: work{elementary: 1}},
		derivative: curve{at: tanhSlope, breaks: []float64{0}, work: work{elementary: 2, roundings: 1}},
		fromPost: curve{
			at:     func(a float64) float64 { return 1 - a*a },
			breaks: []float64{0}, work: work{roundings: 3},
			magnitude: func(a float64) float64 { return 1 + a*a }, // of 1 - a², and of (1 - a)(1 + a)
		},
	},
	{
		name:     "arctan",
		function: curve{at: math.Atan, work: work{elementary: 1}},
		derivative: curve{
			at: func(z float64) float64 { return 1 / (1 + z*z) }, breaks: []float64{0}, work: work{roundings: 3},
			divisor: func(z float64) float64 { return 1 + z*z },
		},
	},
	{
		name:       "softplus",
		function:   curve{at: softplus, work: work{elementary: 2, roundings: 1}},
		derivative: curve{at: sigmoid, work: work{elementary: 1}},
	},
	{
		name:     "silu",
		function: curve{at: silu, breaks: []float64{siluMinimum}, work: work{elementary: 1, roundings: 1}, gain: math.Abs},
		derivative: curve{
			at: siluSlope, breaks: []float64{-siluSlopeExtremum, siluSlopeExtremum}, work: work{elementary: 4, roundings: 5},
			magnitude: func(z float64) float64 {
				return sigmoid(z) + math.Abs(z)*sigmoidSlope(z) + math.Abs(z)*sigmoid(z)*sigmoid(z)
			},
			gain: math.Abs,
		},
	},
	{
		name:     "softsign",
		function: curve{at: func(z float64) float64 { return z / (1 + math.Abs(z)) }, work: work{roundings: 2}},
		derivative: curve{
			at: func(z float64) float64 { return 1 / ((1 + math.Abs(z)) * (1 + math.Abs(z))) }, breaks: []float64{0},
			work:    work{roundings: 4},
			divisor: func(z float64) float64 { return (1 + math.Abs(z)) * (1 + math.Abs(z)) },
		},
	},
	{
		name: "hard-sigmoid",
		function: curve{
			at: func(z float64) float64 { return min(max(z/6+0.5, 0), 1) }, breaks: []float64{-3, 3}, work: work{roundings: 3},
			magnitude: func(z float64) float64 { return min(math.Abs(z)/6, 1) + 0.5 },
		},
		derivative: curve{
			at: func(z float64) float64 { return step(3-math.Abs(z)) / 6 }, breaks: []float64{-3, 3}, work: work{roundings: 2},
		},
	},
	{
		name:       "hard-tanh",
		function:   curve{at: func(z float64) float64 { return min(max(z, -1), 1) }, breaks: []float64{-1, 1}},
		derivative: curve{at: func(z float64) float64 { return step(1 - math.Abs(z)) }, breaks: []float64{-1, 1}},
		fromPost:   curve{at: func(a float64) float64 { return step(1 - math.Abs(a)) }, breaks: []float64{-1, 1}},
	},
}

// silu is z·σ(z).
func silu(z float64) float64 { return z * sigmoid(z) }

// siluSlope is σ(z) + z·σ(z)·σ(-z).
func siluSlope(z float64) float64 { return sigmoid(z) + z*sigmoidSlope(z) }

// Where silu and its slope turn: the roots of 1 + exp(-z) + z·exp(-z) = 0 and of z·tanh(z/2) = 2; a test finds them
// again.
const (
	siluMinimum       = -1.2784645427610738
	siluSlopeExtremum = 2.3993572805154676
)
