package expr

import (
	"strings"
	"testing"
)

func TestShare(t *testing.T) {
	s := Sub(A, Y)
	for _, c := range []struct {
		prefix  string
		results []Expr
		want    string
	}{
		{"t", []Expr{Z}, "-> z"},
		{"t", []Expr{Square(s)}, "t0 = a - y\n-> t0^2"},
		{"t", []Expr{Square(s), Mul(Number(2), s)}, "t0 = a - y\n-> t0^2, 2*t0"},
		{"t", []Expr{s, s}, "t0 = a - y\n-> t0, t0"},
		{"t", []Expr{Mul(Z, Y), Exp(Mul(Y, Z))}, "t0 = z*y\n-> t0, exp(t0)"},
		// exp(z) is inside what is shared already, and needs no name.
		{"t", []Expr{Log(Exp(Z)), Sqrt(Log(Exp(Z)))}, "t0 = log(exp(z))\n-> t0, sqrt(t0)"},
		{"t", []Expr{D(Sigmoid(Z), Z)}, "t0 = sigmoid(z)\n-> t0*(1 - t0)"},
		{
			"t", []Expr{Add(Square(Exp(Var("t0"))), Var("t2")), Square(Exp(Z))},
			"t1 = exp(t0)\nt3 = exp(z)\n-> t1^2 + t2, t3^2",
		},
		{"z1_3", []Expr{Square(Exp(Z))}, "z1_30 = exp(z)\n-> z1_30^2"},
		{"t", []Expr{Square(Add(Exp(Z), Abs(Z))), Abs(Z)}, "t0 = abs(z)\nt1 = exp(z) + t0\n-> t1^2, t0"},
	} {
		if got := Share(c.prefix, c.results...).String(); got != c.want {
			t.Errorf("sharing %v: got\n%s\nwant\n%s", c.results, got, c.want)
		}
	}
}

// The program computes the same bits, each operation once, the same way every time.
func TestShareRandomExpressions(t *testing.T) {
	m := newTreeMaker(6)
	points64, points32 := points[float64](m), points[float32](m)
	lets := 0
	for range shortened(5000) {
		results := []Expr{m.tree(4), m.tree(4)}
		results = append(results, Binary{OpMul, results[0], results[1]}, Binary{OpSub, results[1], results[0]})
		p := Share("t", results...)
		lets += len(p.Lets)
		if again := Share("t", results...).String(); again != p.String() {
			t.Fatalf("two programs for %v:\n%v\n%v", results, p, again)
		}
		sameValues(t, p, results, points64)
		sameValues(t, p, results, points32)
		n := newNumbering()
		for _, e := range results {
			n.number(e)
		}
		var want Count
		for _, node := range n.nodes {
			switch e := node.expr.(type) {
			case Unary:
				want = want.Plus(opCount(e.Op))
			case Binary:
				want = want.Plus(opCount(e.Op))
			case Select:
				want = want.Plus(opCount(OpWhere))
			}
		}
		if got := p.Count(); got != want {
			t.Fatalf("%v\ncounts %+v; there are %+v different operations", p, got, want)
		}
		for _, l := range p.Lets {
			if strings.Count(p.String()+" ", string(l.Name)) < 2 {
				t.Fatalf("%v\nnever uses %s", p, l.Name)
			}
		}
	}
	if lets < shortened(10000) {
		t.Errorf("only %d subexpressions were shared", lets)
	}
}

func sameValues[F Float](t *testing.T, p Program, results []Expr, envs []Env[F]) {
	t.Helper()
	for _, env := range envs {
		got, err := EvalProgram(p, env)
		if err != nil {
			t.Fatal(err)
		}
		for i, e := range results {
			if want := mustEval(t, e, env); !sameBits(got[i], want) {
				t.Fatalf("%v\nresult %d is %v, should be %v at %v", p, i, got[i], want, env)
			}
		}
		if len(env) != 3 {
			t.Fatalf("the environment was changed: %v", env)
		}
	}
}

func TestEvalProgramErrors(t *testing.T) {
	p := Share("t", Square(Exp(Z)), A)
	for env, want := range map[*Env[float64]]string{
		{A: 1}: "t0: variable z has no value; give it one in the environment",
		{Z: 1}: "result 1: variable a has no value; give it one in the environment",
	} {
		if _, err := EvalProgram(p, *env); err == nil || err.Error() != want {
			t.Errorf("got error %v, want %s", err, want)
		}
	}
}
