// Package function is the reference of activations, costs, and pairs of both that have a closed form, written from
// their definitions: values, full Jacobian matrices and gradients, each with a bound on how far a kernel may be off,
// and the places where a derivative jumps.
package function

import (
	"fmt"
	"math"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/formula"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
	"github.com/backpropgen/backpropgen/verify/internal/scalar"
	"gonum.org/v1/gonum/mat"
)

// Activation is σ of one layer: its value, its Jacobian matrix, and how far a kernel may be off.
type Activation interface {
	// Value returns a = σ(z).
	Value(z *mat.VecDense) *mat.VecDense
	// Jacobian returns dσ at z, a matrix with ∂a_i/∂z_j in row i: as many rows as a has elements, which
	// is fewer than z has where σ pools. That of a pointwise σ is a *mat.DiagDense, and so is its Curvature.
	Jacobian(z *mat.VecDense) mat.Matrix
	// ValueBound bounds the error of a = σ(z).
	ValueBound(r rounding.Pair, z rounding.Estimate, a []float64) []float64
	// PullbackBound bounds the error of Jacᵀ·v at z, computed from z or from a = σ(z).
	PullbackBound(r rounding.Pair, z, a, v rounding.Estimate) []float64
	// TangentBound bounds the error of Jac·t at z likewise.
	TangentBound(r rounding.Pair, z, a, t rounding.Estimate) []float64
	// Curvature returns how dσ changes where z goes along t: Σ_k ∂²a_i/∂z_j∂z_k t_k in row i and column j. At a kink,
	// where dσ jumps, it is that of the side whose derivative is taken there, and 0 where that is of neither.
	Curvature(z, t *mat.VecDense) mat.Matrix
	// SecondPullbackBound bounds the error of Jacᵀ·v̇ + Curvatureᵀ·v, which is the derivative of Jacᵀ·v.
	SecondPullbackBound(r rounding.Pair, s rounding.Second) []float64
}

