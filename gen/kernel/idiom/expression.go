package idiom

import (
	"fmt"
	"math"
	"slices"

	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/vec"
	"github.com/backpropgen/backpropgen/gen/vec/functions"
)

// unaries are the functions of expressions that have vector code.
var unaries = map[expr.Op]func(c *functions.Code, x *vec.Value) *vec.Value{
	expr.OpNeg:     (*functions.Code).Negate,
	expr.OpAbs:     (*functions.Code).Magnitude,
	expr.OpSqrt:    (*functions.Code).Sqrt,
	expr.OpExp:     (*functions.Code).Exp,
	expr.OpExpm1:   (*functions.Code).Expm1,
	expr.OpLog:     (*functions.Code).Log,
	expr.OpLog1p:   (*functions.Code).Log1p,
	expr.OpSigmoid: (*functions.Code).Sigmoid,
	expr.OpTanh:    (*functions.Code).Tanh,
	expr.OpAtan:    (*functions.Code).Atan,
	expr.OpErf:     (*functions.Code).Erf,
	expr.OpSin:     (*functions.Code).Sin,
	expr.OpCos:     (*functions.Code).Cos,
}

// binaries are the operations on two operands that have vector code.
var binaries = map[expr.Op]func(b *Code, x, y *vec.Value) *vec.Value{
	expr.OpAdd: (*Code).Sum,
	expr.OpSub: (*Code).Less,
	expr.OpMul: (*Code).Product,
	expr.OpDiv: (*Code).Quotient,
	expr.OpMax: (*Code).maximum,
	expr.OpMin: (*Code).minimum,
	expr.OpPow: func(b *Code, x, y *vec.Value) *vec.Value { return b.Functions().Pow(x, y) },
}

// Missing names an operation of an expression that has no vector code, "" if there is none.
func Missing(e expr.Expr) string {
	switch n := e.(type) {
	case expr.Unary:
		if unaries[n.Op] == nil {
			return n.Op.String()
		}
		return Missing(n.X)
	case expr.Binary:
		if binaries[n.Op] == nil {
			return n.Op.String()
		}
		return Missing(n.X) + Missing(n.Y)
	case expr.Select:
		return Missing(n.C) + Missing(n.X) + Missing(n.Y)
	}
	return ""
}

// Program computes the results of some expressions in every lane, what they share once.
func (b *Code) Program(p expr.Program, look func(expr.Var) *vec.Value) []*vec.Value {
	lets := map[expr.Var]*vec.Value{}
	find := func(v expr.Var) *vec.Value {
		if x := lets[v]; x != nil {
			return x
		}
		return look(v)
	}
	for _, l := range p.Lets {
		lets[l.Name] = b.Expression(l.Value, find)
	}
	var out []*vec.Value
	for _, e := range p.Results {
		out = append(out, b.Expression(e, find))
	}
	return out
}

// exact are the functions of expressions that are not rounded, or but once.
var exact = []expr.Op{expr.OpNeg, expr.OpAbs, expr.OpSqrt}

// strictly computes what expressions have otherwise under rounding: strict: constants as the portable code is printed
// with, and elementary functions as it has them. It returns nil for other expressions.
func (b *Code) strictly(e expr.Expr, look func(expr.Var) *vec.Value) *vec.Value {
	if expr.Constant(e) {
		v, err := expr.Eval[float64](e, nil)
		if single, err32 := expr.Eval[float32](e, nil); b.size() == 4 {
			v, err = float64(single), err32
		}
		if err != nil {
			b.Fail(err.Error())
		}
		return b.Number(v)
	}
	switch n := e.(type) {
	case expr.Unary:
		if !slices.Contains(exact, n.Op) {
			return b.Lanewise(n.Op, b.Expression(n.X, look))
		}
	case expr.Binary:
		if n.Op == expr.OpPow {
			x := b.Expression(n.X, look)
			return b.Lanewise(n.Op, x, b.Expression(n.Y, look))
		}
	}
	return nil
}

