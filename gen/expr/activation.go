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
	{
		Name:   "softmax",
		Vector: Softmax,
		Doc:    "a_i = exp(z_i - m)/sum_j exp(z_j - m) with m = max_j z_j; Jac^T v = a*(v - sum_j a_j*v_j)",
	},
}

// pointwise completes a row that states Value: Deriv by differentiation, and DerivPost, unless the
// row states it, by finding the value in the derivative.
func pointwise(row Activation) Activation {
	row.Deriv = D(row.Value, Z)
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
