package expr

import (
	"math"
	"strings"
	"testing"
)

func TestEvalRoundsEveryOperation(t *testing.T) {
	e := Sub(Mul(Z, Z), Mul(Number(0.1), A))
	for _, z := range []float32{0.3, 1.7, -2.9} {
		c, a := float32(0.1), float32(0.7)
		square, tenth := float32(z*z), float32(c*a)
		if got, want := mustEval(t, e, Env[float32]{Z: z, A: a}), square-tenth; got != want {
			t.Errorf("float32: got %v, want %v", got, want)
		}
		wc, wa, wz := 0.1, float64(a), float64(z)
		if got, want := mustEval(t, e, Env[float64]{Z: wz, A: wa}), float64(wz*wz)-float64(wc*wa); got != want {
			t.Errorf("float64: got %v, want %v", got, want)
		}
	}
	// A constant is rounded before it is used.
	if got := mustEval(t, Sub(Number(1+0x1p-30), Number(1)), Env[float32]{}); got != 0 {
		t.Errorf("1 + 2^-30 - 1 is %v in float32", got)
	}
}

func TestEvalOperations(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, c := range []struct {
		e    Expr
		z    float64
		want float64
	}{
		{Neg(Z), 2, -2},
		{Exp(Z), 0, 1},
		{Log(Z), 1, 0},
		{Log1p(Z), 1e-20, 1e-20},
		{Sqrt(Z), 9, 3},
		{Tanh(Z), inf, 1},
		{Sigmoid(Z), 0, 0.5},
		{Sigmoid(Z), -inf, 0},
		{Sigmoid(Z), inf, 1},
		{Sigmoid(Z), nan, nan},
		{Abs(Z), -3, 3},
		{Where(Z, Number(7), Number(5)), 0x1p-1074, 7},
		{Where(Z, Number(7), Number(5)), 0, 5},
		{Where(Z, Number(7), Number(5)), -1, 5},
		{Where(Z, Number(7), Number(5)), nan, 5},
		{Pow(Z, Number(3)), -2, -8},
		{Expm1(Z), 0, 0},
		{Erf(Z), 0, 0},
		{Sin(Z), 0, 0},
		{Cos(Z), 0, 1},
		{Add(Z, Number(3)), 4, 7},
		{Sub(Z, Number(3)), 4, 1},
		{Mul(Number(3), Z), 4, 12},
		{Div(Number(3), Z), 4, 0.75},
		{Max(Z, Number(0)), -1, 0},
		{Max(Z, Number(0)), nan, nan},
		{Max(Z, Number(0)), math.Copysign(0, -1), 0},
		{Min(Z, Number(0)), 1, 0},
		{Min(Z, Number(0)), nan, nan},
	} {
		if got := mustEval(t, c.e, Env[float64]{Z: c.z}); !sameBits(got, c.want) {
			t.Errorf("%v at %v is %v, want %v", c.e, c.z, got, c.want)
		}
	}
	// The tail of the sigmoid is e^z down to the subnormals.
	if got, want := mustEval(t, Sigmoid(Z), Env[float64]{Z: -740}), math.Exp(-740); got != want || got == 0 {
		t.Errorf("sigmoid(-740) = %v, want %v", got, want)
	}
}

func TestEvalErrors(t *testing.T) {
	for _, c := range []struct {
		e    Expr
		want string
	}{
		{Exp(A), "variable a has no value; give it one in the environment"},
		{Add(Z, A), "variable a has no value"},
		{Add(A, Z), "variable a has no value"},
		{nil, "<nil> is not an expression"},
		{Exp(nil), "<nil> is not an expression"},
		{Unary{OpAdd, Z}, "+ is not an operation on one operand"},
		{Unary{200, Z}, "Op(200) is not an operation on one operand"},
		{Binary{OpExp, Z, Z}, "exp is not an operation on two operands"},
		{Binary{0, Z, Z}, "Op(0) is not an operation on two operands"},
		{D(Unary{200, Z}, Z), ""},
		{Mul(Number(2), D(nil, Z)), ""},
	} {
		v, err := Eval(c.e, Env[float64]{Z: 1})
		switch {
		case c.want == "": // no derivative of nothing
			if err != nil || v == v {
				t.Errorf("got %v, %v, want NaN", v, err)
			}
		case err == nil || !strings.HasPrefix(err.Error(), c.want):
			t.Errorf("got error %v, want %s", err, c.want)
		}
	}
}
