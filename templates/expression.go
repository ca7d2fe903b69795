package templates

import (
	"fmt"
	"math"

	"github.com/dave/jennifer/jen"

	"github.com/backpropgen/backpropgen/gen/expr"
)

// Expression is a scalar expression of type typ, float32 or float64, with its variables replaced by values:
// (1 - a1_3*a1_3). Functions are called under names that begin with prefix.
func Expression(e expr.Expr, prefix, typ string, value func(expr.Var) (Value, error)) (Value, error) {
	return writer{typ: typ, value: value, function: emitted(prefix)}.expression(e)
}

// Unfused is Expression with every product converted to its own type, so that no compiler fuses it with a sum:
// (1 - float32(a1_3*a1_3)).
func Unfused(e expr.Expr, prefix, typ string, value func(expr.Var) (Value, error)) (Value, error) {
	return writer{typ: typ, value: value, function: emitted(prefix), unfused: true}.expression(e)
}

// emitted is the emitted function for an operation.
func emitted(prefix string) func(op expr.Op) (*jen.Statement, error) {
	return func(op expr.Op) (*jen.Statement, error) {
		name := FunctionName(prefix, op)
		if name == "" {
			return nil, fmt.Errorf("no emitted function for operation %v", op)
		}
		return jen.Id(name), nil
	}
}

type writer struct {
	typ      string
	value    func(expr.Var) (Value, error)
	function func(expr.Op) (*jen.Statement, error) // what an operation is called as
	unfused  bool                                  // whether products are converted
}

func (w writer) expression(e expr.Expr) (Value, error) {
	c, err := w.write(e, 0)
	return Value{c}, err
}

// Binding strengths of Go's operators, for parentheses.
const (
	sum = iota + 1
	product
	unary
)

func (w writer) write(e expr.Expr, context int) (*jen.Statement, error) {
	if expr.Constant(e) {
		return w.constant(e, context)
	}
	switch n := e.(type) {
	case expr.Var:
		v, err := w.value(n)
		if err != nil {
			return nil, err
		}
		return v.code, nil
	case expr.Unary:
		if n.Op == expr.OpNeg {
			x, err := w.write(n.X, unary)
			if err != nil {
				return nil, err
			}
			c := jen.Op("-").Add(x)
			if context > sum {
				c = jen.Parens(c)
			}
			return c, nil
		}
		return w.call(n.Op, n.X)
	case expr.Binary:
		return w.binary(n, context)
	case expr.Select:
		return w.call(expr.OpWhere, n.C, n.X, n.Y)
	}
	return nil, fmt.Errorf("unexpected expression %T", e)
}

// call is a call of the function of an operation.
func (w writer) call(op expr.Op, args ...expr.Expr) (*jen.Statement, error) {
	name, err := w.function(op)
	if err != nil {
		return nil, err
	}
	var codes []jen.Code
	for _, arg := range args {
		c, err := w.write(arg, 0)
		if err != nil {
			return nil, err
		}
		codes = append(codes, c)
	}
	return name.Call(codes...), nil
}

// constant is the number that a constant expression comes to in the emitted type. Go would evaluate it exactly, and 1/3
// as integers.
func (w writer) constant(e expr.Expr, context int) (*jen.Statement, error) {
	exact, err := expr.Eval[float64](e, nil)
	if err != nil {
		return nil, err
	}
	rounded := exact
	if w.typ == "float32" {
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
		return Convert(w.typ, Number(rounded)).code, nil
	case exact == 0 && math.Signbit(exact):
		return Convert(w.typ, Number(exact)).code, nil
	case exact < 0 && context > sum:
		return jen.Parens(Number(exact).code), nil
	}
	return Number(exact).code, nil
}

// isNumber says whether an expression is one number, which is printed as it was written.
func isNumber(e expr.Expr) bool {
	_, ok := e.(expr.Num)
	return ok
}

func (w writer) binary(n expr.Binary, context int) (*jen.Statement, error) {
	own, right := sum, sum
	switch n.Op {
	case expr.OpPow:
		return w.call(n.Op, n.X, n.Y)
	case expr.OpMax, expr.OpMin:
		own, right = 0, 0
	case expr.OpMul, expr.OpDiv:
		own, right = product, unary
	case expr.OpSub, expr.OpAdd:
		right = product // x + (y + z) keeps its parentheses: the order of sums is the plan's
	default:
		return nil, fmt.Errorf("no emitted operator for operation %v", n.Op)
	}
	x, err := w.write(n.X, own)
	if err != nil {
		return nil, err
	}
	y, err := w.write(n.Y, right)
	if err != nil {
		return nil, err
	}
	switch n.Op {
	case expr.OpMax:
		return jen.Max(x, y), nil
	case expr.OpMin:
		return jen.Min(x, y), nil
	}
	c := jen.Add(x).Op(n.Op.String()).Add(y)
	if n.Op == expr.OpMul && w.unfused {
		return jen.Id(w.typ).Call(c), nil
	}
	if own < context {
		c = jen.Parens(c)
	}
	return c, nil
}
