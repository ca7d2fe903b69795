package expr

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/backpropgen/backpropgen/spec/formula"
)

// maxFormula bounds the operations of a formula and its derivative together: every unit of a layer performs all
// of them, in code of its own where the layer is unrolled.
const maxFormula = 2000

// formulaActivation is the row of an activation given as a formula in z.
func formulaActivation(text string) (Activation, error) {
	node, value, err := parseFormula(text, Z)
	if err != nil {
		return Activation{}, err
	}
	row := pointwise(Activation{
		Name:  text,
		Value: value,
		Doc:   "a = " + text + ties(text),
	})
	return row, place(checkCode(row.Value, row.Deriv), node, Z)
}

// formulaCost is the row of a cost whose terms are a formula in a and y.
func formulaCost(text string) (Cost, error) {
	node, value, err := parseFormula(text, A, Y)
	if err != nil {
		return Cost{}, err
	}
	row := term(Cost{Name: text, Term: value, Doc: "sum over the outputs of " + text + ties(text)})
	return row, place(checkCode(row.Term, row.Grad), node, A)
}

// ties states the conventions for the points where the functions that a formula calls have no derivative, those of D.
func ties(text string) string {
	said := ""
	if strings.Contains(text, "abs(") {
		said += "; the derivative of abs(x) is 0 at x = 0"
	}
	if strings.Contains(text, "max(") || strings.Contains(text, "min(") {
		said += "; where the arguments of max or min are equal, its derivative is that of the second, or of the " +
			"one that is constant"
	}
	return said
}

// checkCode refuses formulas whose code would be out of proportion, or have constants that are no numbers of the
// emitted type, as the derivative 1e60 of 1e30*(1e30*z).
func checkCode(value, deriv Expr) error {
	c := Share("u", value, deriv).Count()
	if n := c.Total(); n > maxFormula {
		return &formula.Error{
			Message: fmt.Sprintf("the formula is too complicated: it and its derivative take %d operations; "+
				"at most %d are allowed", n, maxFormula),
		}
	}
	if c := overflowing(value, deriv); c != nil {
		return &formula.Error{
			Message: fmt.Sprintf("the formula or its derivative contains %v, which float32 cannot hold; "+
				"use constants nearer to 1", c),
		}
	}
	return nil
}

// place gives a mistake in the code of a formula its place: the innermost part that has it.
func place(err error, node formula.Node, by Var) error {
	var mistake *formula.Error
	if !errors.As(err, &mistake) {
		return err
	}
	var parts []formula.Node
	switch n := node.(type) {
	case *formula.Negation:
		parts = []formula.Node{n.X}
	case *formula.Binary:
		parts = []formula.Node{n.X, n.Y}
	case *formula.Call:
		parts = n.Args
	}
	for _, part := range parts {
		e, err := fromFormula(part)
		if err != nil {
			return err
		}
		if err := place(checkCode(e, D(e, by)), part, by); err != nil {
			return err
		}
	}
	mistake.At = node.Pos()
	return mistake
}

// overflowing returns a constant part that is infinite or NaN in float32, nil if there is none.
func overflowing(exprs ...Expr) Expr {
	for _, e := range exprs {
		if fixed(e) {
			if v, err := Eval[float32](e, nil); err != nil || math.IsInf(float64(v), 0) || v != v {
				return e
			}
			continue
		}
		var c Expr
		switch n := e.(type) {
		case Unary:
			c = overflowing(n.X)
		case Binary:
			c = overflowing(n.X, n.Y)
		case Select:
			c = overflowing(n.C, n.X, n.Y)
		}
		if c != nil {
			return c
		}
	}
	return nil
}

// parseFormula reads a formula in the given variables, and as an expression. The error is a *formula.Error.
func parseFormula(text string, variables ...Var) (formula.Node, Expr, error) {
	var names []string
	for _, v := range variables {
		names = append(names, string(v))
	}
	node, err := formula.Parse(text, names...)
	if err != nil {
		return nil, nil, err
	}
	e, err := fromFormula(node)
	return node, e, err
}

// fromFormula builds the expression of a formula. Parts without variables become one constant, computed in float64:
// unlike the constructors, which keep what rounds for the evaluation, it may do so because a constant is what their
// author meant. Parse has seen to it that they are in range. Some quotients and logarithms that would overflow are
// rewritten; see quotient and logarithm.
func fromFormula(node formula.Node) (Expr, error) {
	e, err := convert(node)
	if err != nil || !fixed(e) {
		return e, err
	}
	v, err := Eval[float64](e, nil)
	return Number(v), err
}

// fixed reports whether e has no variables.
func fixed(e Expr) bool {
	switch n := e.(type) {
	case Var:
		return false
	case Unary:
		return fixed(n.X)
	case Binary:
		return fixed(n.X) && fixed(n.Y)
	case Select:
		return fixed(n.C) && fixed(n.X) && fixed(n.Y)
	}
	return true
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
		if isZero(y) {
			return nil, &formula.Error{At: n.At, Message: "this divides by zero"}
		}
		return quotient(x, y), nil
	case '^':
		return power(x, y), nil
	}
	return nil, &formula.Error{At: n.At, Message: fmt.Sprintf("unknown operator %c", n.Op)}
}

// functions are those of formulas on one argument.
var functions = map[string]func(Expr) Expr{
	"exp": Exp, "expm1": Expm1, "log": logarithm, "log1p": logarithm1p, "sqrt": Sqrt, "tanh": Tanh, "sigmoid": Sigmoid,
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
	switch f := functions[n.Name]; {
	case f != nil && len(args) == 1:
		return f(args[0]), nil
	case n.Name == "max" && len(args) == 2:
		return Max(args[0], args[1]), nil
	case n.Name == "min" && len(args) == 2:
		return Min(args[0], args[1]), nil
	}
	return nil, &formula.Error{At: n.At, Message: fmt.Sprintf("unknown function %s of %d arguments", n.Name, len(args))}
}

// maxTree bounds the operations of a derivative, repeated ones counted every time, that is differentiated again: what
// comes of it may repeat itself that many times more.
const maxTree = 5000

// CheckSecond refuses a formula whose second derivative would be out of proportion; rows of the table are in order. The
// error is a *formula.Error.
func (a Activation) CheckSecond() error { return checkSecond(a.Value, a.Deriv, a.Bend) }

// CheckSecond is that of a cost, by a.
func (c Cost) CheckSecond() error {
	return checkSecond(c.Term, c.Grad, func() Expr { return D(c.Grad, A) })
}

func checkSecond(value, deriv Expr, second func() Expr) error {
	tree := CountOps(deriv)
	if n := tree.Total(); n > maxTree {
		return tooComplicated(n)
	}
	e := second()
	shared := Share("u", value, deriv, e).Count()
	if n := shared.Total(); n > maxFormula {
		return tooComplicated(n)
	}
	if c := overflowing(e); c != nil {
		return &formula.Error{
			Message: fmt.Sprintf("hessian-vector needs the formula's second derivative, which contains %v; float32 cannot "+
				"hold that: use constants nearer to 1, or leave hessian-vector out", c),
		}
	}
	return nil
}

func tooComplicated(n int64) error {
	return &formula.Error{
		Message: fmt.Sprintf("hessian-vector needs the formula's second derivative, for which it is too complicated: it "+
			"takes %d operations; use a simpler formula, or leave hessian-vector out", n),
	}
}
