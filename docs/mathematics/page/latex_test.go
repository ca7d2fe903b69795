package main

import (
	"testing"

	"github.com/backpropgen/backpropgen/gen/expr"
)

// TestTex writes expressions as LaTeX.
func TestTex(t *testing.T) {
	z, a, y := expr.Z, expr.A, expr.Y
	two := expr.Number(2)
	for _, c := range []struct {
		e    expr.Expr
		want string
	}{
		{expr.Mul(expr.Add(z, a), y), `(z + a) \, y`},
		{expr.Add(z, expr.Mul(a, y)), `z + a \, y`},
		{expr.Sub(z, expr.Sub(a, y)), `z - (a - y)`},
		{expr.Sub(expr.Sub(z, a), y), `z - a - y`},
		{expr.Sub(z, expr.Neg(expr.Mul(a, y))), `z + a \, y`},
		{expr.Mul(z, expr.Neg(expr.Add(a, y))), `-z \, (a + y)`},
		{expr.Mul(z, expr.Number(-2)), `-2 \, z`},
		{expr.Max(z, expr.Number(-2)), `\max(z, -2)`},
		{expr.Neg(expr.Div(z, a)), `-\frac{z}{a}`},
		{expr.Exp(expr.Mul(expr.Number(-0.5), expr.Square(z))), `e^{-\tfrac12 \, z^2}`},
		{expr.Square(expr.Exp(z)), `(e^{z})^2`},
		{expr.Mul(two, expr.Expm1(z)), `2 \, (e^{z} - 1)`},
		{expr.Square(expr.Abs(expr.Sub(a, y))), `\lvert a - y \rvert^2`},
		{expr.Log1p(expr.Exp(z)), `\log(1 + e^{z})`},
		{expr.Pow(expr.Neg(z), a), `(-z)^{a}`},
		{expr.Sigmoid(expr.Max(z, a)), `s(\max(z, a))`},
		{expr.Where(expr.Sub(z, a), expr.Number(1), expr.Number(0)), `[z > a]`},
		{expr.Where(expr.Sub(two, z), expr.Number(-1), expr.Number(0)), `-[z < 2]`},
		{expr.Where(z, a, expr.Where(a, y, z)), `\begin{cases} a & z > 0 \\ y & a > 0 \\ z & \text{else} \end{cases}`},
		{expr.Number(0x1p-126), `2^{-126}`},
		{expr.LSE, `\mathrm{lse}(z)`},
	} {
		if got := tex(c.e); got != c.want {
			t.Errorf("%s is written %s, want %s", c.e, got, c.want)
		}
	}
}

// TestTexKnowsEveryOperation writes the tables of the generator, in which every operation occurs that a page can show.
func TestTexKnowsEveryOperation(t *testing.T) {
	for _, e := range []expr.Expr{
		expr.Exp(expr.Z), expr.Expm1(expr.Z), expr.Log(expr.Z), expr.Log1p(expr.Z), expr.Sqrt(expr.Z),
		expr.Tanh(expr.Z), expr.Atan(expr.Z),
		expr.Erf(expr.Z), expr.Sin(expr.Z), expr.Cos(expr.Z), expr.Sigmoid(expr.Z), expr.Abs(expr.Z), expr.Neg(expr.Z),
		expr.Add(expr.Z, expr.A), expr.Sub(expr.Z, expr.A), expr.Mul(expr.Z, expr.A), expr.Div(expr.Z, expr.A),
		expr.Max(expr.Z, expr.A), expr.Min(expr.Z, expr.A), expr.Pow(expr.Z, expr.A), expr.Where(expr.Z, expr.A,
			expr.Y),
	} {
		if got := tex(e); got == "?" || got == "" {
			t.Errorf("%s is written %q; add it to latex.go", e, got)
		}
	}
}
