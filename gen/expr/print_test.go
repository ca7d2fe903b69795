package expr

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestString(t *testing.T) {
	n := Number
	for _, c := range []struct {
		e    Expr
		want string
	}{
		{Z, "z"},
		{n(0.1), "0.1"},
		{n(-2), "-2"},
		{n(1e300), "1e+300"},
		{n(0x1p-126), "2^-126"},
		{n(-0x1p-126), "-2^-126"},
		{n(0.5), "0.5"},
		{n(1024), "1024"},
		{n(math.Copysign(0, -1)), "-0"},
		{n(math.Inf(1)), "Inf"},
		{n(math.Inf(-1)), "-Inf"},
		{n(math.NaN()), "NaN"},
		{Square(A), "a^2"},
		{Sub(n(1), Square(A)), "1 - a^2"},
		{Square(Sub(A, Y)), "(a - y)^2"},
		{Neg(Square(A)), "-a^2"},
		{Square(Neg(A)), "a^2"},
		{Binary{OpMul, Neg(A), Neg(A)}, "(-a)^2"},
		{Binary{OpMul, n(-3), n(-3)}, "(-3)^2"},
		{Binary{OpMul, n(0x1p-126), n(0x1p-126)}, "(2^-126)^2"},
		{Mul(A, Sub(n(1), A)), "a*(1 - a)"},
		{Sub(A, Sub(Y, Z)), "a - (y - z)"},
		{Sub(Sub(A, Y), Z), "a - y - z"},
		{Add(A, Add(Y, Z)), "a + (y + z)"},
		{Mul(A, Mul(Y, Z)), "a*(y*z)"},
		{Mul(Mul(A, Y), Z), "a*y*z"},
		{Div(A, Div(Y, Z)), "a/(y/z)"},
		{Div(Mul(A, Y), Z), "a*y/z"},
		{Mul(A, Div(Y, Z)), "a*(y/z)"},
		{Binary{OpDiv, Neg(Z), A}, "(-z)/a"},
		{Unary{OpNeg, Unary{OpNeg, Z}}, "-(-z)"},
		{Unary{OpNeg, n(-2)}, "-(-2)"},
		{Binary{OpAdd, Z, n(-2)}, "z + (-2)"},
		{Binary{OpMul, Z, Neg(A)}, "z*(-a)"},
		{Binary{OpMul, Neg(Z), A}, "(-z)*a"},
		{Neg(Mul(Z, A)), "-z*a"},
		{Neg(Add(Z, A)), "-(z + a)"},
		{Max(Neg(Z), n(0)), "max(-z, 0)"},
		{Log1p(Exp(Neg(Abs(Z)))), "log1p(exp(-abs(z)))"},
		{Div(Z, Add(n(1), Exp(Neg(Z)))), "z/(1 + exp(-z))"},
		{Binary{OpAdd, nil, Z}, "? + z"},
	} {
		if got := c.e.String(); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}

// Reading the text back gives the expression: no parentheses are missing.
func TestStringReadsBack(t *testing.T) {
	m := newTreeMaker(2)
	m.numbers = slices.DeleteFunc(m.numbers, func(v float64) bool {
		return v == 0 &&
			math.Signbit(v)
	}) // looks like -(0)
	for range 20000 {
		e := m.tree(1 + m.IntN(5))
		p := reader{text: strings.ReplaceAll(e.String(), " ", "")}
		back := p.sum()
		if p.text != "" {
			t.Fatalf("%v: %q is left over", e, p.text)
		}
		// -(2*z) and (-2)*z look alike, and are the same to the bit.
		if want, got := Simplify(e), Simplify(back); got != want {
			t.Fatalf("%v reads back as %v", want, got)
		}
	}
}

// A reader reads ordinary notation, by recursive descent.
type reader struct{ text string }

func (r *reader) take(prefix string) bool {
	rest, ok := strings.CutPrefix(r.text, prefix)
	r.text = rest
	return ok
}

func (r *reader) sum() Expr {
	var e Expr
	if r.take("-") {
		e = Unary{OpNeg, r.product()}
	} else {
		e = r.product()
	}
	for {
		switch {
		case r.take("+"):
			e = Binary{OpAdd, e, r.product()}
		case r.take("-"):
			e = Binary{OpSub, e, r.product()}
		default:
			return e
		}
	}
}

func (r *reader) product() Expr {
	e := r.power()
	for {
		switch {
		case r.take("*"):
			e = Binary{OpMul, e, r.power()}
		case r.take("/"):
			e = Binary{OpDiv, e, r.power()}
		default:
			return e
		}
	}
}

func (r *reader) power() Expr {
	e := r.atom()
	if !r.take("^") {
		return e
	}
	if r.text[0] == '-' || e == Expr(Number(2)) {
		end := 1 + strings.IndexFunc(r.text[1:]+";", func(c rune) bool { return c < '0' || c > '9' })
		k, _ := strconv.Atoi(r.text[:end])
		r.text = r.text[end:]
		return Number(math.Ldexp(1, k))
	}
	r.take("2")
	return Binary{OpMul, e, e}
}

func (r *reader) atom() Expr {
	if r.take("(") {
		e := r.sum()
		r.take(")")
		return e
	}
	end := strings.IndexAny(r.text+";", "+-*/^(),;")
	if strings.HasSuffix(r.text[:end], "e") && r.text[0] <= '9' { // the exponent has a sign
		end += 1 + strings.IndexAny(r.text[end+1:]+";", "+-*/^(),;")
	}
	word := r.text[:end]
	r.text = r.text[end:]
	if v, err := strconv.ParseFloat(word, 64); err == nil {
		return Number(v)
	}
	for op := range numOps {
		if ops[op].name != word {
			continue
		}
		r.take("(")
		x := r.sum()
		if r.take(",") {
			y := r.sum()
			if r.take(",") {
				z := r.sum()
				r.take(")")
				return Select{x, y, z}
			}
			r.take(")")
			return Binary{op, x, y}
		}
		r.take(")")
		return Unary{op, x}
	}
	return Var(word)
}
