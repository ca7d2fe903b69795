package expr

import "slices"

// An Activation is one row of the table of activations.
type Activation struct {
	// Name is what a spec calls it.
	Name string
	// Vector says which closed form needs the whole layer; NotVector for a pointwise activation, whose
	// formulas are Value, Deriv and DerivPost. A vector activation has none of the three.
	Vector VectorKind
	// Value is σ(z).
	Value Expr
	// Deriv is σ'(z), by D.
	Deriv Expr
	// DerivPost is σ' in terms of a = σ(z); nil where a does not tell, and z must be kept.
	DerivPost Expr
	// Kinks are the points where σ' does not exist and what Deriv gives there.
	Kinks []Kink
	// Init is how the weights of the layer are drawn.
	Init Init
	// Doc is the formula and its conventions in a line, for comments and help.
	Doc string
}

// A Kink is a point where a formula is not differentiable, and the convention there.
type Kink struct {
	At    float64 // of z for an activation, of a for a cost
	Deriv Expr    // what the derivative is taken to be: a constant, or in y for a cost
}

// VectorKind names the activations that are not pointwise.
type VectorKind uint8

// The kinds of vector activation.
const (
	NotVector VectorKind = iota
	Softmax              // a_i = exp(z_i)/Σ exp(z_j); Jacᵀv = a⊙(v - aᵀv)
)

// Init is a distribution of initial weights: normal, with mean 0 and Variance.
type Init uint8

// The initialisations.
const (
	Glorot Init = iota // keeps variances through an activation that is near the identity around 0
	He                 // the same for one that is 0 on half of its inputs
)

// Variance returns the variance of the weights between in inputs and out outputs of a layer: 2/(in + out)
// for Glorot (Glorot and Bengio 2010), 2/in for He (He et al. 2015).
func (i Init) Variance(in, out int) float64 {
	if i == He {
		return 2 / float64(in)
	}
	return 2 / (float64(in) + float64(out))
}

// activations is the table. A row that is pointwise states its value; pointwise adds the derivatives.
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
		DerivPost: Positive(A),
		Kinks:     []Kink{{At: 0, Deriv: Number(0)}},
		Init:      He,
		Doc:       "a = max(z, 0), NaN where z is NaN; a' = 1 where z > 0, else 0, at z = 0 too",
	}),
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
		Deriv: Div(Positive(Sub(Number(3), Abs(Z))), Number(6)),
		Kinks: []Kink{{At: -3, Deriv: Number(0)}, {At: 3, Deriv: Number(0)}},
		Doc:   "a = min(max(z/6 + 1/2, 0), 1); a' = 1/6 where |z| < 3, else 0, at z = -3 and z = 3 too",
	}),
	pointwise(Activation{
		Name:      "hard-tanh",
		Value:     Min(Max(Z, Number(-1)), Number(1)),
		Deriv:     Positive(Sub(Number(1), Abs(Z))),
		DerivPost: Positive(Sub(Number(1), Abs(A))),
		Kinks:     []Kink{{At: -1, Deriv: Number(0)}, {At: 1, Deriv: Number(0)}},
		Doc:       "a = min(max(z, -1), 1); a' = 1 where |z| < 1, else 0, at z = -1 and z = 1 too",
	}),
	{
		Name:   "softmax",
		Vector: Softmax,
		Doc:    "a_i = exp(z_i - m)/sum_j exp(z_j - m) with m = max_j z_j; Jac^T v = a*(v - sum_j a_j*v_j)",
	},
}

// pointwise completes a row that states Value: Deriv by differentiation, and DerivPost by finding the value in
// the derivative, unless the row states a better form of either.
func pointwise(row Activation) Activation {
	if row.Deriv == nil {
		row.Deriv = D(row.Value, Z)
	}
	if row.DerivPost == nil {
		// For the identity, z itself is the value and goes away likewise.
		if post := Substitute(row.Deriv, row.Value, A); !Uses(post, Z) {
			row.DerivPost = post
		}
	}
	return row
}

// Activations returns the table of activations. The slice is the caller's.
func Activations() []Activation {
	rows := slices.Clone(activations)
	for i := range rows {
		rows[i].Kinks = slices.Clone(rows[i].Kinks)
	}
	return rows
}

// LookupActivation returns the activation of that name, pointwise or vector; ok is false if there
// is none.
func LookupActivation(name string) (row Activation, ok bool) {
	for _, row := range Activations() {
		if row.Name == name {
			return row, true
		}
	}
	return Activation{}, false
}

// Pointwise returns the pointwise activation of that name; ok is false if there is none.
func Pointwise(name string) (row Activation, ok bool) {
	row, ok = LookupActivation(name)
	if row.Vector != NotVector {
		return Activation{}, false
	}
	return row, ok
}
