package amd64

import (
	"fmt"
	"math"
	"slices"

	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// elementary are the functions of expressions that have vector code.
var elementary = map[expr.Op]func(b *block, x *vec.Value) *vec.Value{
	expr.OpNeg:     (*block).negate,
	expr.OpAbs:     (*block).magnitude,
	expr.OpSqrt:    (*block).root,
	expr.OpExp:     (*block).exp,
	expr.OpExpm1:   (*block).expm1,
	expr.OpLog:     (*block).log,
	expr.OpLog1p:   (*block).log1p,
	expr.OpSigmoid: (*block).sigmoid,
	expr.OpTanh:    (*block).tanh,
	expr.OpAtan:    (*block).atan,
	expr.OpErf:     (*block).erf,
	expr.OpSin:     (*block).sin,
	expr.OpCos:     (*block).cos,
}

// binaries are the operations on two operands that have vector code.
var binaries = map[expr.Op]func(b *block, x, y *vec.Value) *vec.Value{
	expr.OpAdd: (*block).sum,
	expr.OpSub: (*block).less,
	expr.OpMul: (*block).product,
	expr.OpDiv: (*block).quotient,
	expr.OpMax: (*block).maximum,
	expr.OpMin: (*block).minimum,
	expr.OpPow: (*block).pow,
}

// missing names an operation of an expression that has no vector code, "" if there is none.
func missing(e expr.Expr) string {
	switch n := e.(type) {
	case expr.Unary:
		if elementary[n.Op] == nil {
			return n.Op.String()
		}
		return missing(n.X)
	case expr.Binary:
		if binaries[n.Op] == nil {
			return n.Op.String()
		}
		return missing(n.X) + missing(n.Y)
	case expr.Select:
		return missing(n.C) + missing(n.X) + missing(n.Y)
	}
	return ""
}

// program computes the results of some expressions in every lane, what they share once.
func (b *block) program(p expr.Program, look func(expr.Var) *vec.Value) []*vec.Value {
	lets := map[expr.Var]*vec.Value{}
	find := func(v expr.Var) *vec.Value {
		if x := lets[v]; x != nil {
			return x
		}
		return look(v)
	}
	for _, l := range p.Lets {
		lets[l.Name] = b.expression(l.Value, find)
	}
	var out []*vec.Value
	for _, e := range p.Results {
		out = append(out, b.expression(e, find))
	}
	return out
}

// exact are the functions of expressions that are not rounded, or but once.
var exact = []expr.Op{expr.OpNeg, expr.OpAbs, expr.OpSqrt}

// strictly computes what expressions have otherwise under rounding: strict: constants as the portable code is printed
// with, and elementary functions as it has them. It returns nil for other expressions.
func (b *block) strictly(e expr.Expr, look func(expr.Var) *vec.Value) *vec.Value {
	if expr.Constant(e) {
		v, err := expr.Eval[float64](e, nil)
		if single, err32 := expr.Eval[float32](e, nil); b.m.size == 4 {
			v, err = float64(single), err32
		}
		if err != nil {
			b.f.fail(err.Error())
		}
		return b.number(v)
	}
	switch n := e.(type) {
	case expr.Unary:
		if !slices.Contains(exact, n.Op) {
			return b.lanewise(n.Op, b.expression(n.X, look))
		}
	case expr.Binary:
		if n.Op == expr.OpPow {
			x := b.expression(n.X, look)
			return b.lanewise(n.Op, x, b.expression(n.Y, look))
		}
	}
	return nil
}

// expression computes an expression in every lane. Products that are added are rounded once with their sum, unless
// rounding is strict.
func (b *block) expression(e expr.Expr, look func(expr.Var) *vec.Value) *vec.Value {
	if b.f.strict() {
		if v := b.strictly(e, look); v != nil {
			return v
		}
	}
	value := func(e expr.Expr) *vec.Value { return b.expression(e, look) }
	switch n := e.(type) {
	case expr.Num:
		return b.number(n.Value())
	case expr.Var:
		return look(n)
	case expr.Unary:
		if n.Op == expr.OpExp && b.f.atMostZero(n.X) {
			return b.expOfNegative(value(n.X))
		}
		return elementary[n.Op](b, value(n.X))
	case expr.Select:
		c := b.compare(vec.Greater, value(n.C), b.zeros())
		x := value(n.X)
		return b.choose(c, x, value(n.Y))
	case expr.Binary:
		if n.Op == expr.OpAdd || n.Op == expr.OpSub {
			x, xok := factors(n.X)
			y, yok := factors(n.Y)
			switch {
			case n.Op == expr.OpAdd && xok:
				u, v := value(x.X), value(x.Y)
				return b.madd(u, v, value(n.Y))
			case n.Op == expr.OpAdd && yok:
				u, v := value(y.X), value(y.Y)
				return b.madd(u, v, value(n.X))
			case yok:
				u, v := value(y.X), value(y.Y)
				return b.nmadd(u, v, value(n.X))
			case xok:
				u, v := value(x.X), value(x.Y)
				return b.msub(u, v, value(n.Y))
			}
		}
		x := value(n.X)
		if isLogisticSlope(n) && !b.f.strict() {
			return b.nmadd(x, x, x) // rounded once
		}
		y := value(n.Y)
		if s := b.reciprocalOf(y); n.Op == expr.OpMul && s != nil && b.f.dividing && !b.f.strict() {
			return b.quotient(x, s)
		}
		return binaries[n.Op](b, x, y)
	}
	b.f.fail(fmt.Sprintf("unexpected expression %T", e))
	return b.zeros()
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
func (f *function) atMostZero(e expr.Expr) bool {
	n, ok := e.(expr.Binary)
	if !ok || n.Op != expr.OpSub {
		return false
	}
	x, xok := n.X.(expr.Var)
	top, ok := n.Y.(expr.Var)
	return ok && xok && f.maxima[top] == x
}

// reciprocalOf is the value that another is one divided by, nil if it is something else.
func (b *block) reciprocalOf(v *vec.Value) *vec.Value {
	n := homeOf(v).def
	if n == nil {
		return nil
	}
	s, ok := n.step.(*vec.Apply)
	if !ok || s.Op != vec.Div || s.Out.Type.Elem != b.m.number() {
		return nil
	}
	if c, ok := b.constantOf(s.Args[0]); !ok || c != 1 {
		return nil
	}
	return s.Args[1]
}

// factors says whether an expression is a product.
func factors(e expr.Expr) (expr.Binary, bool) {
	n, ok := e.(expr.Binary)
	return n, ok && n.Op == expr.OpMul
}

// signBit is the bit of the sign in every lane.
func (b *block) signBit() *vec.Value {
	if b.m.size == 8 {
		return b.pattern(1 << 63)
	}
	return b.pattern(1 << 31)
}

func (b *block) negate(x *vec.Value) *vec.Value { return b.xor(x, b.signBit()) }

func (b *block) magnitude(x *vec.Value) *vec.Value {
	if b.m.size == 8 {
		return b.and(x, b.pattern(1<<63-1))
	}
	return b.and(x, b.pattern(1<<31-1))
}

// maximum is Go's max: NaN if either is NaN, and +0 above -0.
func (b *block) maximum(x, y *vec.Value) *vec.Value {
	if c, ok := b.constantOf(y); ok && c == 0 && !math.Signbit(c) {
		return b.keep(b.compare(vec.NotLessEqual, x, y), x)
	} else if ok && c != 0 && c == c {
		return b.larger(y, x)
	}
	return b.extreme((*block).larger, (*block).and, x, y)
}

// minimum is Go's min: NaN if either is NaN, and -0 below +0.
func (b *block) minimum(x, y *vec.Value) *vec.Value {
	if c, ok := b.constantOf(y); ok && c != 0 && c == c {
		return b.smaller(y, x)
	}
	return b.extreme((*block).smaller, (*block).or, x, y)
}

// extreme mends what VMAX and VMIN make of NaN and of zeros: they return their second operand then. Equal numbers have
// equal bits but for zeros, whose signs bits joins.
func (b *block) extreme(op, bits func(b *block, x, y *vec.Value) *vec.Value, x, y *vec.Value) *vec.Value {
	r := b.choose(b.compare(vec.Equal, x, y), bits(b, x, y), op(b, x, y))
	return b.choose(b.compare(vec.Unordered, x, x), x, r)
}

// largest is the larger of x and y, and NaN if either is; which of two zeros is left open, but under rounding: strict,
// where it is as in Go.
func (b *block) largest(x, y *vec.Value) *vec.Value {
	if b.f.strict() {
		return b.maximum(x, y)
	}
	return b.choose(b.compare(vec.Unordered, x, x), x, b.larger(x, y))
}

// constantOf is the number a value is in every lane, if it is a constant.
func (b *block) constantOf(v *vec.Value) (float64, bool) {
	n := homeOf(v).def
	if n == nil || n.kind != literal || n.n != 1 {
		return 0, false
	}
	return n.number, true
}
