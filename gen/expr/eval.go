package expr

import (
	"fmt"
	"math"
)

// Float is a precision of the emitted code.
type Float interface{ float32 | float64 }

// Env gives the variables their values.
type Env[F Float] map[Var]F

// Eval computes e in the arithmetic of F, as the emitted code would without contraction: constants and
// the result of every operation are rounded to F. Functions are computed in float64 and rounded once.
// The error names a variable that env lacks.
func Eval[F Float](e Expr, env Env[F]) (F, error) {
	switch n := e.(type) {
	case Num:
		return F(n.Value()), nil
	case Var:
		v, ok := env[n]
		if !ok {
			return 0, fmt.Errorf("variable %s has no value; give it one in the environment", n)
		}
		return v, nil
	case Unary:
		x, err := Eval(n.X, env)
		if err != nil {
			return 0, err
		}
		if n.Op >= numOps || unaryValues[n.Op] == nil {
			return 0, fmt.Errorf("%v is not an operation on one operand; build expressions with the constructors", n.Op)
		}
		return F(unaryValues[n.Op](float64(x))), nil
	case Binary:
		x, err := Eval(n.X, env)
		if err != nil {
			return 0, err
		}
		y, err := Eval(n.Y, env)
		if err != nil {
			return 0, err
		}
		if n.Op >= numOps || ops[n.Op].arity != 2 {
			return 0, fmt.Errorf("%v is not an operation on two operands; build expressions with the constructors",
				n.Op)
		}
		return binaryValue(n.Op, x, y), nil
	case Select:
		c, err := Eval(n.C, env)
		if err != nil {
			return 0, err
		}
		if c > 0 {
			return Eval(n.X, env)
		}
		return Eval(n.Y, env)
	}
	return 0, fmt.Errorf("%T is not an expression; build expressions with the constructors", e)
}

// unaryValues holds the function of every operation on one operand. Computing a negation, an absolute
// value, a comparison or a square root in float64 and rounding gives the float32 result exactly.
var unaryValues = [numOps]func(float64) float64{
	OpNeg:     func(x float64) float64 { return -x },
	OpExp:     math.Exp,
	OpExpm1:   math.Expm1,
	OpErf:     math.Erf,
	OpSin:     math.Sin,
	OpCos:     math.Cos,
	OpLog:     math.Log,
	OpLog1p:   math.Log1p,
	OpSqrt:    math.Sqrt,
	OpTanh:    math.Tanh,
	OpAtan:    math.Atan,
	OpSigmoid: sigmoid,
	OpAbs:     math.Abs,
}

// binaryValue computes x op y; NaN for an operation that is not binary. The conversions keep the compiler
// from contracting x*y with an addition elsewhere.
func binaryValue[F Float](op Op, x, y F) F {
	switch op {
	case OpAdd:
		return F(x + y)
	case OpSub:
		return F(x - y)
	case OpMul:
		return F(x * y)
	case OpDiv:
		return F(x / y)
	case OpMax:
		return max(x, y)
	case OpMin:
		return min(x, y)
	case OpPow:
		return F(math.Pow(float64(x), float64(y)))
	}
	return F(math.NaN())
}

// sigmoid is 1/(1 + exp(-x)), written for x < 0 so that its tail reaches the subnormals.
func sigmoid(x float64) float64 {
	if x < 0 {
		e := math.Exp(x)
		return e / (1 + e)
	}
	return 1 / (1 + math.Exp(-x))
}
