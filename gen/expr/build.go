package expr

import "math"

// The constructors below simplify as they build, by exact rewrites only (see the package comment).
// What is absent is absent for a reason: x+0 differs from x at -0, 0*x from 0 at NaN, ±Inf and
// negative numbers, x-x from 0 at NaN and ±Inf, -(x-y) from y-x where x = y, and no sum or product
// may be regrouped.

// Neg returns -x.
func Neg(x Expr) Expr {
	if m, ok := minus(x); ok {
		return m
	}
	if m, ok := flip(x); ok {
		return m
	}
	return Unary{OpNeg, x}
}

// Add returns x + y.
func Add(x, y Expr) Expr {
	if v, ok := foldBinary(OpAdd, x, y); ok {
		return v
	}
	switch {
	case isNumber(y, math.Copysign(0, -1)):
		return x
	case isNumber(x, math.Copysign(0, -1)):
		return y
	}
	if m, ok := negated(y); ok {
		return Sub(x, m)
	}
	if m, ok := negated(x); ok {
		return Sub(y, m)
	}
	if Equal(x, y) {
		return Mul(Number(2), x)
	}
	return Binary{OpAdd, x, y}
}

// Sub returns x - y.
func Sub(x, y Expr) Expr {
	if v, ok := foldBinary(OpSub, x, y); ok {
		return v
	}
	if isNumber(y, 0) {
		return x
	}
	if m, ok := negated(y); ok {
		return Add(x, m)
	}
	return Binary{OpSub, x, y}
}

// Mul returns x*y, a constant factor first.
func Mul(x, y Expr) Expr {
	if v, ok := foldBinary(OpMul, x, y); ok {
		return v
	}
	if _, ok := y.(Num); ok {
		if _, both := x.(Num); !both {
			x, y = y, x
		}
	}
	switch {
	case isNumber(x, 1):
		return y
	case isNumber(y, 1):
		return x
	case isNumber(x, -1):
		return Neg(y)
	case isNumber(y, -1):
		return Neg(x)
	}
	if m, ok := negated(y); ok {
		if f, ok := flip(x); ok {
			return Mul(f, m)
		}
	}
	if m, ok := minus(y); ok {
		return Neg(Mul(x, m))
	}
	if m, ok := minus(x); ok {
		return Neg(Mul(m, y))
	}
	return Binary{OpMul, x, y}
}

// Square returns x*x, which prints as x^2.
func Square(x Expr) Expr { return Mul(x, x) }

// Div returns x/y; dividing by a power of two becomes a multiplication.
func Div(x, y Expr) Expr {
	if v, ok := foldBinary(OpDiv, x, y); ok {
		return v
	}
	if c, ok := y.(Num); ok {
		if r := 1 / c.Value(); isPowerOfTwo(c.Value()) && isFloat32(c.Value()) && isFloat32(r) {
			return Mul(Number(r), x)
		}
	}
	if m, ok := negated(y); ok {
		if f, ok := flip(x); ok {
			return Div(f, m)
		}
	}
	if m, ok := minus(y); ok {
		return Neg(Div(x, m))
	}
	if m, ok := minus(x); ok {
		return Neg(Div(m, y))
	}
	return Binary{OpDiv, x, y}
}

// Max returns the larger of x and y, NaN if either is NaN; a constant comes second, which settles D at a
// tie.
func Max(x, y Expr) Expr { return extremum(OpMax, x, y) }

// Min returns the smaller of x and y, NaN if either is NaN; a constant comes second, which settles D at
// a tie.
func Min(x, y Expr) Expr { return extremum(OpMin, x, y) }

func extremum(op Op, x, y Expr) Expr {
	if v, ok := foldBinary(op, x, y); ok {
		return v
	}
	if Equal(x, y) {
		return x
	}
	if _, ok := x.(Num); ok {
		x, y = y, x
	}
	return Binary{op, x, y}
}

// Exp returns e to the x.
func Exp(x Expr) Expr { return Unary{OpExp, x} }

// Expm1 returns e to the x, less 1, accurate near 0.
func Expm1(x Expr) Expr { return Unary{OpExpm1, x} }

// Log returns the natural logarithm of x.
func Log(x Expr) Expr { return Unary{OpLog, x} }

// Log1p returns log(1 + x), accurate near 0.
func Log1p(x Expr) Expr { return Unary{OpLog1p, x} }

// Sqrt returns the square root of x.
func Sqrt(x Expr) Expr { return Unary{OpSqrt, x} }

// Tanh returns the hyperbolic tangent of x.
func Tanh(x Expr) Expr { return Unary{OpTanh, x} }

// Atan returns the inverse tangent of x.
func Atan(x Expr) Expr { return Unary{OpAtan, x} }

// Erf returns the error function of x.
func Erf(x Expr) Expr { return Unary{OpErf, x} }

// Sin returns the sine of x.
func Sin(x Expr) Expr { return Unary{OpSin, x} }

// Cos returns the cosine of x.
func Cos(x Expr) Expr { return Unary{OpCos, x} }

// Pow returns x to the y, with the conventions of Go's math.Pow. An exponent 1/2 becomes a square root only where x has
// no sign: the powers of -0 and -Inf are +0 and +Inf, their square roots -0 and NaN.
func Pow(x, y Expr) Expr {
	switch {
	case isNumber(y, 1):
		return x
	case isZero(y), isNumber(x, 1):
		return Number(1)
	case isNumber(y, 0.5) && positive(x):
		return Sqrt(x)
	}
	return Binary{OpPow, x, y}
}

// Sigmoid returns 1/(1 + exp(-x)), without its overflow.
func Sigmoid(x Expr) Expr { return Unary{OpSigmoid, x} }

// Abs returns |x|.
func Abs(x Expr) Expr {
	switch n := x.(type) {
	case Num:
		return Number(math.Abs(n.Value()))
	case Unary:
		switch n.Op {
		case OpNeg:
			return Abs(n.X)
		case OpAbs:
			return n
		}
	}
	return Unary{OpAbs, x}
}

// Where returns x where c > 0, else y, where c is NaN too.
func Where(c, x, y Expr) Expr {
	if n, ok := c.(Num); ok && (isFloat32(n.Value()) || math.IsInf(n.Value(), 0)) {
		if n.Value() > 0 {
			return x
		}
		return y
	}
	if Equal(x, y) {
		return x
	}
	return Select{c, x, y}
}

// apply builds op over its operands with the exported constructors. A Unary ignores y.
func apply(op Op, x, y Expr) Expr {
	switch op {
	case OpNeg:
		return Neg(x)
	case OpAbs:
		return Abs(x)
	case OpAdd:
		return Add(x, y)
	case OpSub:
		return Sub(x, y)
	case OpMul:
		return Mul(x, y)
	case OpDiv:
		return Div(x, y)
	case OpMax, OpMin:
		return extremum(op, x, y)
	case OpPow:
		return Pow(x, y)
	}
	return Unary{op, x}
}