// ActivationOf returns the activation that a spec names or writes as a formula; the zero value is the
// identity.
func ActivationOf(f spec.Function) (Activation, error) {
	if f.Expr != "" {
		units, err := formula.Activation(f.Expr)
		if err != nil {
			return nil, err
		}
		return units, nil
	}
	parameter := func(name string) float64 { return f.Param(spec.ActivationRole, name) }
	switch f.Name {
	case "":
		return ActivationOf(spec.Function{Name: "identity"})
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
		function:   rounding.Curve{At: func(z float64) float64 { return z }},
		derivative: rounding.Curve{At: func(float64) float64 { return 1 }},
	},
	{
		name:     "sigmoid",
		function: rounding.Curve{At: scalar.Sigmoid, Work: rounding.Work{Elementary: 1}},
		derivative: rounding.Curve{
			At: scalar.SigmoidSlope, Breaks: []float64{0}, Work: rounding.Work{Elementary: 2, Roundings: 1},
		},
		fromPost: rounding.Curve{
			At:     func(a float64) float64 { return a * (1 - a) },
			Breaks: []float64{0.5}, Work: rounding.Work{Roundings: 2},
			Magnitude: func(a float64) float64 { return math.Abs(a) + a*a }, // of a - a²
		},
		second: sigmoidBend,
		secondFromPost: rounding.Curve{
			At:     func(a float64) float64 { return a * (1 - a) * (1 - 2*a) },
			Breaks: []float64{(3 - sqrt3) / 6, (3 + sqrt3) / 6}, Work: rounding.Work{Roundings: 6},
			Magnitude: func(a float64) float64 { return (math.Abs(a) + a*a) * (1 + 2*math.Abs(a)) },
		},
	},
	{
		name:       "relu",
		function:   rounding.Curve{At: scalar.Relu, Breaks: []float64{0}},
		derivative: rounding.Curve{At: scalar.Step, Breaks: []float64{0}},
		fromPost:   rounding.Curve{At: scalar.Step, Breaks: []float64{0}},
	},
	elu(SeluScale, SeluAlpha).named("selu"),
	gelu,
	{
		name:     "tanh",
		function: rounding.Curve{At: math.Tanh, Work: rounding.Work{Elementary: 1}},
		derivative: rounding.Curve{
			At: scalar.TanhSlope, Breaks: []float64{0}, Work: rounding.Work{Elementary: 2, Roundings: 1},
		},
		fromPost: rounding.Curve{
			At:     func(a float64) float64 { return 1 - a*a },
			Breaks: []float64{0}, Work: rounding.Work{Roundings: 3},
			Magnitude: func(a float64) float64 { return 1 + a*a }, // of 1 - a², and of (1 - a)(1 + a)
		},
		second: rounding.Curve{
			At:     func(z float64) float64 { return -2 * math.Tanh(z) * scalar.TanhSlope(z) },
			Breaks: []float64{-tanhTurn, tanhTurn}, Work: rounding.Work{Elementary: 3, Roundings: 3},
		},
		secondFromPost: rounding.Curve{
			At:     func(a float64) float64 { return -2 * a * (1 - a*a) },
			Breaks: []float64{-1 / sqrt3, 1 / sqrt3}, Work: rounding.Work{Roundings: 6},
			Magnitude: func(a float64) float64 { return 2 * math.Abs(a) * (1 + a*a) },
		},
	},
	{
		name:     "arctan",
		function: rounding.Curve{At: math.Atan, Work: rounding.Work{Elementary: 1}},
		derivative: rounding.Curve{
			At: func(z float64) float64 { return 1 / (1 + z*z) }, Breaks: []float64{0},
			Work:    rounding.Work{Roundings: 3},
			Divisor: func(z float64) float64 { return 1 + z*z },
		},
		second: rounding.Curve{
			At:     func(z float64) float64 { return -2 * (z / (1 + z*z)) / (1 + z*z) },
			Breaks: []float64{-1 / sqrt3, 1 / sqrt3}, Work: rounding.Work{Roundings: 8},
			Divisor: func(z float64) float64 { return (1 + z*z) * (1 + z*z) }, Gain: math.Abs,
		},
	},
	{
		name:       "softplus",
		function:   rounding.Curve{At: scalar.Softplus, Work: rounding.Work{Elementary: 2, Roundings: 1}},
		derivative: rounding.Curve{At: scalar.Sigmoid, Work: rounding.Work{Elementary: 1}},
		second: rounding.Curve{
			At: scalar.SigmoidSlope, Breaks: []float64{0}, Work: rounding.Work{Elementary: 2, Roundings: 2},
			Magnitude: func(z float64) float64 { return scalar.Sigmoid(z) + scalar.Sigmoid(z)*scalar.Sigmoid(z) },
		},
	},
	{
		name: "silu",
		function: rounding.Curve{
			At: silu, Breaks: []float64{siluMinimum}, Work: rounding.Work{Elementary: 1, Roundings: 1}, Gain: math.Abs,
		},
		derivative: rounding.Curve{
			At: siluSlope, Breaks: []float64{-siluSlopeExtremum, siluSlopeExtremum},
			Work: rounding.Work{Elementary: 4, Roundings: 5},
			Magnitude: func(z float64) float64 {
				return scalar.Sigmoid(z) + math.Abs(z)*scalar.SigmoidSlope(z) +
					math.Abs(z)*scalar.Sigmoid(z)*scalar.Sigmoid(z)
			},
			Gain: math.Abs,
		},
		second: rounding.Curve{
			At: siluBend, Breaks: []float64{-siluTurn, 0, siluTurn}, Work: rounding.Work{Elementary: 4, Roundings: 10},
			Magnitude: func(z float64) float64 { // of 2(s - s²) + z(s - s²)(1 - 2s)
				s := scalar.Sigmoid(z)
				return (s + s*s) * (2 + math.Abs(z)*(1+2*s))
			},
			Gain: func(z float64) float64 { return 2 + math.Abs(z) },
		},
	},
	{
		name: "softsign",
		function: rounding.Curve{
			At: func(z float64) float64 { return z / (1 + math.Abs(z)) }, Work: rounding.Work{Roundings: 2},
		},
		derivative: rounding.Curve{
			At: func(z float64) float64 { return 1 / ((1 + math.Abs(z)) * (1 + math.Abs(z))) }, Breaks: []float64{0},
			Work:    rounding.Work{Roundings: 4},
			Divisor: func(z float64) float64 { return (1 + math.Abs(z)) * (1 + math.Abs(z)) },
		},
		second: rounding.Curve{ // by convention 0 at 0, where it jumps from 2 to -2
			At: func(z float64) float64 {
				return 2 * (scalar.Step(-z) - scalar.Step(z)) / math.Pow(1+math.Abs(z), 3)
			},
			Breaks: []float64{0}, Work: rounding.Work{Roundings: 10},
			Divisor: func(z float64) float64 { return math.Pow(1+math.Abs(z), 4) },
		},
	},
	{
		name: "hard-sigmoid",
		function: rounding.Curve{
			At: func(z float64) float64 { return min(max(z/6+0.5, 0), 1) }, Breaks: []float64{-3, 3},
			Work:      rounding.Work{Roundings: 3},
			Magnitude: func(z float64) float64 { return min(math.Abs(z)/6, 1) + 0.5 },
		},
		derivative: rounding.Curve{
			At: func(z float64) float64 { return scalar.Step(3-math.Abs(z)) / 6 }, Breaks: []float64{-3, 3},
			Work: rounding.Work{Roundings: 2},
		},
	},
	{
		name:     "hard-tanh",
		function: rounding.Curve{At: func(z float64) float64 { return min(max(z, -1), 1) }, Breaks: []float64{-1, 1}},
		derivative: rounding.Curve{
			At: func(z float64) float64 { return scalar.Step(1 - math.Abs(z)) }, Breaks: []float64{-1, 1},
		},
		fromPost: rounding.Curve{
			At: func(a float64) float64 { return scalar.Step(1 - math.Abs(a)) }, Breaks: []float64{-1, 1},
		},
	},
}

