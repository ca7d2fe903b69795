package expr

import (
	"math"

	"github.com/backpropgen/backpropgen/spec/formula"
)

// The functions below build what a formula says. They know the ways in which people write the logistic
// function, the hyperbolic tangent and softplus out, overflow where those do not, and mean no less by it: each
// becomes an expression that is the same over the real numbers. Nothing else is rewritten in this way.

// quotient is x/y: 1/(1 + exp(u)) is sigmoid(-u), exp(u)/(1 + exp(u)) is sigmoid(u), any other x/(1 + exp(u)) is
// x*sigmoid(-u), and see tangent.
func quotient(x, y Expr) Expr {
	if t, ok := tangent(x, y); ok {
		return t
	}
	u, ok := onePlusExp(y)
	switch {
	case !ok:
		return Div(x, y)
	case Equal(x, Exp(u)):
		return Sigmoid(u)
	}
	return Mul(x, Sigmoid(Neg(u)))
}

// tangent is x/y where that is a hyperbolic tangent: (exp(u) - exp(-u))/(exp(u) + exp(-u)) is tanh(u),
// (exp(u) - 1)/(exp(u) + 1) is tanh(u/2), and (1 - exp(u))/(1 + exp(u)) is -tanh(u/2).
func tangent(x, y Expr) (Expr, bool) {
	d, ok := x.(Binary)
	if !ok || d.Op != OpSub || !Equal(y, Add(d.X, d.Y)) {
		return nil, false
	}
	u, first := exponent(d.X)
	v, second := exponent(d.Y)
	switch {
	case first && second && Equal(v, Neg(u)):
		return Tanh(u), true
	case first && isNumber(d.Y, 1):
		return Tanh(mul(Number(0.5), u)), true
	case second && isNumber(d.X, 1):
		return Neg(Tanh(mul(Number(0.5), v))), true
	}
	return nil, false
}

// maxSoftplus bounds the size of what softplus repeats: nested in one another they would double it every time.
const maxSoftplus = 40

// logarithm is log(x), with log(1 + exp(u)) as softplus where u is small.
func logarithm(x Expr) Expr {
	if u, ok := onePlusExp(x); ok && size(u) <= maxSoftplus {
		return softplus(u)
	}
	return Log(x)
}

// logarithm1p is log(1 + x), with log1p(exp(u)) as softplus where u is small.
func logarithm1p(x Expr) Expr {
	if u, ok := exponent(x); ok && size(u) <= maxSoftplus {
		return softplus(u)
	}
	return Log1p(x)
}

// softplus is max(x, 0) + log1p(exp(-|x|)). The absolute value is written as a choice, whose derivatives at 0 are
// 1 to the right of it and -1 to the left: there D adds up 0 + 1/2, where that of abs would leave 0 + 0.
func softplus(x Expr) Expr {
	return Add(Max(x, Number(0)), Log1p(Exp(Where(x, Neg(x), x))))
}

// size returns the number of nodes of e, without regard to sharing.
func size(e Expr) int {
	switch n := e.(type) {
	case Unary:
		return 1 + size(n.X)
	case Binary:
		return 1 + size(n.X) + size(n.Y)
	case Select:
		return 1 + size(n.C) + size(n.X) + size(n.Y)
	}
	return 1
}

// onePlusExp returns u where e is 1 + exp(u) or exp(u) + 1.
func onePlusExp(e Expr) (u Expr, ok bool) {
	sum, ok := e.(Binary)
	switch {
	case !ok || sum.Op != OpAdd:
		return nil, false
	case isNumber(sum.X, 1):
		return exponent(sum.Y)
	case isNumber(sum.Y, 1):
		return exponent(sum.X)
	}
	return nil, false
}

// exponent returns u where e is exp(u).
func exponent(e Expr) (u Expr, ok bool) {
	n, ok := e.(Unary)
	if !ok || n.Op != OpExp {
		return nil, false
	}
	return n.X, true
}

// power is x^y: a whole constant exponent of at most formula.MaxPower becomes products, a negative one their
// reciprocal.
func power(x, y Expr) Expr {
	c, ok := y.(Num)
	if !ok {
		return Pow(x, y)
	}
	switch v := c.Value(); {
	case v != math.Trunc(v) || math.Abs(v) > formula.MaxPower:
		return Pow(x, y)
	case v < 0:
		return quotient(Number(1), product(x, int(-v)))
	default:
		return product(x, int(v))
	}
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
