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
	// jacobian returns dσ at z, an n×n matrix with ∂a_i/∂z_j in row i.
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
		return formulaActivation(f.Expr)
	}
	name := f.Name
	if name == "softmax" {
		return softmax{}, nil
	}
	if name == "" {
		name = "identity"
	}
	for _, row := range pointwiseTable {
		if row.name == name {
			return row, nil
		}
	}
	return nil, fmt.Errorf("no reference for the activation %q", name)
}

// pointwise is an activation that maps every unit by the same scalar function: its Jacobian matrix
// is diagonal. A row of pointwiseTable is all that a new one takes.
type pointwise struct {
	name string
	// function is σ.
	function curve
	// derivative is σ' in terms of z.
	derivative curve
	// fromPost is σ' in terms of a = σ(z), for the kernels that keep only a; without a function
	// where a does not determine it.
	fromPost curve
}

// pointwiseTable has the pointwise activations. Conventions: relu passes NaN on and has derivative
// 0 at 0.
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
		name:       "arctan",
		function:   curve{at: math.Atan, work: work{elementary: 1}},
		derivative: curve{at: func(z float64) float64 { return 1 / (1 + z*z) }, breaks: []float64{0}, work: work{roundings: 3}},
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
			work: work{roundings: 4},
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

// Where silu and its slope turn: the roots of 1 + exp(-z) + z·exp(-z) = 0 and of z·tanh(z/2) = 2; a test finds them again.
const (
	siluMinimum       = -1.2784645427610738
	siluSlopeExtremum = 2.3993572805154676
)

// sigmoid is 1/(1 + exp(-z)), with exp never of a positive number so that it cannot overflow.
func sigmoid(z float64) float64 {
	if z < 0 {
		e := math.Exp(z)
		return e / (1 + e)
	}
	return 1 / (1 + math.Exp(-z))
}

// sigmoidSlope is σ(z)σ(-z), which has no cancellation where σ(z) is near 1.
func sigmoidSlope(z float64) float64 { return sigmoid(z) * sigmoid(-z) }

func relu(z float64) float64 {
	if z <= 0 {
		return 0
	}
	return z // also NaN
}

// step is the derivative of relu, of z or of a alike: 1 above 0, and 0 at 0.
func step(z float64) float64 {
	if z > 0 {
		return 1
	}
	return 0
}

// tanhSlope is 1/cosh²(z), which has no cancellation where tanh is near ±1.
func tanhSlope(z float64) float64 {
	c := math.Cosh(z)
	return 1 / (c * c)
}

func (p pointwise) value(z *mat.VecDense) *mat.VecDense {
	a := mat.NewVecDense(z.Len(), nil)
	for i := range z.Len() {
		a.SetVec(i, p.function.at(z.AtVec(i)))
	}
	return a
}

func (p pointwise) jacobian(z *mat.VecDense) *mat.Dense {
	n := z.Len()
	jac := mat.NewDense(n, n, nil)
	for i := range n {
		jac.Set(i, i, p.derivative.at(z.AtVec(i)))
	}
	return jac
}

func (p pointwise) valueBound(r rounding, z estimate, a []float64) []float64 {
	bound := make([]float64, len(a))
	for i := range bound {
		bound[i] = p.function.bound(r, z.value[i], z.bound[i], a[i])
	}
	return bound
}

// pullbackBound is the product rule on σ'(z) ⊙ v, with σ' from z or from a, whichever is worse.
func (p pointwise) pullbackBound(r rounding, z, a, v estimate) []float64 {
	bound := make([]float64, len(v.value))
	for i := range bound {
		slope := p.derivative.at(z.value[i])
		e := p.derivative.bound(r, z.value[i], z.bound[i], slope)
		if p.fromPost.at != nil {
			e = max(e, p.fromPost.bound(r, a.value[i], a.bound[i], slope))
		}
		bound[i] = product(slope, e, v.value[i], v.bound[i]) +
			r.local(work{roundings: 1}, (math.Abs(slope)+e)*v.magnitude(i), math.Abs(slope*v.value[i]))
	}
	return bound
}
