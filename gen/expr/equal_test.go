package expr

import "testing"

func TestEqual(t *testing.T) {
	for _, c := range []struct {
		x, y Expr
		want bool
	}{
		{Z, Z, true},
		{Z, A, false},
		{Number(1), Number(1), true},
		{Number(0), Neg(Number(0)), false},
		{Mul(Z, A), Mul(A, Z), true},
		{Add(Mul(Z, A), Exp(Y)), Add(Exp(Y), Mul(A, Z)), true},
		{Max(Z, Exp(Mul(A, Y))), Max(Exp(Mul(Y, A)), Z), true},
		{Sub(Z, A), Sub(A, Z), false},
		{Div(Z, A), Div(A, Z), false},
		{Exp(Z), Log(Z), false},
		{Exp(Mul(Z, A)), Exp(Mul(A, Z)), true},
		{Exp(Z), Add(Z, A), false},
		{Add(Z, A), Mul(Z, A), false},
		{Add(Add(Z, A), Y), Add(Z, Add(A, Y)), false}, // regrouping rounds differently
	} {
		if got := Equal(c.x, c.y); got != c.want {
			t.Errorf("Equal(%v, %v) = %t", c.x, c.y, got)
		}
		if got := Equal(c.y, c.x); got != c.want {
			t.Errorf("Equal(%v, %v) = %t", c.y, c.x, got)
		}
	}
}

// Comparing takes time linear in size, however the commutative operations are nested.
func TestEqualOfDeepNesting(t *testing.T) {
	var x, y Expr = Z, Z
	for range 2000 {
		x, y = Binary{OpAdd, x, A}, Binary{OpAdd, A, y}
	}
	if !Equal(x, y) || Equal(x, Binary{OpAdd, y, A}) {
		t.Error("nested sums compare wrong")
	}
}
