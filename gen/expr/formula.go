package expr

import (
	"fmt"
	"math"

	"github.com/backpropgen/backpropgen/spec/formula"
)

// maxFormula bounds the operations of a formula and its derivative together: every unit of a layer performs all
// of them, in code of its own where the layer is unrolled.
const maxFormula = 2000

// formulaActivation is the row of an activation given as a formula in z.
func formulaActivation(text string) (Activation, error) {
	value, err := parseFormula(text, Z)
	if err != nil {
		return Activation{}, err
	}
	row := pointwise(Activation{
		Name:  text,
		Value: value,
		Doc:   "a = " + text + "; its derivative is 0 where abs(x) has none, and that of y where x = y in max(x, y) and min(x, y), a constant being y",
	})
	return row, checkSize(row.Value, row.Deriv)
}

// formulaCost is the row of a cost whose terms are a formula in a and y.
func formulaCost(text string) (Cost, error) {
	value, err := parseFormula(text, A, Y)
	if err != nil {
		return Cost{}, err
	}
	row := term(Cost{Name: text, Term: value, Doc: "sum over the outputs of " + text})
	return row, checkSize(row.Term, row.Grad)
}

// checkSize refuses formulas whose code would be out of proportion.
func checkSize(value, deriv Expr) error {
	if n := Share("u", value, deriv).Count().Total(); n > maxFormula {
		return &formula.Error{Message: fmt.Sprintf("the formula and its derivative take %d operations; at most %d are allowed", n, maxFormula)}
	}
	return nil
}

// parseFormula reads a formula in the given variables as an expression. The error is a *formula.Error.
func parseFormula(text string, variables ...Var) (Expr, error) {
	var names []string
	for _, v := range variables {
		names = append(names, string(v))
	}
	node, err := formula.Parse(text, names...)
	if err != nil {
		return nil, err
	}
	return fromFormula(node)
}

// fromFormula builds the expression of a formula. Parts without variables become one constant, rounded to a float64: a
// constant is what their author meant. 1/(1 + exp(-x)) becomes sigmoid(x), which overflows nowhere.
func fromFormula(node formula.Node) (Expr, error) {
	e, err := convert(node)
	if err != nil {
		return nil, err
	}
	if _, number := e.(Num); number || len(Vars(e)) > 0 {
		return e, nil
	}
	v, err := Eval[float64](e, nil)
	if err != nil {
		return nil, err
	}
	return Number(v), nil
}

func convert(node formula.Node) (Expr, error) {
	switch n := node.(type) {
	case *formula.Number:
		return Number(n.Value), nil
	case *formula.Variable:
		return Var(n.Name), nil
	case *formula.Negation:
		x, err := fromFormula(n.X)
		if err != nil {
			return nil, err
		}
		return Neg(x), nil
	case *formula.Binary:
		x, err := fromFormula(n.X)
		if err != nil {
			return nil, err
		}
		y, err := fromFormula(n.Y)
		if err != nil {
			return nil, err
		}
		return convertBinary(n, x, y)
	case *formula.Call:
		return convertCall(n)
	}
	return nil, fmt.Errorf("unexpected part of a formula %T", node)
}

func convertBinary(n *formula.Binary, x, y Expr) (Expr, error) {
	switch n.Op {
	case '+':
		return Add(x, y), nil
	case '-':
		return Sub(x, y), nil
	case '*':
		return Mul(x, y), nil
	case '/':
		return quotient(x, y), nil
	case '^':
		return power(x, y), nil
	}
	return nil, &formula.Error{At: n.At, Message: fmt.Sprintf("unknown operator %c", n.Op)}
}

// quotient is x/y, with x/(1 + exp(u)) as x times the sigmoid of -u.
func quotient(x, y Expr) Expr {
	if sum, ok := y.(Binary); ok && sum.Op == OpAdd {
		for _, operands := range [][2]Expr{{sum.X, sum.Y}, {sum.Y, sum.X}} {
			if e, ok := operands[1].(Unary); ok && e.Op == OpExp && isNumber(operands[0], 1) {
				return Mul(x, Sigmoid(Neg(e.X)))
			}
		}
	}
	return Div(x, y)
}

// power is x^y: a whole constant exponent of at most formula.MaxPower becomes products, 1/2 a square root.
func power(x, y Expr) Expr {
	c, ok := y.(Num)
	if !ok {
		return Pow(x, y)
	}
	v := c.Value()
	switch {
	case v == 0.5:
		return Sqrt(x)
	case v != math.Trunc(v) || math.Abs(v) > formula.MaxPower:
		return Pow(x, y)
	case v < 0:
		return Div(Number(1), product(x, int(-v)))
	}
	return product(x, int(v))
}

// product is x to the n by repeated squaring.
func product(x Expr, n int) Expr {
	switch {
	case n == 0:
		return Number(1)
	case n == 1:
		return x
	case n%2 == 0:
		return Square(product(x, n/2))
	}
	return Mul(product(x, n-1), x)
}

// calls are the functions of formulas on one argument.
var calls = map[string]func(Expr) Expr{
	"exp": Exp, "expm1": Expm1, "log": Log, "log1p": Log1p, "sqrt": Sqrt, "tanh": Tanh, "sigmoid": Sigmoid,
	"erf": Erf, "sin": Sin, "cos": Cos, "atan": Atan, "abs": Abs,
}

func convertCall(n *formula.Call) (Expr, error) {
	var args []Expr
	for _, a := range n.Args {
		x, err := fromFormula(a)
		if err != nil {
			return nil, err
		}
		args = append(args, x)
	}
	switch f := calls[n.Name]; {
	case f != nil && len(args) == 1:
		return f(args[0]), nil
	case n.Name == "max" && len(args) == 2:
		return Max(args[0], args[1]), nil
	case n.Name == "min" && len(args) == 2:
		return Min(args[0], args[1]), nil
	}
	return nil, &formula.Error{At: n.At, Message: fmt.Sprintf("unknown function %s of %d arguments", n.Name, len(args))}
}
