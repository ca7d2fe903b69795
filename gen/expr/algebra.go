package expr

import "math"

// The constructors below know the identities of real numbers besides the exact rewrites. D builds with them:
// a derivative has no rounding of its own to preserve. Where an operand is infinite or NaN the result
// may be finite all the same; where it is not, the two differ by roundings and by the sign of zero.

// neg returns -x.
func neg(x Expr) Expr {
	if n, ok := x.(Select); ok {
		if _, plain := signOf(n); !plain {
			if m, ok := masked(x); ok {
				return m.with(neg)
			}
		}
	}
	if n, ok := x.(Binary); ok && n.Op == OpSub {
		return sub(n.Y, n.X)
	}
	return Neg(x)
}

// add returns x + y, with like terms collected.
func add(x, y Expr) Expr {
	if isZero(x) {
		return y
	}
	if isZero(y) {
		return x
	}
	if v, ok := foldRounded(OpAdd, x, y); ok {
		return v
	}
	c, p := splitFactor(x)
	d, q := splitFactor(y)
	if Equal(p, q) {
		return mul(Number(c+d), p)
	}
	return Add(x, y)
}

// sub returns x - y, with like terms collected.
func sub(x, y Expr) Expr {
	if isZero(y) {
		return x
	}
	if isZero(x) {
		return neg(y)
	}
	if v, ok := foldRounded(OpSub, x, y); ok {
		return v
	}
	c, p := splitFactor(x)
	d, q := splitFactor(y)
	if Equal(p, q) {
		return mul(Number(c-d), p)
	}
	return Sub(x, y)
}

// mul returns x*y, with all constant factors gathered in front and a reciprocal made a division.
func mul(x, y Expr) Expr {
	if isZero(x) || isZero(y) {
		return Number(0)
	}
	if v, ok := foldRounded(OpMul, x, y); ok {
		return v
	}
	if m, ok := masked(y); ok && !isConstant(x) {
		return m.with(func(y Expr) Expr { return mul(x, y) })
	}
	if m, ok := masked(x); ok && !isConstant(y) {
		return m.with(func(x Expr) Expr { return mul(x, y) })
	}
	c, p := splitFactor(x)
	d, q := splitFactor(y)
	if f := c * d; (c != 1 || d != 1) && gathered(f) {
		return Mul(Number(f), mul(p, q))
	}
	if over, ok := reciprocal(x, y); ok {
		return over
	}
	if over, ok := reciprocal(y, x); ok {
		return over
	}
	return Mul(x, y)
}

// reciprocal returns x*y as a quotient where y is 1/d or -1/d.
func reciprocal(x, y Expr) (Expr, bool) {
	n, ok := y.(Binary)
	switch {
	case !ok || n.Op != OpDiv:
		return nil, false
	case isNumber(n.X, 1):
		return div(x, n.Y), true
	case isNumber(n.X, -1):
		return div(neg(x), n.Y), true
	}
	return nil, false
}

// div returns x/y.
func div(x, y Expr) Expr {
	if isZero(x) && !isZero(y) {
		return Number(0)
	}
	if v, ok := foldRounded(OpDiv, x, y); ok {
		return v
	}
	if Equal(x, y) && !isZero(y) {
		return Number(1)
	}
	if m, ok := masked(x); ok && !isConstant(y) {
		return m.with(func(x Expr) Expr { return div(x, y) })
	}
	return Div(x, y)
}

// splitFactor writes e as a constant times an expression. A constant is itself times 1.
func splitFactor(e Expr) (factor float64, rest Expr) {
	switch n := e.(type) {
	case Num:
		return n.Value(), Number(1)
	case Unary:
		if n.Op == OpNeg {
			factor, rest = splitFactor(n.X)
			return -factor, rest
		}
	case Binary:
		if c, ok := n.X.(Num); ok && n.Op == OpMul {
			return c.Value(), n.Y
		}
	}
	return 1, e
}

// gathered reports whether a product of constants is a normal number of either precision. Others are left as they were
// written: c*(d*x) may well be a number where c*d is none.
func gathered(f float64) bool {
	f = math.Abs(f)
	return f >= 0x1p-126 && f <= math.MaxFloat32
}

// foldRounded computes x op y for two constants, rounded to float64. What leaves the finite numbers
// is not folded: it belongs to the evaluation.
func foldRounded(op Op, x, y Expr) (Expr, bool) {
	m, ok := x.(Num)
	if !ok {
		return nil, false
	}
	n, ok := y.(Num)
	if !ok {
		return nil, false
	}
	v := binaryValue(op, m.Value(), n.Value())
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil, false
	}
	return Number(v), true
}

// isZero reports whether e is the constant 0 of either sign.
func isZero(e Expr) bool {
	n, ok := e.(Num)
	return ok && n.Value() == 0
}
