package expr

import "testing"

func TestD(t *testing.T) {
	n := Number
	for _, c := range []struct {
		e    Expr
		want string
	}{
		{n(3), "0"},
		{Z, "1"},
		{A, "0"},
		{Neg(Z), "-1"},
		{Add(Z, A), "1"},
		{Mul(n(3), Z), "3"},
		{Mul(A, Z), "a"},
		{Square(Z), "2*z"},
		{Square(Sub(Z, Y)), "2*(z - y)"},
		{Square(Sub(Y, Z)), "-2*(y - z)"},
		{Div(Z, n(6)), "0.16666666666666666"},
		{Div(A, Z), "-a/z/z"},
		{Exp(Neg(Z)), "-exp(-z)"},
		{Exp(Mul(n(2), Z)), "2*exp(2*z)"},
		{Log(Z), "1/z"},
		{Log(Mul(A, Z)), "a/(a*z)"},
		{Log1p(Exp(Z)), "exp(z)/(1 + exp(z))"},
		{Sqrt(Z), "0.5/sqrt(z)"},
		{Tanh(Z), "1 - tanh(z)^2"},
		{Sigmoid(Z), "sigmoid(z)*(1 - sigmoid(z))"},
		{Abs(Z), "where(z, 1, where(-z, -1, 0))"},
		{Where(Z, Square(Z), A), "where(z, 2*z, 0)"},
		{Expm1(Z), "exp(z)"},
		{Erf(Z), "1.1283791670955126*exp(-z^2)"},
		{Sin(Mul(n(2), Z)), "2*cos(2*z)"},
		{Cos(Z), "-sin(z)"},
		{Pow(Z, n(1.5)), "1.5*pow(z, 0.5)"},
		{Pow(n(2), Z), "0.6931471805599453*pow(2, z)"},
		{Pow(Z, A), "where(abs(a), a*pow(z, a - 1), a)"},
		{Pow(A, Z), "pow(a, z)*where(abs(a), log(a), min(z, a))"},
		{Pow(Z, Z), "where(abs(z), z*pow(z, z - 1), z) + pow(z, z)*where(abs(z), log(z), z)"},
		{Pow(Add(n(0.5), Abs(A)), Z), "pow(0.5 + abs(a), z)*log(0.5 + abs(a))"},
		{Pow(n(0), Z), "pow(0, z)*min(z, 0)"},
		{Max(Z, n(0)), "where(z, 1, 0)"},
		{Max(n(0), Z), "where(z, 1, 0)"},
		{Min(Z, n(1)), "where(1 - z, 1, 0)"},
		{Max(Z, A), "where(z - a, 1, 0)"},
		{Max(A, Z), "where(a - z, 0, 1)"},
		{Max(Z, Add(Z, A)), "1"},
		{Exp(A), "0"},
		{Exp(Sub(Z, Z)), "0"},
		{Add(Mul(Z, A), Mul(n(-1), Mul(Z, A))), "0"},
	} {
		if got := D(c.e, Z).String(); got != c.want {
			t.Errorf("d/dz %v: got %s, want %s", c.e, got, c.want)
		}
	}
}

// The conventions of D where there is no derivative.
func TestDAtKinks(t *testing.T) {
	for _, c := range []struct {
		e    Expr
		z    float64
		want float64
	}{
		{Abs(Z), 0, 0},
		{Max(Z, Number(0)), 0, 0},
		{Max(Number(0), Z), 0, 0},
		{Min(Z, Number(1)), 1, 0},
		{Max(Z, Mul(Number(2), Z)), 0, 2}, // the second operand's
		{Where(Z, Z, Mul(Number(3), Z)), 0, 3},
	} {
		if got := mustEval(t, D(c.e, Z), Env[float64]{Z: c.z}); got != c.want {
			t.Errorf("d/dz %v at %v is %v, want %v", c.e, c.z, got, c.want)
		}
	}
}

// Random expressions, against differences.
func TestDOfRandomExpressions(t *testing.T) {
	m := newTreeMaker(4)
	m.numbers = []float64{1, 2, 3, 0.5, -1, -0.3, 0.1}
	env := Env[float64]{Z: 0.7109375, A: -1.2734375, Y: 0.3515625}
	compared := 0
	for range shortened(6000) {
		e := Simplify(m.tree(1 + m.IntN(5)))
		for _, v := range []Var{Z, A, Y} {
			if Uses(e, v) && checkDerivative(t, e, D(e, v), v, env) {
				compared++
			}
		}
		if t.Failed() {
			t.FailNow()
		}
	}
	if compared < shortened(3000) {
		t.Errorf("only %d derivatives could be compared", compared)
	}
}
