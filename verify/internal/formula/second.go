package formula

import (
	"math"

	"github.com/backpropgen/backpropgen/verify/internal/scalar"
)

// jet is the value of an expression, its derivative and that of the derivative.
type jet struct{ f, d, dd float64 }

// jet returns those of a formula at a variable v and a target y, by the rules of a textbook and the conventions of
// evaluate, for either derivative.
func (e *expression) jet(v, y float64) jet {
	if e.stable != nil {
		return e.stable.jet(v, y)
	}
	var x, w jet // the operands
	if e.x != nil {
		x = e.x.jet(v, y)
	}
	if e.y != nil {
		w = e.y.jet(v, y)
	}
	j := jet{f: e.combined(v, y, x.f, w.f)}
	if !e.varies {
		return j
	}
	switch e.op {
	case opVariable:
		return jet{j.f, 1, 0}
	case opNegation:
		return jet{j.f, -x.d, -x.dd}
	case opSum:
		return jet{j.f, x.d + w.d, x.dd + w.dd}
	case opProduct:
		return jet{j.f, part(x.d, w.f) + part(w.d, x.f), part(x.dd, w.f) + 2*product(x.d, w.d) + part(w.dd, x.f)}
	case opQuotient:
		d := over(x.d-part(w.d, j.f), w.f)
		return jet{j.f, d, over(x.dd-2*product(w.d, d)-part(w.dd, j.f), w.f)}
	case opWhole:
		n := float64(e.exponent)
		slope, bend := n*repeated(x.f, e.exponent-1), 0.0
		if e.exponent != 1 {
			bend = n * (n - 1) * repeated(x.f, e.exponent-2)
		}
		return jet{j.f, part(x.d, slope), part(x.d, part(x.d, bend)) + part(x.dd, slope)}
	case opPower:
		return power(j.f, x, w)
	case opFunction:
		return j.through(x, e.function.slope(x.f), e.function.second(x.f))
	case opAbs:
		sign := scalar.Step(x.f) - scalar.Step(-x.f)
		return jet{j.f, part(sign, x.d), part(sign, x.dd)}
	case opMax:
		return jet{j.f, chosen(x.f > w.f, x.d, w.d), chosen(x.f > w.f, x.dd, w.dd)}
	case opMin:
		return jet{j.f, chosen(x.f < w.f, x.d, w.d), chosen(x.f < w.f, x.dd, w.dd)}
	}
	return jet{j.f, math.NaN(), math.NaN()}
}

// through is the value of a function of x with such derivatives there.
func (j jet) through(x jet, slope, bend float64) jet {
	return jet{j.f, part(x.d, slope), part(x.d, part(x.d, bend)) + part(x.dd, slope)}
}

// product is x·y, 0 where one of them is.
func product(x, y float64) float64 {
	if x == 0 || y == 0 {
		return 0
	}
	return x * y
}

// power is the jet of f = x^w.
func power(f float64, x, w jet) jet {
	log := logarithmOfBase(x.f, w.f)
	// The derivatives by x and by w, once and twice.
	byX := part(w.f, math.Pow(x.f, w.f-1))
	byXX := product(product(w.f, w.f-1), math.Pow(x.f, w.f-2))
	j := jet{f: f, d: part(x.d, byX), dd: part(x.d, part(x.d, byXX)) + part(x.dd, byX)}
	if w.d != 0 || w.dd != 0 {
		byW := f * log
		mixed := math.Pow(x.f, w.f-1) + part(byX, log)
		j.d += part(w.d, byW)
		j.dd += 2*part(w.d, part(x.d, mixed)) + part(w.d, part(w.d, byW*log)) + part(w.dd, byW)
	}
	return j
}

// derivative is the derivative of an expression as one, for the analysis of its own derivative: written by the rules
// of evaluate, of the ways that there are the least accurate.
func (e *expression) derivative() *expression {
	if !e.varies {
		return number(0)
	}
	if e.stable != nil {
		// A kernel may have taken either form.
		d := e.written()
		if d.op != opNumber {
			d.other = e.stable.derivative()
		}
		return d
	}
	return e.written()
}

