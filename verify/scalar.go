package verify

import "math"

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

// relu is z above 0, else 0.
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

// softplus is log(1 + exp(z)) = max(z, 0) + log1p(exp(-|z|)).
func softplus(z float64) float64 { return max(z, 0) + math.Log1p(math.Exp(-math.Abs(z))) }
