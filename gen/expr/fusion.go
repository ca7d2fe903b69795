package expr

import "slices"

// A Fused is the closed form of a cost over the activation of the last layer: the loss from logits, where
// neither rounding nor overflow of the activation reaches it, and the gradient ∇z_L in one step.
type Fused struct {
	Activation, Cost string
	// Vector says that the terms belong together: Term also reads LSE, the layer's log Σ exp(z_j),
	// to be computed as m + log Σ exp(z_j - m) with m = max z_j.
	Vector bool
	// Term is the contribution of one output to the loss, in z and y (and LSE). The loss is the sum.
	Term Expr
	// Delta is the derivative of the loss with respect to this output's z, in a and y.
	Delta Expr
	// Doc is the formula and its conventions in a line, for comments and help.
	Doc string
}

// fusions is the table of pairs with a closed form. Every other pair is computed as it is defined:
// the cost of the activation's value, and Jacᵀ times the cost's gradient.
var fusions = []Fused{
	{
		Activation: "sigmoid", Cost: "binary-cross-entropy",
		Term:  Add(Sub(Max(Z, Number(0)), Mul(Z, Y)), Log1p(Exp(Neg(Abs(Z))))),
		Delta: Sub(A, Y),
		Doc:   "max(z, 0) - z*y + log1p(exp(-abs(z))) for each output; delta = a - y",
	},
	{
		Activation: "sigmoid", Cost: "cross-entropy",
		// -log σ(z) is softplus(-z).
		Term:  Mul(Y, Add(Max(Neg(Z), Number(0)), Log1p(Exp(Neg(Abs(Z)))))),
		Delta: Neg(Mul(Y, Sub(Number(1), A))),
		Doc:   "y*(max(-z, 0) + log1p(exp(-abs(z)))) for each output; delta = -y*(1 - a)",
	},
	{
		Activation: "softmax", Cost: "cross-entropy", Vector: true,
		Term:  Mul(Y, Sub(LSE, Z)),
		Delta: Sub(A, Y), // a*Σy - y in general
		Doc:   "y*(lse - z) for each output, lse = log(sum_j exp(z_j)); delta = a - y, for targets that sum to 1",
	},
}

// Fusions returns the table of fused pairs. The slice is the caller's.
func Fusions() []Fused { return slices.Clone(fusions) }

// Fusion returns the closed form of a pair; ok is false if there is none.
func Fusion(activation, cost string) (row Fused, ok bool) {
	for _, row := range fusions {
		if row.Activation == activation && row.Cost == cost {
			return row, true
		}
	}
	return Fused{}, false
}
