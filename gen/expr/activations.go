package expr

import "math"

// activations is the table, parameters at their defaults. A row that is pointwise states its value; pointwise adds the
// derivatives.
var activations = []Activation{
	pointwise(Activation{
		Name:  "identity",
		Value: Z,
		Doc:   "a = z",
	}),
	pointwise(Activation{
		Name:  "sigmoid",
		Value: Sigmoid(Z),
		Doc:   "a = 1/(1 + exp(-z)); a' = a*(1 - a)",
	}),
	pointwise(Activation{
		Name:  "relu",
		Value: Max(Z, Number(0)), // NaN passes through: see OpMax
		// Substitution cannot know that a > 0 exactly where z > 0.
		DerivPost: Where(A, Number(1), Number(0)),
		Kinks:     []Kink{{At: Number(0), Deriv: Number(0)}},
		Init:      He,
		Doc:       "a = max(z, 0), NaN where z is NaN; a' = 1 where z > 0, else 0, at z = 0 too",
	}),
	leakyReLU(0.01),
	pointwise(Activation{
		Name:  "tanh",
		Value: Tanh(Z),
		Doc:   "a = tanh(z); a' = 1 - a^2",
	}),
	pointwise(Activation{
		Name:  "arctan",
		Value: Atan(Z),
		Doc:   "a = arctan(z); a' = 1/(1 + z^2)",
	}),
	pointwise(Activation{
		Name: "softplus",
		// Either term is accurate, and neither overflows.
		Value: Add(Max(Z, Number(0)), Log1p(Exp(Neg(Abs(Z))))),
		Deriv: Sigmoid(Z),
		Doc:   "a = log(1 + exp(z)); a' = 1/(1 + exp(-z))",
	}),
	elu(1),
	pointwise(Activation{
		Name: "selu",
		Value: Add(Mul(Number(seluScale), Max(Z, Number(0))),
			Mul(Number(seluScale*seluAlpha), Expm1(Min(Z, Number(0))))),
		Deriv: Where(Z, Number(seluScale), Add(Mul(Number(seluScale*seluAlpha), Expm1(Z)),
			Number(seluScale*seluAlpha))),
		DerivPost: Where(A, Number(seluScale), Add(A, Number(seluScale*seluAlpha))),
		Kinks:     []Kink{{At: Number(0), Deriv: Number(seluScale * seluAlpha)}},
		Init:      LeCun,
		Doc: "a = L*z where z > 0, else L*A*(exp(z) - 1), with L = 1.0507009873554805 and A = " +
			"1.6732632423543772; a' = L where z > 0, else a + L*A, at z = 0 too",
	}),
	pointwise(Activation{
		Name:  "gelu",
		Value: Mul(Z, Mul(Number(0.5), Add(Number(1), Erf(Mul(Number(1/math.Sqrt2), Z))))),
		Init:  He,
		Doc:   "a = z*P(z) with P(z) = (1 + erf(z/sqrt(2)))/2; a' = P(z) + z*exp(-z^2/2)/sqrt(2*pi)",
	}),
	pointwise(Activation{
		Name:  "silu",
		Value: Mul(Z, Sigmoid(Z)),
		Doc:   "a = z/(1 + exp(-z)), NaN at z = -Inf; a' = s + z*s*(1 - s) with s = 1/(1 + exp(-z))",
	}),
	pointwise(Activation{
		Name:  "softsign",
		Value: Div(Z, Add(Number(1), Abs(Z))),
		Deriv: Div(Number(1), Square(Add(Number(1), Abs(Z)))),
		Doc:   "a = z/(1 + |z|), NaN at infinite z; a' = 1/(1 + |z|)^2",
	}),
	pointwise(Activation{
		Name:  "hard-sigmoid",
		Value: Min(Max(Add(Div(Z, Number(6)), Number(0.5)), Number(0)), Number(1)),
		// Comparing z itself, because the value rounds to 0 or 1 before z reaches -3 or 3.
		Deriv: Where(Sub(Number(3), Abs(Z)), Number(1.0/6), Number(0)),
		Kinks: []Kink{{At: Number(-3), Deriv: Number(0)}, {At: Number(3), Deriv: Number(0)}},
		Doc:   "a = min(max(z/6 + 1/2, 0), 1); a' = 1/6 where |z| < 3, else 0, at z = -3 and z = 3 too",
	}),
	pointwise(Activation{
		Name:      "hard-tanh",
		Value:     Min(Max(Z, Number(-1)), Number(1)),
		Deriv:     Where(Sub(Number(1), Abs(Z)), Number(1), Number(0)),
		DerivPost: Where(Sub(Number(1), Abs(A)), Number(1), Number(0)),
		Kinks:     []Kink{{At: Number(-1), Deriv: Number(0)}, {At: Number(1), Deriv: Number(0)}},
		Doc:       "a = min(max(z, -1), 1); a' = 1 where |z| < 1, else 0, at z = -1 and z = 1 too",
	}),
	{
		Name:   "softmax",
		Vector: Softmax,
		Doc:    "a_i = exp(z_i - m)/sum_j exp(z_j - m) with m = max_j z_j; Jac^T v = a*(v - sum_j a_j*v_j)",
	},
	{
		Name:   "log-softmax",
		Vector: LogSoftmax,
		Doc:    "a_i = z_i - m - log(sum_j exp(z_j - m)) with m = max_j z_j; Jac^T v = v - exp(a)*sum_j v_j",
	},
	{
		Name:   "radial-sigmoid",
		Vector: RadialSigmoid,
		Doc: "a = s*z/r with r = |z| and s = 1/(1 + exp(-r)), 0 at z = 0 (where it is not continuous); " +
			"Jac^T v = q*v + k*(a^T v)*a with q = s/r and k = (s*(1 - s) - q)/s^2, 0 at z = 0",
	},
	{
		Name:   "max-pool",
		Vector: MaxPool,
		Doc: "a_g = max of window g of z, NaN if one is NaN; " +
			"Jac^T v is v_g at the window's first maximum, 0 elsewhere",
	},
	{
		Name:   "avg-pool",
		Vector: AvgPool,
		Doc:    "a_g = mean of window g of z; Jac^T v is v_g/window",
	},
}

