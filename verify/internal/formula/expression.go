package formula

import (
	"fmt"
	"math"
	"slices"

	"github.com/backpropgen/backpropgen/spec/formula"
)

// operation is what an expression does with its operands.
type operation uint8

const (
	opNumber   operation = iota
	opVariable           // what the formula is differentiated by: z, or a
	opTarget             // y
	opNegation
	opSum
	opProduct
	opQuotient
	opWhole // a power by repeated multiplication
	opPower // any other power
	opFunction
	opAbs
	opMax
	opMin
	opSign   // of derivatives: -1, 0 or 1
	opChoice // of derivatives: first where x > y, else second
)

// expression is a formula checked and brought into a form that says what its meaning depends on.
type expression struct {
	op operation
	// x and y are the operands, y where there are two.
	x, y *expression
	// number is that of opNumber, exponent that of opWhole, from -16 to 16.
	number   float64
	exponent int
	// function is that of opFunction.
	function *function
	// fixed: there is no variable in it. varies: it depends on the one that the formula is differentiated by.
	fixed, varies bool
	// first and second are what opChoice chooses from.
	first, second *expression
	// other is the same derivative, as a kernel may write it otherwise.
	other *expression
	// stable is the same function without overflow, where a kernel may recognise it: 1/(1 + exp(-x)) and
	// log(1 + exp(x)).
	stable *expression
}

// wholeExponent is the largest |c| for which x^c means repeated multiplication.
const wholeExponent = 16

// newExpression reads the tree of a formula. by is the variable to differentiate by; target, if not empty, is
// another one.
func newExpression(n formula.Node, by, target string) (*expression, error) {
	switch n := n.(type) {
	case *formula.Number:
		return &expression{op: opNumber, number: n.Value, fixed: true}, nil
	case *formula.Variable:
		switch {
		case n.Name == by:
			return &expression{op: opVariable, varies: true}, nil
		case n.Name == target && target != "":
			return &expression{op: opTarget}, nil
		}
		return nil, fmt.Errorf("no reference for the variable %q of a formula", n.Name)
	case *formula.Negation:
		x, err := newExpression(n.X, by, target)
		if err != nil {
			return nil, err
		}
		return negation(x), nil
	case *formula.Binary:
		operands, err := newExpressions([]formula.Node{n.X, n.Y}, by, target)
		if err != nil {
			return nil, err
		}
		return newBinary(n.Op, operands[0], operands[1])
	case *formula.Call:
		operands, err := newExpressions(n.Args, by, target)
		if err != nil {
			return nil, err
		}
		return newCall(n.Name, operands)
	}
	return nil, fmt.Errorf("no reference for a formula with a %T", n)
}

func newExpressions(nodes []formula.Node, by, target string) ([]*expression, error) {
	list := make([]*expression, len(nodes))
	for i, n := range nodes {
		x, err := newExpression(n, by, target)
		if err != nil {
			return nil, err
		}
		list[i] = x
	}
	return list, nil
}

func newBinary(op byte, x, y *expression) (*expression, error) {
	switch op {
	case '+':
		return binaryExpression(opSum, x, y), nil
	case '-':
		return binaryExpression(opSum, x, negation(y)), nil
	case '*':
		if x.equal(y) {
			return wholePower(x, 2), nil // so that its range has no negative numbers
		}
		return binaryExpression(opProduct, x, y), nil
	case '/':
		return quotient(x, y), nil
	case '^':
		if c := y.constant(); c == math.Trunc(c) && math.Abs(c) <= wholeExponent {
			return wholePower(x, int(c)), nil
		}
		if x.op == opNumber && x.number == 1 { // and needs no y
			return &expression{op: opNumber, number: 1, fixed: true}, nil
		}
		return binaryExpression(opPower, x, y), nil
	}
	return nil, fmt.Errorf("no reference for the operator %q of a formula", op)
}

func newCall(name string, args []*expression) (*expression, error) {
	if f := functionOf(name); f != nil && len(args) == 1 && name != "softplus" {
		return functionCall(f, args[0]), nil
	}
	switch {
	case name == "abs" && len(args) == 1:
		return unaryExpression(opAbs, args[0]), nil
	case (name == "max" || name == "min") && len(args) == 2:
		// At a tie a constant is the result, wherever it stands; else it is the second one.
		if args[0].fixed {
			slices.Reverse(args)
		}
		if name == "min" {
			return binaryExpression(opMin, args[0], args[1]), nil
		}
		return binaryExpression(opMax, args[0], args[1]), nil
	}
	return nil, fmt.Errorf("no reference for the function %q of a formula with %d arguments", name, len(args))
}

func unaryExpression(op operation, x *expression) *expression {
	return &expression{op: op, x: x, fixed: x.fixed, varies: x.varies}
}

func binaryExpression(op operation, x, y *expression) *expression {
	return &expression{op: op, x: x, y: y, fixed: x.fixed && y.fixed, varies: x.varies || y.varies}
}

func negation(x *expression) *expression {
	if x.op == opNegation {
		return x.x
	}
	return unaryExpression(opNegation, x)
}

// functionCall also recognises softplus.
func functionCall(f *function, x *expression) *expression {
	e := unaryExpression(opFunction, x)
	e.function = f
	if f.name == "log" {
		if t := onePlusExp(x); t != nil {
			e.stable = functionCall(functionOf("softplus"), t)
		}
	}
	if f.name == "log1p" && x.op == opFunction && x.function.name == "exp" {
		e.stable = functionCall(functionOf("softplus"), x.x)
	}
	return e
}

// wholePower is x^n. That x^0 is 1 needs no x; 1/(1 + exp(t)) has another way to write it.
func wholePower(x *expression, n int) *expression {
	if n == 0 {
		return &expression{op: opNumber, number: 1, fixed: true}
	}
	e := unaryExpression(opWhole, x)
	e.exponent = n
	if t := onePlusExp(x); t != nil && n == -1 {
		e.stable = functionCall(functionOf("sigmoid"), negation(t))
	}
	return e
}

// quotient also recognises the sigmoid, which may be multiplied by anything.
func quotient(x, y *expression) *expression {
	e := binaryExpression(opQuotient, x, y)
	t := onePlusExp(y)
	switch {
	case t == nil:
	case x.op == opFunction && x.function.name == "exp" && x.x.equal(t):
		e.stable = functionCall(functionOf("sigmoid"), t)
	case x.op == opNumber && x.number == 1:
		e.stable = functionCall(functionOf("sigmoid"), negation(t))
	default:
		e.stable = binaryExpression(opProduct, x, functionCall(functionOf("sigmoid"), negation(t)))
	}
	return e
}

// onePlusExp returns t where x is 1 + exp(t) or exp(t) + 1, else nil.
func onePlusExp(x *expression) *expression {
	if x.op != opSum {
		return nil
	}
	for _, pair := range [2][2]*expression{{x.x, x.y}, {x.y, x.x}} {
		one, e := pair[0], pair[1]
		if one.op == opNumber && one.number == 1 && e.op == opFunction && e.function.name == "exp" {
			return e.x
		}
	}
	return nil
}

// constant is the value of a formula without variables, NaN for others.
func (e *expression) constant() float64 {
	if !e.fixed {
		return math.NaN()
	}
	v, _ := e.evaluate(math.NaN(), math.NaN())
	return v
}

// equal says whether two formulas are the same as written.
func (e *expression) equal(f *expression) bool {
	if e == nil || f == nil {
		return e == f
	}
	return e.op == f.op && e.number == f.number && e.exponent == f.exponent && e.function == f.function &&
		e.x.equal(f.x) && e.y.equal(f.y)
}
