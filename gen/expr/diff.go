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
	OpAbs:     func(x, _ Expr) Expr { return sign(x) },
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
		// (x^y)' = y·x^(y-1)·x' + x^y·log(x)·y'.
		return add(
			mulUnlessZero(dx, func() Expr { return slopeInBase(n) }),
			mulUnlessZero(dy, func() Expr { return mul(n, logOfBase(n)) }))
	}
	return Number(math.NaN())
}

// slopeInBase is the derivative y·x^(y-1) of a power x^y by x: 0 where y is 0, whatever x is, as in PyTorch.
func slopeInBase(n Binary) Expr {
	slope := mul(n.Y, Pow(n.X, sub(n.Y, Number(1))))
	if isConstant(n.Y) || nonzero(n.X) {
		return slope
	}
	return Where(Abs(n.Y), slope, n.Y) // NaN where y is
}

// logOfBase is what a power x^y is multiplied by in its derivative by y: log(x), but 0 where x is 0 and y is not
// negative, as in PyTorch. For negative y it is infinite there, as log(0).
func logOfBase(n Binary) Expr {
	if nonzero(n.X) {
		return log(n.X)
	}
	return Where(Abs(n.X), Log(n.X), Min(n.Y, n.X)) // NaN where x is
}

// nonzero reports whether e is in plain sight NaN or so far from 0 that neither it nor its reciprocal is lost in
// float32: a constant but 0, or the sum of a positive one and what is at least 0.
func nonzero(e Expr) bool {
	switch n := e.(type) {
	case Num:
		return n.Value() != 0
	case Binary:
		switch n.Op {
		case OpAdd:
			return positive(n.X) && positive(n.Y) && (nonzero(n.X) || nonzero(n.Y))
		case OpMax:
			return positive(n.X) && nonzero(n.X) || positive(n.Y) && nonzero(n.Y)
		}
	}
	return false
}

// choose returns x where d > 0, else y. Subtraction with gradual underflow never loses the sign of a
// difference, so d = u - v compares u with v exactly.
func choose(d, x, y Expr) Expr {
	if Equal(x, y) {
		return x
	}
	return Where(d, x, y)
}

// log returns the logarithm of x, that of a constant rounded to float64.
func log(x Expr) Expr {
	if n, ok := x.(Num); ok && n.Value() > 0 && !math.IsInf(n.Value(), 1) {
		return Number(math.Log(n.Value()))
	}
	return Log(x)
}

// mulUnlessZero returns x times a factor that is built only where x is not 0.
func mulUnlessZero(x Expr, factor func() Expr) Expr {
	if isZero(x) {
		return x
	}
	return mul(factor(), x)
}
