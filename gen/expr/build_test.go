package expr

import (
	"math"
	"testing"
)

func TestConstructorsRewriteExactly(t *testing.T) {
	n, minusZero := Number, Number(math.Copysign(0, -1))
	for _, c := range []struct {
		got  Expr
		want string
	}{
		{Neg(Neg(Z)), "z"},
		{Neg(n(3)), "-3"},
		{Neg(Mul(n(2), Z)), "-2*z"},
		{Neg(Div(n(2), Z)), "-2/z"},
		{Add(Z, minusZero), "z"},
		{Add(minusZero, Z), "z"},
		{Add(Z, Neg(A)), "z - a"},
		{Add(Neg(A), Z), "z - a"},
		{Add(Z, n(-3)), "z - 3"},
		{Add(n(1), Mul(n(-2), Z)), "1 - 2*z"},
		{Add(Z, Z), "2*z"},
		{Add(Mul(Z, Y), Mul(Y, Z)), "2*(z*y)"},
		{Sub(Z, n(0)), "z"},
		{Sub(Z, Neg(A)), "z + a"},
		{Sub(Z, n(-3)), "z + 3"},
		{Mul(Z, n(1)), "z"},
		{Mul(n(-1), Z), "-z"},
		{Mul(Z, n(2)), "2*z"},
		{Mul(Neg(Z), A), "-z*a"},
		{Mul(Neg(Z), Neg(A)), "z*a"},
		{Mul(n(3), Neg(Z)), "-3*z"},
		{Mul(n(0.1), Binary{OpMul, n(-0.1), Z}), "-0.1*(0.1*z)"},
		{Div(n(0.1), Binary{OpDiv, n(-0.1), Z}), "-0.1/(0.1/z)"},
		{Div(Z, n(1)), "z"},
		{Div(Z, n(-1)), "-z"},
		{Div(Z, n(4)), "0.25*z"},
		{Div(Z, n(6)), "z/6"},
		{Div(Neg(Z), Neg(A)), "z/a"},
		{Max(n(0), Z), "max(z, 0)"},
		{Max(Z, Z), "z"},
		{Min(n(2), n(0.1)), "0.1"},
		{Abs(Neg(Z)), "abs(z)"},
		{Abs(Abs(Z)), "abs(z)"},
		{Where(n(2), Z, A), "z"},
		{Add(n(1), n(2)), "3"},
		{Div(n(3), n(4)), "0.75"},
	} {
		if got := c.got.String(); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}

// What looks like a simplification but changes some result must stay.
func TestConstructorsKeepWhatRounds(t *testing.T) {
	n := Number
	for _, c := range []struct {
		got  Expr
		want string
	}{
		{Add(Z, n(0)), "z + 0"},
		{Sub(n(0), Z), "0 - z"},
		{Mul(n(0), Z), "0*z"},
		{Sub(Z, Z), "z - z"},
		{Div(Z, Z), "z/z"},
		{Neg(Sub(Z, A)), "-(z - a)"},
		{Add(n(0.1), n(0.2)), "0.1 + 0.2"},
		{Mul(n(16777215), n(16777213)), "1.6777215e+07*1.6777213e+07"},
		{Div(n(1), n(3)), "1/3"},
		{Div(n(1), n(0)), "1/0"},
		{Mul(n(2), Mul(n(0.1), Z)), "2*(0.1*z)"},
		{Where(n(1e-60), Z, A), "where(1e-60, z, a)"},
		{Where(Z, A, A), "a"},
		{Div(Z, Number(0x1p-140)), "z/2^-140"},
	} {
		if got := c.got.String(); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}

// The exact rewrites must not change a bit, whatever the expression, the values and the precision.
func TestSimplifyIsExact(t *testing.T) {
	m := newTreeMaker(1)
	points64, points32 := points[float64](m), points[float32](m)
	changed := 0
	for range 20000 {
		e := m.tree(1 + m.IntN(5))
		s := Simplify(e)
		if s != e {
			changed++
		}
		for _, env := range points64 {
			if want, got := mustEval(t, e, env), mustEval(t, s, env); !sameBits(want, got) {
				t.Fatalf("float64: %v = %v, simplified %v = %v at %v", e, want, s, got, env)
			}
		}
		for _, env := range points32 {
			if want, got := mustEval(t, e, env), mustEval(t, s, env); !sameBits(want, got) {
				t.Fatalf("float32: %v = %v, simplified %v = %v at %v", e, want, s, got, env)
			}
		}
		if again := Simplify(s); again != s {
			t.Fatalf("%v simplifies to %v, and that to %v", e, s, again)
		}
		if before, after := CountOps(e), CountOps(s); total(after) > total(before) {
			t.Fatalf("%v has %v, simplified %v has %v", e, before, s, after)
		}
	}
	if changed < 5000 {
		t.Errorf("only %d expressions had anything to simplify", changed)
	}
}

func total(c Count) int64 { return c.Adds + c.Muls + c.Divs + c.Calls + c.Selects }