// silu is z·σ(z).
func silu(z float64) float64 { return z * scalar.Sigmoid(z) }

// siluSlope is σ(z) + z·σ(z)·σ(-z).
func siluSlope(z float64) float64 { return scalar.Sigmoid(z) + z*scalar.SigmoidSlope(z) }

// siluBend is 2s' + z·s″, s being the sigmoid.
func siluBend(z float64) float64 { return scalar.SigmoidSlope(z) * (2 - z*math.Tanh(z/2)) }

// sigmoidBend is s″ = s'·(1 - 2s), with 1 - 2s(z) = -tanh(z/2).
var sigmoidBend = rounding.Curve{
	At:     func(z float64) float64 { return -scalar.SigmoidSlope(z) * math.Tanh(z/2) },
	Breaks: []float64{-sigmoidTurn, sigmoidTurn}, Work: rounding.Work{Elementary: 3, Roundings: 6},
	Magnitude: func(z float64) float64 { return scalar.SigmoidSlope(z) * (1 + 2*scalar.Sigmoid(z)) },
}

// Where silu and its slope turn: the roots of 1 + exp(-z) + z·exp(-z) = 0 and of z·tanh(z/2) = 2. The others are where
// second derivatives do, beside 0: of silu, of sigmoid, log(2 + √3), and of tanh, artanh(1/√3). A test finds them
// again.
const (
	siluMinimum       = -1.2784645427610738
	siluSlopeExtremum = 2.3993572805154676
	siluTurn          = 3.435840993535111
	sigmoidTurn       = 1.3169578969248167
	tanhTurn          = 0.6584789484624084
	sqrt3             = 1.7320508075688772935274463415059
)
