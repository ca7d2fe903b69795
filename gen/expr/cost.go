package expr

import "slices"

// A Cost is one row of the table of costs: C(a, y) is the sum, or the mean, of Term over the outputs.
type Cost struct {
	// Name is what a spec calls it.
	Name string
	// Term is the contribution of one output a with target y.
	Term Expr
	// Mean says that the terms are divided by the number of outputs, and Grad with them.
	Mean bool
	// Grad is the derivative of Term with respect to a, by D.
	Grad Expr
	// Kinks are the points of a where Term is not differentiable and what Grad gives there.
	Kinks []Kink
	// Doc is the formula and its conventions in a line, for comments and help.
	Doc string
}

// tiny is the smallest normal float32, 2^-126: below it a probability counts as this much, so that no
// logarithm is infinite. log(tiny) is -87.3, whatever the precision.
var tiny = Number(0x1p-126)

// clamped is x kept from 0, for a logarithm; NaN passes through.
func clamped(x Expr) Expr { return Max(x, tiny) }

// costs is the table. A row states its term; term adds the gradient.
var costs = []Cost{
	term(Cost{
		Name: "mse",
		Term: Square(Sub(A, Y)),
		Mean: true,
		Doc:  "mean over the outputs of (a - y)^2",
	}),
	term(Cost{
		Name: "squared-error",
		Term: Square(Sub(A, Y)),
		Doc:  "sum over the outputs of (a - y)^2",
	}),
	term(Cost{
		Name:  "cross-entropy",
		Term:  Neg(Mul(Y, Log(clamped(A)))),
		Kinks: []Kink{{At: tiny.Value(), Deriv: Number(0)}},
		Doc:   "sum over the outputs of -y*log(a), with a no less than 2^-126 in the logarithm",
	}),
	term(Cost{
		Name: "binary-cross-entropy",
		Term: Neg(Add(Mul(Y, Log(clamped(A))), Mul(Sub(Number(1), Y), Log(clamped(Sub(Number(1), A)))))),
		// The second is 1 - 2^-126, which is 1 in either precision.
		Kinks: []Kink{{At: tiny.Value(), Deriv: Sub(Number(1), Y)}, {At: 1, Deriv: Neg(Y)}},
		Doc: "sum over the outputs of -(y*log(a) + (1 - y)*log(1 - a)), with a and 1 - a no less than " +
			"2^-126 in the logarithms",
	}),
}

// term completes a row that states Term.
func term(row Cost) Cost {
	row.Grad = D(row.Term, A)
	return row
}

// Costs returns the table of costs. The slice is the caller's.
func Costs() []Cost {
	rows := slices.Clone(costs)
	for i := range rows {
		rows[i].Kinks = slices.Clone(rows[i].Kinks)
	}
	return rows
}

// LookupCost returns the cost of that name; ok is false if there is none.
func LookupCost(name string) (row Cost, ok bool) {
	for _, row := range Costs() {
		if row.Name == name {
			return row, true
		}
	}
	return Cost{}, false
}
