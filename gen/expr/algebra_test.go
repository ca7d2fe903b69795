package expr

import (
	"math"
	"testing"
)

func TestAlgebra(t *testing.T) {
	n := Number
	for _, c := range []struct {
		got  Expr
		want string
	}{
		{neg(Sub(Z, A)), "a - z"},
		{add(Z, n(0)), "z"},
		{add(n(0), Z), "z"},
		{add(Mul(n(2), Z), Mul(n(3), Z)), "5*z"},
		{add(Z, Neg(Z)), "0"},
		{add(n(0.1), n(0.2)), "0.30000000000000004"},
		{sub(n(0), Z), "-z"},
		{sub(Z, Z), "0"},
		{sub(Z, Mul(n(3), Z)), "-2*z"},
		{mul(n(0), Exp(Z)), "0"},
		{mul(Mul(n(2), Z), Mul(n(0.5), A)), "z*a"},
		{mul(n(3), Mul(n(0.1), Z)), "0.30000000000000004*z"},
		{mul(Z, Div(n(1), A)), "z/a"},
		{mul(Div(n(1), A), Z), "z/a"},
		{mul(Neg(Z), Neg(A)), "z*a"},
		{div(n(0), Z), "0"},
		{div(Z, Z), "1"},
		{div(n(1), n(3)), "0.3333333333333333"},
		// Not a number, or not finite: left for the evaluation to show.
		{div(n(0), n(0)), "0/0"},
		{div(n(1), n(0)), "1/0"},
		{mul(n(1e300), Mul(n(1e300), Z)), "1e+300*(1e+300*z)"},
		{mul(n(math.NaN()), Z), "NaN*z"},
	} {
		if got := c.got.String(); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}

// The algebraic rewrites keep the value, up to rounding, of whatever is finite throughout.
func TestAlgebraKeepsTheValue(t *testing.T) {
	m := newTreeMaker(5)
	m.numbers = []float64{0, 1, -1, 2, 0.5, 3, 0.1, -0.3}
	compared := 0
	for range 20000 {
		e := m.tree(1 + m.IntN(5))
		s := algebraic(e)
		env := Env[float64]{Z: m.NormFloat64(), A: m.NormFloat64(), Y: m.NormFloat64()}
		want, e1 := bounded(t, e, env, unit64)
		got, e2 := bounded(t, s, env, unit64)
		if !(e1+e2 < 1e-9*(1+math.Abs(want))) {
			continue
		}
		compared++
		if !(math.Abs(got-want) <= e1+e2) {
			t.Fatalf("%v = %v\nbecame %v = %v at %v", e, want, s, got, env)
		}
	}
	if compared < 10000 {
		t.Errorf("only %d expressions could be compared", compared)
	}
}

// algebraic rebuilds e with the algebraic constructors.
func algebraic(e Expr) Expr {
	switch n := e.(type) {
	case Unary:
		x := algebraic(n.X)
		if n.Op == OpNeg {
			return neg(x)
		}
		return apply(n.Op, x, nil)
	case Binary:
		x, y := algebraic(n.X), algebraic(n.Y)
		switch n.Op {
		case OpAdd:
			return add(x, y)
		case OpSub:
			return sub(x, y)
		case OpMul:
			return mul(x, y)
		case OpDiv:
			return div(x, y)
		}
		return apply(n.Op, x, y)
	}
	return e
}
