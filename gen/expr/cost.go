package expr

import (
	"fmt"
	"math"
	"slices"

	"github.com/backpropgen/backpropgen/spec"
)

// A Cost is one row of the table of costs: C(a, y) is the sum, or the mean, of Term over the outputs.
type Cost struct {
	// Name is what a spec calls it.
	Name string
	// Term is the contribution of one output a with target y.
	Term Expr
	// Mean says that the terms are divided by the number of outputs, and Grad with them.
	Mean bool
	// Grad is the derivative of Term with respect to a, by D unless the row states a better form.
	Grad Expr
	// Kinks are the points of a where Term is not differentiable and what Grad gives there.
	Kinks []Kink
	// Doc is the formula and its conventions in a line, for comments and help.
	Doc string
	// with is the row for parameters that may not be the defaults; nil for a row without parameters.
	with func(param func(name string) float64) Cost
}

// Scale returns the factor on the sum of the terms: 1, or 1/outputs for a mean.
func (c Cost) Scale(outputs int) float64 {
	if c.Mean {
		return 1 / float64(outputs)
	}
	return 1
}

// Gradient returns ∂C/∂a for one of a number of outputs, its constants gathered into one.
func (c Cost) Gradient(outputs int) Expr {
	return mul(Number(c.Scale(outputs)), c.Grad)
}

// Curvature returns ∂²C/∂a² for one of a number of outputs, by the conventions of D where Grad turns.
func (c Cost) Curvature(outputs int) Expr {
	return mul(Number(c.Scale(outputs)), D(c.Grad, A))
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
		Name:  "mae",
		Term:  Abs(Sub(A, Y)),
		Mean:  true,
		Kinks: []Kink{{At: Y, Deriv: Number(0)}},
		Doc:   "mean over the outputs of |a - y|, its derivative 0 at a = y",
	}),
	huber(1),
	term(Cost{
		Name: "log-cosh",
		// With e = exp(d) - 1 for d = |a - y|, cosh(d) - 1 is e^2/(2*(1 + e)): nothing cancels where d is small.
		// Far out log(cosh(d)) is d - log(2) to the last bit, and e may overflow.
		Term: Where(Sub(Abs(Sub(A, Y)), Number(40)), Sub(Abs(Sub(A, Y)), Number(math.Ln2)),
			Log1p(Mul(Expm1(Abs(Sub(A, Y))),
				Div(Expm1(Abs(Sub(A, Y))), Add(Number(2), Mul(Number(2), Expm1(Abs(Sub(A, Y))))))))),
		Grad: Tanh(Sub(A, Y)),
		Mean: true,
		Doc:  "mean over the outputs of log(cosh(a - y))",
	}),
	term(Cost{
		Name: "squared-error",
		Term: Square(Sub(A, Y)),
		Doc:  "sum over the outputs of (a - y)^2",
	}),
	term(Cost{
		Name: "half-squared-error",
		Term: Mul(Number(0.5), Square(Sub(A, Y))),
		Doc:  "sum over the outputs of (a - y)^2/2",
	}),
	term(Cost{
		Name:  "cross-entropy",
		Term:  Neg(Mul(Y, Log(clamped(A)))),
		Kinks: []Kink{{At: tiny, Deriv: Number(0)}},
		Doc:   "sum over the outputs of -y*log(a), with a no less than 2^-126 in the logarithm",
	}),
	term(Cost{
		Name: "binary-cross-entropy",
		Term: Neg(Add(Mul(Y, Log(clamped(A))), Mul(Sub(Number(1), Y), Log(clamped(Sub(Number(1), A)))))),
		// The second is 1 - 2^-126, which is 1 in either precision.
		Kinks: []Kink{{At: tiny, Deriv: Sub(Number(1), Y)}, {At: Number(1), Deriv: Neg(Y)}},
		Doc: "sum over the outputs of -(y*log(a) + (1 - y)*log(1 - a)), with a and 1 - a no less than " +
			"2^-126 in the logarithms",
	}),
}

// huber is the row for delta: with m = min(|a - y|, delta) both branches are m*(|a - y| - m/2).
func huber(delta float64) Cost {
	d := Sub(A, Y)
	m := Min(Abs(d), Number(delta))
	return term(Cost{
		Name: "huber",
		Term: Mul(m, Sub(Abs(d), Mul(Number(0.5), m))),
		Grad: Min(Max(d, Number(-delta)), Number(delta)),
		Mean: true,
		Doc:  "mean over the outputs of d^2/2 where |d| <= delta, else delta*(|d| - delta/2), with d = a - y",
		with: func(param func(string) float64) Cost { return huber(param("delta")) },
	})
}

// term completes a row that states Term.
func term(row Cost) Cost {
	if row.Grad == nil {
		row.Grad = D(row.Term, A)
	}
	return row
}

// Costs returns the table of costs, parameters at their defaults. The slice is the caller's.
func Costs() []Cost {
	rows := slices.Clone(costs)
	for i := range rows {
		rows[i].Kinks = slices.Clone(rows[i].Kinks)
	}
	return rows
}

// CostOf returns the formulas of a cost of a spec, with its parameters filled in. The error says what is wrong with a
// name or a formula.
func CostOf(f spec.Function) (Cost, error) {
	if f.Expr != "" {
		return formulaCost(f.Expr)
	}
	for _, row := range Costs() {
		if row.Name != f.Name {
			continue
		}
		if row.with != nil {
			row = row.with(func(p string) float64 { return f.Param(spec.CostRole, p) })
		}
		return row, nil
	}
	return Cost{}, fmt.Errorf("the cost %q has no formula", f.Name)
}
