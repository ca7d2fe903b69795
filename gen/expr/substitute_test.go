package expr

import "testing"

func TestSubstitute(t *testing.T) {
	for _, c := range []struct {
		e, old, with Expr
		want         string
	}{
		{Sub(Number(1), Square(Tanh(Z))), Tanh(Z), A, "1 - a^2"},
		{Sub(Z, Y), Y, Neg(A), "z + a"},
		{Exp(Mul(Y, Z)), Mul(Z, Y), A, "exp(a)"},
		{Mul(Z, Z), Z, Add(Z, Number(1)), "(z + 1)^2"}, // not again in what was put in
		{Exp(Exp(Z)), Exp(Z), Z, "exp(z)"},
		{Tanh(Z), A, Y, "tanh(z)"},
		{Mul(Z, A), Z, Number(1), "a"},
	} {
		if got := Substitute(c.e, c.old, c.with).String(); got != c.want {
			t.Errorf("%v with %v for %v: got %s, want %s", c.e, c.with, c.old, got, c.want)
		}
	}
}