// The constants of selu (Klambauer et al. 2017): with them the mean 0 and the variance 1 are a fixed point.
const (
	seluScale = 1.0507009873554804934193349852946
	seluAlpha = 1.6732632423543772848170429916717
)

// leakyReLU is the row for a slope.
func leakyReLU(slope float64) Activation {
	row := Activation{
		Name:  "leaky-relu",
		Value: Where(Z, Z, Mul(Number(slope), Z)),
		Deriv: Where(Z, Number(1), Number(slope)),
		Kinks: []Kink{{At: Number(0), Deriv: Number(slope)}},
		Init:  He,
		Doc:   "a = z where z > 0, else slope*z; a' = 1 where z > 0, else slope, at z = 0 too",
		with:  func(param func(string) float64) Activation { return leakyReLU(param("slope")) },
	}
	if slope > 0 {
		row.DerivPost = Where(A, Number(1), Number(slope)) // a has the sign of z
	}
	if slope == 1 {
		row.Kinks = nil
	}
	return pointwise(row)
}

// elu is the row for alpha.
func elu(alpha float64) Activation {
	row := Activation{
		Name:      "elu",
		Value:     Add(Max(Z, Number(0)), Mul(Number(alpha), Expm1(Min(Z, Number(0))))), // NaN passes through
		Deriv:     Where(Z, Number(1), Add(Mul(Number(alpha), Expm1(Z)), Number(alpha))),
		DerivPost: Where(A, Number(1), Add(A, Number(alpha))),
		Kinks:     []Kink{{At: Number(0), Deriv: Number(alpha)}},
		Init:      He,
		Doc:       "a = z where z > 0, else alpha*(exp(z) - 1); a' = 1 where z > 0, else a + alpha, at z = 0 too",
		with:      func(param func(string) float64) Activation { return elu(param("alpha")) },
	}
	if alpha == 1 {
		row.Kinks = nil
	}
	return pointwise(row)
}
