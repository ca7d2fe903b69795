package templates

import (
	"fmt"
	"math"

	"github.com/dave/jennifer/jen"

	"github.com/backpropgen/backpropgen/gen/code"
)

// expression is an expression: (1 - a1_3*a1_3).
func expression(x code.Expr) *jen.Statement {
	switch x := x.(type) {
	case *code.Var:
		return jen.Id(x.Name)
	case *code.Num:
		return number(x)
	case *code.Whole:
		if x.Text != "" {
			return jen.Id(x.Text)
		}
		return jen.Lit(int(x.Value))
	case *code.Named:
		return jen.Qual("math", x.Name)
	case *code.NegZero:
		return bitsOf(x.Kind, "frombits").Call(jen.Id(fmt.Sprintf("%#x", uint64(1)<<(x.Kind.Bits()-1))))
	case *code.Convert:
		return jen.Id(x.To.String()).Call(expression(x.X))
	case *code.Bits:
		return bitsOf(x.Of, "bits").Call(expression(x.X))
	case *code.FromBits:
		return bitsOf(x.To, "frombits").Call(expression(x.X))
	case *code.Sqrt:
		return jen.Qual("math", "Sqrt").Call(expression(x.X))
	case *code.Truth:
		return jen.Lit(x.Value)
	case *code.Library:
		return jen.Qual("math", x.Name).Call(expression(x.X))
	case *code.Unary:
		return jen.Op(x.Op.String()).Add(operand(x.X, x.Op.Strength(), false))
	case *code.Binary:
		strength := x.Op.Strength()
		return operand(x.X, strength, false).Op(x.Op.String()).Add(operand(x.Y, strength, true))
	case *code.Extreme:
		return jen.Id(x.Op.String()).Call(list(x.Xs)...)
	case *code.Group:
		return jen.Parens(expression(x.X))
	}
	return place(x)
}

// place is an expression about memory: p.W1[3][i+5], &xs[s].
func place(x code.Expr) *jen.Statement {
	switch x := x.(type) {
	case *code.Elem:
		return expression(x.X).Index(expression(x.Index))
	case *code.Select:
		return expression(x.X).Dot(x.Name)
	case *code.Call:
		if x.Recv != nil {
			return expression(x.Recv).Dot(x.Name).Call(list(x.Args)...)
		}
		return jen.Id(x.Name).Call(list(x.Args)...)
	case *code.Addr:
		return jen.Op("&").Add(expression(x.X))
	case *code.Deref:
		return jen.Op("*").Add(expression(x.X))
	case *code.Len:
		return jen.Len(expression(x.X))
	case *code.Part:
		return expression(x.X).Index(optional(x.Low), optional(x.High))
	case *code.View:
		return jen.Parens(jen.Op("*").Add(typ(x.To))).Call(jen.Qual("unsafe", "Pointer").Call(expression(x.X)))
	case *code.Zero:
		return typ(x.Type).Values()
	case *code.New:
		return jen.New(typ(x.Type))
	case *code.List:
		return jen.Index(jen.Lit(len(x.Xs))).Id(x.Elem.String()).Values(list(x.Xs)...)
	}
	panic(unexpected(x))
}

// unexpected is what a program must not have: the sets of statements and expressions are closed.
func unexpected(x any) string { return fmt.Sprintf("templates: no Go for %T", x) }

// operand is an operand, in parentheses where it needs them.
func operand(x code.Expr, strength int, right bool) *jen.Statement {
	if code.Parenthesised(x, strength, right) {
		return jen.Parens(expression(x))
	}
	return expression(x)
}

func optional(x code.Expr) jen.Code {
	if x == nil {
		return jen.Empty()
	}
	return expression(x)
}

// bitsOf is math.Float32bits and its like.
func bitsOf(k code.Kind, what string) *jen.Statement {
	return jen.Qual("math", fmt.Sprintf("Float%d%s", k.Bits(), what))
}

// number is a floating-point constant: 0.25. The sign of zero survives.
func number(x *code.Num) *jen.Statement {
	v := x.Value
	switch {
	case x.Text != "":
		return jen.Id(x.Text)
	// What Go has no constants for are float64s, not untyped constants; -0.0 is +0 in Go.
	case math.IsNaN(v):
		return jen.Qual("math", "NaN").Call()
	case math.IsInf(v, 1):
		return jen.Qual("math", "Inf").Call(jen.Lit(1))
	case math.IsInf(v, -1):
		return jen.Qual("math", "Inf").Call(jen.Lit(-1))
	case v == 0 && math.Signbit(v):
		return jen.Qual("math", "Copysign").Call(jen.Lit(0), jen.Lit(-1))
	}
	if v == math.Trunc(v) && math.Abs(v) < 1e15 {
		return jen.Lit(int(v))
	}
	return jen.Lit(v)
}
