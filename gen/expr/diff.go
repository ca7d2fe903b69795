package expr

import "math"

// D returns the derivative of e with respect to the variable v, simplified by the exact and by the
// algebraic rewrites.
//
// Where e has no derivative D takes one of its one-sided ones, or 0: abs has 0 at 0, where(c, x, y) that of the
// side taken, and where the operands of max or min tie, the second is taken to be the result. A constant
// is always second, so that max(z, 0) has 0 at 0.
func D(e Expr, v Var) Expr {
	switch n := e.(type) {
	case Num:
		return Number(0)
	case Var:
		if n == v {
			return Number(1)
		}
		return Number(0)
	case Unary:
		dx := D(n.X, v)
		if isZero(dx) {
			return Number(0)
		}
		if n.Op == OpNeg {
			return neg(dx)
		}
		if n.Op < numOps && unaryDerivatives[n.Op] != nil {
			return mul(unaryDerivatives[n.Op](n.X, n), dx)
		}
	case Binary:
		return binaryDerivative(n, D(n.X, v), D(n.Y, v))
	case Select:
		return Where(n.C, D(n.X, v), D(n.Y, v))
	}
	return Number(math.NaN()) // no expression at all: Eval reports it
}

// unaryDerivatives holds f'(x) for every function f, written with x and with f = f(x), whichever is
// cheaper. The derivative of a negation needs no rule.
var unaryDerivatives = [numOps]func(x, f Expr) Expr{
	OpExp:     func(_, f Expr) Expr { return f },
	OpLog:     func(x, _ Expr) Expr { return div(Number(1), x) },
	OpLog1p:   func(x, _ Expr) Expr { return div(Number(1), add(Number(1), x)) },
	OpSqrt:    func(_, f Expr) Expr { return div(Number(0.5), f) },
	OpTanh:    func(_, f Expr) Expr { return sub(Number(1), mul(f, f)) },
	OpAtan:    func(x, _ Expr) Expr { return div(Number(1), add(Number(1), mul(x, x))) },
	OpSigmoid: func(_, f Expr) Expr { return mul(f, sub(Number(1), f)) },
	OpExpm1:   func(x, _ Expr) Expr { return Exp(x) },
	OpErf:     func(x, _ Expr) Expr { return mul(Number(2/math.SqrtPi), Exp(neg(mul(x, x)))) },
	OpSin:     func(x, _ Expr) Expr { return Cos(x) },
	OpCos:     func(x, _ Expr) Expr { return neg(Sin(x)) },
	OpAbs:     func(x, _ Expr) Expr { return Where(x, Number(1), Where(neg(x), Number(-1), Number(0))) },
}

// binaryDerivative returns the derivative of n from those of its operands.
func binaryDerivative(n Binary, dx, dy Expr) Expr {
	switch n.Op {
	case OpAdd:
		return add(dx, dy)
	case OpSub:
		return sub(dx, dy)
	case OpMul:
		return add(mul(dx, n.Y), mul(n.X, dy))
	case OpDiv:
		// (x/y)' = (x' - (x/y)y')/y: unlike (x'y - xy')/y² it squares nothing that could overflow.
		return div(sub(dx, mul(n, dy)), n.Y)
	case OpMax:
		return choose(sub(n.X, n.Y), dx, dy)
	case OpMin:
		return choose(sub(n.Y, n.X), dx, dy)
	case OpPow:
		// (x^y)' = y·x^(y-1)·x' + x^y·log(x)·y', each part only where its factor is not 0.
		return add(mul(mul(n.Y, Pow(n.X, sub(n.Y, Number(1)))), dx), mulUnlessZero(dy, func() Expr { return mul(n, Log(n.X)) }))
	}
	return Number(math.NaN())
}

// choose returns x where d > 0, else y. Subtraction with gradual underflow never loses the sign of a
// difference, so d = u - v compares u with v exactly.
func choose(d, x, y Expr) Expr {
	if Equal(x, y) {
		return x
	}
	return Where(d, x, y)
}

// mulUnlessZero returns x times a factor that is built only where x is not 0.
func mulUnlessZero(x Expr, factor func() Expr) Expr {
	if isZero(x) {
		return x
	}
	return mul(factor(), x)
}