// Expression computes an expression in every lane. Products that are added are rounded once with their sum, unless
// rounding is strict.
func (b *Code) Expression(e expr.Expr, look func(expr.Var) *vec.Value) *vec.Value {
	if b.Strict {
		if v := b.strictly(e, look); v != nil {
			return v
		}
	}
	value := func(e expr.Expr) *vec.Value { return b.Expression(e, look) }
	switch n := e.(type) {
	case expr.Num:
		return b.Number(n.Value())
	case expr.Var:
		return look(n)
	case expr.Unary:
		if n.Op == expr.OpExp && b.atMostZero(n.X) {
			return b.Functions().ExpOfNegative(value(n.X))
		}
		if v, ok := n.X.(expr.Var); ok && n.Op == expr.OpLog && v == b.Positive {
			return b.Functions().LogOfPositive(look(v))
		}
		return unaries[n.Op](b.Functions(), value(n.X))
	case expr.Select:
		c := b.Compare(vec.Greater, value(n.C), b.Zeros())
		x := value(n.X)
		return b.Select(c, x, value(n.Y))
	case expr.Binary:
		if n.Op == expr.OpAdd || n.Op == expr.OpSub {
			x, xok := Factors(n.X)
			y, yok := Factors(n.Y)
			switch {
			case n.Op == expr.OpAdd && xok:
				u, v := value(x.X), value(x.Y)
				return b.Madd(u, v, value(n.Y))
			case n.Op == expr.OpAdd && yok:
				u, v := value(y.X), value(y.Y)
				return b.Madd(u, v, value(n.X))
			case yok:
				u, v := value(y.X), value(y.Y)
				return b.Nmadd(u, v, value(n.X))
			case xok:
				u, v := value(x.X), value(x.Y)
				return b.Msub(u, v, value(n.Y))
			}
		}
		x := value(n.X)
		if isLogisticSlope(n) && !b.Strict {
			return b.Nmadd(x, x, x) // rounded once
		}
		y := value(n.Y)
		if s := b.reciprocalOf(y); n.Op == expr.OpMul && s != nil && b.Dividing && !b.Strict {
			return b.Quotient(x, s)
		}
		return binaries[n.Op](b, x, y)
	}
	b.Fail(fmt.Sprintf("unexpected expression %T", e))
	return b.Zeros()
}

// isLogisticSlope says whether an expression is a·(1 - a) of a post-activation.
func isLogisticSlope(e expr.Binary) bool {
	y, ok := e.Y.(expr.Binary)
	if !ok || e.Op != expr.OpMul || y.Op != expr.OpSub {
		return false
	}
	one, ok := y.X.(expr.Num)
	return ok && one.Value() == 1 && e.X == expr.Expr(expr.A) && y.Y == expr.Expr(expr.A)
}

// atMostZero says whether an expression is a number less the maximum of such numbers.
func (b *Code) atMostZero(e expr.Expr) bool {
	n, ok := e.(expr.Binary)
	if !ok || n.Op != expr.OpSub {
		return false
	}
	x, xok := n.X.(expr.Var)
	top, ok := n.Y.(expr.Var)
	return ok && xok && b.Maxima[top] == x
}

// reciprocalOf is the value that another is one divided by, nil if it is something else.
func (b *Code) reciprocalOf(v *vec.Value) *vec.Value {
	s := b.Defined(v)
	if s == nil || s.Op != vec.Div || s.Out.Type.Elem != b.Elem() {
		return nil
	}
	if c, ok := b.constant(s.Args[0]); !ok || c != 1 {
		return nil
	}
	return s.Args[1]
}

// Factors says whether an expression is a product.
func Factors(e expr.Expr) (expr.Binary, bool) {
	n, ok := e.(expr.Binary)
	return n, ok && n.Op == expr.OpMul
}

// maximum is Go's max: NaN if either is NaN, and +0 above -0.
func (b *Code) maximum(x, y *vec.Value) *vec.Value {
	if b.Has(vec.Maximum, b.Elem()) {
		return b.Op(vec.Maximum, x, y)
	}
	if c, ok := b.constant(y); ok && c == 0 && !math.Signbit(c) {
		return b.Keep(b.Compare(vec.NotLessEqual, x, y), x)
	} else if ok && c != 0 && c == c {
		return b.Larger(y, x)
	}
	return b.extreme((*Code).Larger, (*Code).And, x, y)
}

// minimum is Go's min: NaN if either is NaN, and -0 below +0.
func (b *Code) minimum(x, y *vec.Value) *vec.Value {
	if b.Has(vec.Minimum, b.Elem()) {
		return b.Op(vec.Minimum, x, y)
	}
	if c, ok := b.constant(y); ok && c != 0 && c == c {
		return b.Smaller(y, x)
	}
	return b.extreme((*Code).Smaller, (*Code).Or, x, y)
}

// extreme mends what vec.Max and vec.Min make of NaN and of zeros: they return their second operand then. Equal numbers
// have equal bits but for zeros, whose signs bits joins.
func (b *Code) extreme(op, bits func(b *Code, x, y *vec.Value) *vec.Value, x, y *vec.Value) *vec.Value {
	r := b.Select(b.Compare(vec.Equal, x, y), bits(b, x, y), op(b, x, y))
	return b.Select(b.Compare(vec.Unordered, x, x), x, r)
}

// Largest is the larger of x and y, and NaN if either is; which of two zeros is left open, but under rounding: strict,
// where it is as in Go.
func (b *Code) Largest(x, y *vec.Value) *vec.Value {
	if b.Strict || b.Has(vec.Maximum, b.Elem()) {
		return b.maximum(x, y)
	}
	return b.Select(b.Compare(vec.Unordered, x, x), x, b.Larger(x, y))
}
