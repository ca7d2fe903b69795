package expr

// A mask is an expression that is 0 on one side of a condition: Where(c, x, 0) or Where(c, 0, x). Derivatives have them
// for the side of a max, min or abs that is not taken. What such a derivative is multiplied with belongs inside, so
// that the side not taken counts for 0 also where a factor is infinite or NaN, as with masked gradients in PyTorch:
// sqrt(max(z, 0)) has the derivative 0 at z = -1.
type mask struct {
	c      Expr
	x      Expr // on the side that is not 0
	factor float64
	second bool // whether that is where c > 0 does not hold
}

// masked returns e as a mask, perhaps one with a constant factor. The derivative of |x| is one as where(|x|, ±1, 0).
func masked(e Expr) (mask, bool) {
	factor, rest := splitFactor(e)
	n, ok := rest.(Select)
	if !ok {
		return mask{}, false
	}
	if x, ok := signOf(n); ok {
		return mask{c: Abs(x), x: Where(x, Number(1), Number(-1)), factor: factor}, true
	}
	switch {
	case isZero(n.Y):
		return mask{c: n.C, x: n.X, factor: factor}, true
	case isZero(n.X):
		return mask{c: n.C, x: n.Y, factor: factor, second: true}, true
	}
	return mask{}, false
}

// with applies f, which takes 0 to 0, to the side that is not 0.
func (m mask) with(f func(Expr) Expr) Expr {
	x := f(mul(Number(m.factor), m.x))
	if m.second {
		return Where(m.c, Number(0), x)
	}
	return Where(m.c, x, Number(0))
}

// sign is the derivative of |x|: 1, -1 or, at 0, 0.
func sign(x Expr) Expr { return Where(x, Number(1), Where(neg(x), Number(-1), Number(0))) }

// signOf returns x where e is sign(x).
func signOf(e Select) (x Expr, ok bool) {
	n, ok := e.Y.(Select)
	return e.C, ok && isNumber(e.X, 1) && isNumber(n.X, -1) && isZero(n.Y) && Equal(n.C, neg(e.C))
}

// isConstant reports whether e is a number.
func isConstant(e Expr) bool {
	_, ok := e.(Num)
	return ok
}
