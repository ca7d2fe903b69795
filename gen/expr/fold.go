package expr

import "math"

// isNumber reports whether e is the constant v, the sign of zero included.
func isNumber(e Expr, v float64) bool { return e == Expr(Number(v)) }

// minus returns m where e is written -m.
func minus(e Expr) (m Expr, ok bool) {
	n, ok := e.(Unary)
	if !ok || n.Op != OpNeg {
		return nil, false
	}
	return n.X, true
}

// flip returns -e where that costs nothing: e is a constant, or a product or quotient with one in front.
func flip(e Expr) (Expr, bool) {
	switch n := e.(type) {
	case Num:
		return Number(-n.Value()), true
	case Binary:
		if n.Op != OpMul && n.Op != OpDiv {
			return nil, false
		}
		if x, ok := flip(n.X); ok {
			return apply(n.Op, x, n.Y), true
		}
	}
	return nil, false
}

// negated returns m where e is -m in plain sight, so that x + e can be written x - m: a negation, a
// negative constant, or a product or quotient with one in front.
func negated(e Expr) (m Expr, ok bool) {
	if m, ok := minus(e); ok {
		return m, true
	}
	front := e
	for {
		n, ok := front.(Binary)
		if !ok || n.Op != OpMul && n.Op != OpDiv {
			break
		}
		front = n.X
	}
	if c, ok := front.(Num); ok && c.Value() < 0 {
		return flip(e)
	}
	return nil, false
}

// positive reports whether e is in plain sight NaN or at least +0, whatever its variables are.
func positive(e Expr) bool {
	switch n := e.(type) {
	case Num:
		return !math.Signbit(n.Value())
	case Unary:
		switch n.Op {
		case OpExp, OpSigmoid, OpAbs:
			return true
		case OpSqrt:
			return positive(n.X)
		}
	case Binary:
		switch n.Op {
		case OpMul:
			return Equal(n.X, n.Y) || positive(n.X) && positive(n.Y)
		case OpAdd, OpDiv, OpMin:
			return positive(n.X) && positive(n.Y)
		case OpMax:
			return positive(n.X) || positive(n.Y)
		}
	case Select:
		return positive(n.X) && positive(n.Y)
	}
	return false
}

// foldBinary computes x op y for two constants where that is exact in float32 and in float64 alike.
// Anything that rounds is left to the evaluation, whose precision is not known yet.
func foldBinary(op Op, x, y Expr) (Expr, bool) {
	m, ok := x.(Num)
	if !ok {
		return nil, false
	}
	n, ok := y.(Num)
	if !ok {
		return nil, false
	}
	a, b := m.Value(), n.Value()
	// Rounding to float32 is monotonic, so it may come before or after a comparison.
	if op == OpMax || op == OpMin {
		return Number(binaryValue(op, a, b)), true
	}
	r := binaryValue(op, a, b)
	if !isFloat32(a) || !isFloat32(b) || !isFloat32(r) {
		return nil, false
	}
	// The operands have 24 bits and an exponent far from the limits of a float64, so that the error
	// terms below are themselves exact.
	exact := false
	switch op {
	case OpAdd:
		exact = sumError(a, b, r) == 0
	case OpSub:
		exact = sumError(a, -b, r) == 0
	case OpMul:
		exact = math.FMA(a, b, -r) == 0
	case OpDiv:
		exact = math.FMA(r, b, -a) == 0
	}
	return Number(r), exact
}

// sumError returns a + b - s, where s is a + b rounded (Knuth's TwoSum).
func sumError(a, b, s float64) float64 {
	t := s - a
	return (a - (s - t)) + (b - t)
}

// isFloat32 reports whether v is finite and a float32.
func isFloat32(v float64) bool {
	return !math.IsInf(v, 0) && float64(float32(v)) == v
}

// isPowerOfTwo reports whether |v| is a power of two.
func isPowerOfTwo(v float64) bool {
	frac, _ := math.Frexp(math.Abs(v))
	return frac == 0.5
}
