package portable

import (
	"fmt"
	"math"

	"github.com/backpropgen/backpropgen/gen/code"
	"github.com/backpropgen/backpropgen/gen/elementary"
	"github.com/backpropgen/backpropgen/gen/expr"
)

// writer turns scalar expressions into code, their variables replaced by values: (1 - a1_3*a1_3).
type writer struct {
	kind    code.Kind // of all numbers
	prefix  string    // of the names of elementary functions
	value   func(expr.Var) (code.Expr, error)
	unfused bool // every product is converted to its own type, so that no compiler fuses it with a sum
	// math says that elementary functions are those of the language, in float64, which give other bits on other
	// machines.
	math bool
}

// operators are those that code has as well.
var operators = map[expr.Op]code.Op{
	expr.OpAdd: code.Add, expr.OpSub: code.Sub, expr.OpMul: code.Mul, expr.OpDiv: code.Div, expr.OpMax: code.Max,
	expr.OpMin: code.Min,
}

func (w writer) write(e expr.Expr) (code.Expr, error) {
	if expr.Constant(e) {
		return w.constant(e)
	}
	switch n := e.(type) {
	case expr.Var:
		return w.value(n)
	case expr.Unary:
		if n.Op != expr.OpNeg {
			return w.call(n.Op, n.X)
		}
		x, err := w.write(n.X)
		return &code.Unary{Op: code.Neg, X: x}, err
	case expr.Binary:
		return w.binary(n)
	case expr.Select:
		return w.call(expr.OpWhere, n.C, n.X, n.Y)
	}
	return nil, fmt.Errorf("unexpected expression %T", e)
}

// binary is an operation on two operands.
func (w writer) binary(n expr.Binary) (code.Expr, error) {
	if n.Op == expr.OpPow {
		return w.call(n.Op, n.X, n.Y)
	}
	op, ok := operators[n.Op]
	if !ok {
		return nil, fmt.Errorf("no operator for operation %v", n.Op)
	}
	x, err := w.write(n.X)
	if err != nil {
		return nil, err
	}
	y, err := w.write(n.Y)
	switch {
	case err != nil:
		return nil, err
	case op == code.Max || op == code.Min:
		return &code.Extreme{Op: op, Xs: []code.Expr{x, y}}, nil
	case op == code.Mul && w.unfused:
		return code.To(w.kind, code.Product(x, y)), nil
	}
	return &code.Binary{Op: op, X: x, Y: y}, nil
}

// call is a call of the function of an operation.
func (w writer) call(op expr.Op, args ...expr.Expr) (code.Expr, error) {
	var xs []code.Expr
	for _, arg := range args {
		x, err := w.write(arg)
		if err != nil {
			return nil, err
		}
		xs = append(xs, x)
	}
	if w.math {
		return library(op, xs[0])
	}
	name := elementary.Name(w.prefix, op)
	if name == "" {
		return nil, fmt.Errorf("no emitted function for operation %v", op)
	}
	return code.CallOf(name, xs...), nil
}

// library is the function of the language's own library for an operation.
func library(op expr.Op, x code.Expr) (code.Expr, error) {
	switch op {
	case expr.OpExpm1:
		return &code.Library{Name: "Expm1", X: x}, nil
	case expr.OpLog:
		return &code.Library{Name: "Log", X: x}, nil
	case expr.OpSqrt:
		return &code.Sqrt{X: x}, nil
	}
	return nil, fmt.Errorf("operation %v has no function in scalars of optimizers", op)
}

// constant is the number that a constant expression comes to in the emitted type. Go would evaluate it exactly, and 1/3
// as integers.
func (w writer) constant(e expr.Expr) (code.Expr, error) {
	exact, err := expr.Eval[float64](e, nil)
	if err != nil {
		return nil, err
	}
	rounded := exact
	if w.kind == code.Float32 {
		single, err := expr.Eval[float32](e, nil)
		if err != nil {
			return nil, err
		}
		if rounded = float64(single); !isNumber(e) {
			exact = rounded
		}
	}
	switch {
	case math.IsInf(rounded, 0) || math.IsNaN(rounded):
		return code.To(w.kind, code.N(rounded)), nil
	case exact == 0 && math.Signbit(exact):
		return code.To(w.kind, code.N(exact)), nil
	}
	return code.N(exact), nil
}

// isNumber says whether an expression is one number, which is kept as it was written.
func isNumber(e expr.Expr) bool {
	_, ok := e.(expr.Num)
	return ok
}