// written is the derivative of an expression as it stands.
func (e *expression) written() *expression {
	x, w := e.x, e.y
	switch e.op {
	case opVariable:
		return number(1)
	case opNegation:
		return negated(x.derivative())
	case opSum:
		return sumOf(x.derivative(), w.derivative())
	case opProduct:
		return sumOf(productOf(x.derivative(), w), productOf(x, w.derivative()))
	case opQuotient:
		dx, dw := x.derivative(), w.derivative()
		d := binaryExpression(opQuotient, sumOf(dx, negated(productOf(e, dw))), w)
		if dw.op != opNumber || dw.number != 0 {
			d.other = binaryExpression(opQuotient, sumOf(productOf(dx, w), negated(productOf(x, dw))), wholePower(w, 2))
		}
		return d
	case opWhole:
		return productOf(productOf(number(float64(e.exponent)), lowered(x, e.exponent-1)), x.derivative())
	case opPower:
		one := binaryExpression(opSum, w, number(-1))
		byX := productOf(w, binaryExpression(opPower, x, one))
		return sumOf(productOf(byX, x.derivative()),
			productOf(productOf(e, functionCall(functionOf("log"), x)), w.derivative()))
	case opFunction:
		return productOf(e.function.slopeOf(x, e), x.derivative())
	case opAbs:
		return productOf(unaryExpression(opSign, x), x.derivative())
	case opMax, opMin:
		d := &expression{op: opChoice, x: x, y: w, first: x.derivative(), second: w.derivative(), varies: true}
		if e.op == opMin { // -x > -w
			d.x, d.y = negation(x), negation(w)
		}
		return d
	case opSign:
		return number(0)
	case opChoice:
		return &expression{
			op: opChoice, x: x, y: w, first: e.first.derivative(), second: e.second.derivative(), varies: true,
		}
	}
	return number(math.NaN())
}

func number(v float64) *expression { return &expression{op: opNumber, number: v, fixed: true} }

// lowered is x^n, 1 for n = 0.
func lowered(x *expression, n int) *expression {
	if n == 1 {
		return x
	}
	return wholePower(x, n)
}

func isZero(e *expression) bool { return e.op == opNumber && e.number == 0 }

func negated(x *expression) *expression {
	if isZero(x) {
		return x
	}
	return negation(x)
}

// sumOf leaves out what is 0, and productOf what is 1.
func sumOf(x, y *expression) *expression {
	switch {
	case isZero(x):
		return y
	case isZero(y):
		return x
	}
	return binaryExpression(opSum, x, y)
}

func productOf(x, y *expression) *expression {
	switch {
	case isZero(x) || isZero(y):
		return number(0)
	case x.op == opNumber && x.number == 1:
		return y
	case y.op == opNumber && y.number == 1:
		return x
	}
	return binaryExpression(opProduct, x, y)
}

// slopeOf is the derivative of an elementary function at x, f being the function there, as an expression.
func (g *function) slopeOf(x, f *expression) *expression {
	call := func(name string, x *expression) *expression {
		e := unaryExpression(opFunction, x)
		e.function = functionOf(name)
		return e
	}
	one := number(1)
	switch g.name {
	case "exp":
		return f
	case "expm1":
		return call("exp", x)
	case "log":
		return binaryExpression(opQuotient, one, x)
	case "log1p":
		return binaryExpression(opQuotient, one, binaryExpression(opSum, one, x))
	case "sqrt":
		return binaryExpression(opQuotient, number(0.5), f)
	case "tanh":
		return binaryExpression(opSum, one, negation(wholePower(f, 2)))
	case "sigmoid":
		return binaryExpression(opProduct, f, binaryExpression(opSum, one, negation(f)))
	case "softplus":
		return call("sigmoid", x)
	case "atan":
		return binaryExpression(opQuotient, one, binaryExpression(opSum, one, wholePower(x, 2)))
	case "erf":
		return binaryExpression(opProduct, number(2/math.SqrtPi), call("exp", negation(wholePower(x, 2))))
	case "sin":
		return call("cos", x)
	case "cos":
		return negation(call("sin", x))
	}
	return number(math.NaN())
}
