package expr

import (
	"math"
	"slices"
	"testing"
)

func TestNumberKeepsItsBits(t *testing.T) {
	if Number(0) == Number(math.Copysign(0, -1)) {
		t.Error("+0 and -0 are one constant")
	}
	if Number(math.NaN()) != Number(-math.NaN()) {
		t.Error("two NaNs are two constants")
	}
	if v := Number(-2.5).Value(); v != -2.5 {
		t.Errorf("Number(-2.5) is %v", v)
	}
	if (Num{}) != Number(0) {
		t.Error("the zero Num is not 0")
	}
}

func TestVars(t *testing.T) {
	e := Add(Mul(Y, Exp(Z)), Max(Y, Sub(A, Number(1))))
	if got, want := Vars(e), []Var{Y, Z, A}; !slices.Equal(got, want) {
		t.Errorf("variables of %v: got %v, want %v", e, got, want)
	}
	for _, v := range []Var{Z, A, Y} {
		if !Uses(e, v) {
			t.Errorf("%v does not use %v", e, v)
		}
	}
	if Uses(e, LSE) || Uses(Number(1), Z) {
		t.Error("a variable is used where it is not")
	}
}

func TestConstant(t *testing.T) {
	third := Binary{OpDiv, Number(1), Number(3)}
	for _, c := range []struct {
		e    Expr
		want bool
	}{
		{Number(2), true}, {third, true}, {Unary{OpNeg, third}, true}, {Binary{OpMax, third, Number(0)}, true},
		{Z, false}, {Binary{OpMul, third, Z}, false}, {Unary{OpNeg, Z}, false}, {Unary{OpExp, Number(1)}, false},
	} {
		if got := Constant(c.e); got != c.want {
			t.Errorf("Constant(%v) is %v", c.e, got)
		}
	}
}
