// Package scalar has functions of one number, written so that they neither overflow nor cancel, that activations,
// costs and formulas share.
package scalar

import "math"

// Sigmoid is 1/(1 + exp(-z)), with exp never of a positive number so that it cannot overflow.
func Sigmoid(z float64) float64 {
	if z < 0 {
		e := math.Exp(z)
		return e / (1 + e)
	}
	return 1 / (1 + math.Exp(-z))
}

// SigmoidSlope is σ(z)σ(-z), which has no cancellation where σ(z) is near 1.
func SigmoidSlope(z float64) float64 { return Sigmoid(z) * Sigmoid(-z) }

// Relu is z above 0, else 0.
func Relu(z float64) float64 {
	if z <= 0 {
		return 0
	}
	return z // also NaN
}

// Step is the derivative of relu, of z or of a alike: 1 above 0, and 0 at 0.
func Step(z float64) float64 {
	if z > 0 {
		return 1
	}
	return 0
}

// TanhSlope is 1/cosh²(z), which has no cancellation where tanh is near ±1.
func TanhSlope(z float64) float64 {
	c := math.Cosh(z)
	return 1 / (c * c)
}

// Softplus is log(1 + exp(z)) = max(z, 0) + log1p(exp(-|z|)).
func Softplus(z float64) float64 { return max(z, 0) + math.Log1p(math.Exp(-math.Abs(z))) }
