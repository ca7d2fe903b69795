package formula

import (
	"math"

	"github.com/backpropgen/backpropgen/verify/internal/scalar"
)

// evaluate returns the value of a formula at a variable v and a target y, and its derivative with respect to v:
// every part with its own, by the rules of a textbook.
//
// Conventions: the derivative of abs at 0 is 0; where the operands of max or min tie, it is that of the second. A part
// whose factor is 0 is 0, whatever the other factor is. The derivative of x^y by x is 0 where y is 0, and that by y is
// 0 where x is 0 and y is not negative.
func (e *expression) evaluate(v, y float64) (value, slope float64) {
	if e.stable != nil {
		return e.stable.evaluate(v, y)
	}
	var x, dx, w, dw float64 // the operands and their derivatives
	if e.x != nil {
		x, dx = e.x.evaluate(v, y)
	}
	if e.y != nil {
		w, dw = e.y.evaluate(v, y)
	}
	value = e.combined(v, y, x, w)
	if !e.varies {
		return value, 0
	}
	switch e.op {
	case opVariable:
		return value, 1
	case opNegation:
		return value, -dx
	case opSum:
		return value, dx + dw
	case opProduct:
		return value, part(dx, w) + part(dw, x)
	case opQuotient:
		return value, over(dx-part(dw, value), w)
	case opWhole:
		return value, part(dx, float64(e.exponent)*repeated(x, e.exponent-1))
	case opPower:
		return value, part(dx, part(w, math.Pow(x, w-1))) + part(dw, value*logarithmOfBase(x, w))
	case opFunction:
		return value, part(dx, e.function.slope(x))
	case opAbs:
		return value, part(scalar.Step(x)-scalar.Step(-x), dx)
	case opMax:
		return value, chosen(x > w, dx, dw)
	case opMin:
		return value, chosen(x < w, dx, dw)
	}
	return value, math.NaN()
}

// combined is the value from those of the operands.
func (e *expression) combined(v, y, x, w float64) float64 {
	switch e.op {
	case opNumber:
		return e.number
	case opVariable:
		return v
	case opTarget:
		return y
	case opNegation:
		return -x
	case opSum:
		return x + w
	case opProduct:
		return x * w
	case opQuotient:
		return x / w
	case opWhole:
		return repeated(x, e.exponent)
	case opPower:
		return math.Pow(x, w)
	case opFunction:
		return e.function.at(x)
	case opAbs:
		return math.Abs(x)
	case opMax:
		return max(x, w)
	case opMin:
		return min(x, w)
	}
	return math.NaN()
}

// part is factor·dx, 0 where dx is.
func part(dx, factor float64) float64 {
	if dx == 0 {
		return 0
	}
	return factor * dx
}

// over is dx/divisor, 0 where dx is.
func over(dx, divisor float64) float64 {
	if dx == 0 {
		return 0
	}
	return dx / divisor
}

// logarithmOfBase is the logarithm of x in the derivative of x^y by y, with 0 for that of 0 where y is not negative.
func logarithmOfBase(x, y float64) float64 {
	if x == 0 && y >= 0 {
		return 0
	}
	return math.Log(x)
}

func chosen(first bool, dx, dy float64) float64 {
	if first {
		return dx
	}
	return dy
}

// repeated is x^n by multiplication, 1 for n = 0, and for negative n a reciprocal.
func repeated(x float64, n int) float64 {
	if n < 0 {
		return 1 / repeated(x, -n)
	}
	p := 1.0
	for range n {
		p *= x
	}
	return p
}
