package expr

import (
	"fmt"
	"slices"

	"github.com/backpropgen/backpropgen/spec"
)

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
	// with is the row for parameters that may not be the defaults; nil for a row without parameters.
	with func(param func(name string) float64) Activation
}

// A Kink is a point where a formula is not differentiable, and the convention there.
type Kink struct {
	At    Expr // of z for an activation, of a for a cost: a constant, or in y for a cost
	Deriv Expr // what the derivative is taken to be, likewise
}

// VectorKind names the activations that are not pointwise.
type VectorKind uint8

// The kinds of vector activation.
const (
	NotVector     VectorKind = iota
	Softmax                  // a_i = exp(z_i)/Σ exp(z_j); Jacᵀv = a⊙(v - aᵀv)
	LogSoftmax               // a_i = z_i - log Σ exp(z_j); Jacᵀv = v - exp(a)·Σv
	RadialSigmoid            // a = σ(|z|)·z/|z|; Jacᵀv = q·v + k·(aᵀv)·a
	MaxPool                  // a_g = max of window g; Jacᵀv is v at the first maximum
	AvgPool                  // a_g = mean of window g; Jacᵀv is v/window
)

// pointwise completes a row that states Value: Deriv by differentiation, and DerivPost by finding the value in
// the derivative, unless the row states a better form of either.
func pointwise(row Activation) Activation {
	if row.Deriv == nil {
		row.Deriv = D(row.Value, Z)
	}
	if row.DerivPost == nil {
		// For the identity, z itself is the value and goes away likewise; a number that the value always is tells
		// nothing.
		post := row.Deriv
		if !isConstant(row.Value) {
			post = Substitute(row.Deriv, row.Value, A)
		}
		if !Uses(post, Z) {
			row.DerivPost = post
		}
	}
	return row
}

// Activations returns the table of activations, parameters at their defaults. The slice is the caller's.
func Activations() []Activation {
	rows := slices.Clone(activations)
	for i := range rows {
		rows[i].Kinks = slices.Clone(rows[i].Kinks)
	}
	return rows
}

// ActivationOf returns the formulas of an activation of a spec, with its parameters filled in; no function at all is
// the identity. The error says what is wrong with a name or a formula.
func ActivationOf(f spec.Function) (Activation, error) {
	if f.Expr != "" {
		return formulaActivation(f.Expr)
	}
	name := f.Name
	if name == "" {
		name = "identity"
	}
	for _, row := range Activations() {
		if row.Name != name {
			continue
		}
		if row.with != nil {
			row = row.with(func(p string) float64 { return f.Param(spec.ActivationRole, p) })
		}
		return row, nil
	}
	return Activation{}, fmt.Errorf("the activation %q has no formula", f.Name)
}

// Bend is σ″(z) of a pointwise activation: in terms of a where DerivPost is, by the chain rule, else of z. Where σ'
// turns it is the derivative of the branch that σ' takes there, by the conventions of D; so it is 0 where σ' is
// constant on that side.
func (a Activation) Bend() Expr {
	if a.DerivPost != nil {
		return mul(D(a.DerivPost, A), a.DerivPost)
	}
	return D(a.Deriv, Z)
}
