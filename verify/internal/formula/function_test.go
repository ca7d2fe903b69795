package formula

import (
	"math"
	"math/big"
	"testing"

	"github.com/backpropgen/backpropgen/spec/formula"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
	"github.com/backpropgen/backpropgen/verify/internal/verifytest"
)

// truth evaluates formulas and their derivatives to hundreds of digits, from the tree that the parser gives.
type truth struct {
	v, y *big.Float
	by   string
	// undefined: something on the way has no value, or none of a size that is worth the time.
	undefined bool
}

// bigDual is a number and its derivative; fixed if no variable is in it, constant if not the one to differentiate by.
type bigDual struct {
	v, d            *big.Float
	fixed, constant bool
}

// truthOf returns the value and the derivative at v and y; ok is false where there is none.
func truthOf(n formula.Node, by string, v, y float64) (value, slope *big.Float, ok bool) {
	if math.IsNaN(v+y) || math.IsInf(v+y, 0) {
		return nil, nil, false
	}
	t := &truth{v: verifytest.Num(v), y: verifytest.Num(y), by: by}
	r := t.dual(n)
	return r.v, r.d, !t.undefined
}

func plus(x, y *big.Float) *big.Float  { return verifytest.Zero().Add(x, y) }
func minus(x, y *big.Float) *big.Float { return verifytest.Zero().Sub(x, y) }
func times(x, y *big.Float) *big.Float { return verifytest.Zero().Mul(x, y) }
func minusOf(x *big.Float) *big.Float  { return verifytest.Zero().Neg(x) }

// over is x/y.
func (t *truth) over(x, y *big.Float) *big.Float {
	if t.undefined || y.Sign() == 0 {
		t.undefined = true
		return verifytest.Num(1)
	}
	return verifytest.Zero().Quo(x, y)
}

// small says whether |x| < limit, or else that there is nothing to compute.
func (t *truth) small(x *big.Float, limit float64) bool {
	if t.undefined || verifytest.Zero().Abs(x).Cmp(verifytest.Num(limit)) >= 0 ||
		x.Sign() != 0 && x.MantExp(nil) < -250 {
		t.undefined = true
	}
	return !t.undefined
}

func (t *truth) exp(x *big.Float) *big.Float {
	if !t.small(x, 200) {
		return verifytest.Num(1)
	}
	return verifytest.BigExp(x)
}

func (t *truth) log(x *big.Float) *big.Float {
	if t.undefined || x.Sign() <= 0 {
		t.undefined = true
		return verifytest.Num(1)
	}
	if rest := minus(x, verifytest.Num(1)); rest.Sign() != 0 && rest.MantExp(nil) < -250 {
		t.undefined = true // the digits don't reach
	}
	return verifytest.BigLog(x)
}

func (t *truth) sqrt(x *big.Float) *big.Float {
	if t.undefined || x.Sign() < 0 {
		t.undefined = true
		return verifytest.Num(1)
	}
	return verifytest.Zero().Sqrt(x)
}

// sinCos is Taylor's series at x/2^k, and k times the formulas of the double angle.
func (t *truth) sinCos(x *big.Float) (sin, cos *big.Float) {
	if !t.small(x, 1e5) {
		return verifytest.Num(0), verifytest.Num(1)
	}
	const halvings = 40
	small := verifytest.Zero().SetMantExp(x, -halvings)
	s, c, term := verifytest.Num(0), verifytest.Num(0), verifytest.Num(1)
	for i := range 40 {
		switch i % 4 {
		case 0:
			c.Add(c, term)
		case 1:
			s.Add(s, term)
		case 2:
			c.Sub(c, term)
		case 3:
			s.Sub(s, term)
		}
		term = verifytest.Zero().Quo(times(term, small), verifytest.Num(float64(i+1)))
	}
	for range halvings {
		s, c = times(verifytest.Num(2), times(s, c)), minus(times(c, c), times(s, s))
	}
	return s, c
}

// atan halves the argument's angle and adds up Taylor's series there.
func (t *truth) atan(x *big.Float) *big.Float {
	if !t.small(x, 1e30) {
		return verifytest.Num(1)
	}
	const halvings = 12
	for range halvings {
		x = verifytest.Zero().Quo(x,
			plus(verifytest.Num(1), verifytest.Zero().Sqrt(plus(verifytest.Num(1), times(x, x)))))
	}
	sum, power := verifytest.Num(0), x
	for i := range 40 {
		term := verifytest.Zero().Quo(power, verifytest.Num(float64(2*i+1)))
		if i%2 == 1 {
			term.Neg(term)
		}
		sum.Add(sum, term)
		power = times(power, times(x, x))
	}
	return verifytest.Zero().SetMantExp(sum, halvings)
}

func (t *truth) pi() *big.Float { return times(verifytest.Num(4), t.atan(verifytest.Num(1))) }

// erf is Taylor's series; beyond 18 nothing distinguishes it from ±1.
func (t *truth) erf(x *big.Float) *big.Float {
	if x.Sign() != 0 && verifytest.Zero().Abs(x).Cmp(verifytest.Num(18)) >= 0 {
		return verifytest.Num(float64(x.Sign()))
	}
	sum, power := verifytest.Num(0), x
	square := times(x, x)
	for i := range 1500 {
		term := verifytest.Zero().Quo(power, verifytest.Num(float64(2*i+1)))
		sum.Add(sum, term)
		if term.Sign() == 0 || term.MantExp(nil) < -500 {
			break
		}
		power = minusOf(verifytest.Zero().Quo(times(power, square), verifytest.Num(float64(i+1))))
	}
	return times(sum, t.slopeOfErf0())
}

func (t *truth) slopeOfErf0() *big.Float {
	return verifytest.Zero().Quo(verifytest.Num(2), verifytest.Zero().Sqrt(t.pi()))
}

func (t *truth) sigmoid(x *big.Float) *big.Float {
	return t.over(verifytest.Num(1), plus(verifytest.Num(1), t.exp(minusOf(x))))
}

func (t *truth) tanh(x *big.Float) *big.Float {
	return minus(times(verifytest.Num(2), t.sigmoid(times(verifytest.Num(2), x))), verifytest.Num(1))
}

func (t *truth) whole(x *big.Float, n int) *big.Float {
	p := verifytest.Num(1)
	for range max(n, -n) {
		p.Mul(p, x)
	}
	if n < 0 {
		return t.over(verifytest.Num(1), p)
	}
	return p
}

// dual is the forward mode of differentiation.
func (t *truth) dual(n formula.Node) bigDual {
	fixed := func(v *big.Float) bigDual { return bigDual{v, verifytest.Num(0), true, true} }
	if t.undefined {
		return fixed(verifytest.Num(1))
	}
	switch n := n.(type) {
	case *formula.Number:
		return fixed(verifytest.Num(n.Value))
	case *formula.Variable:
		if n.Name == t.by {
			return bigDual{t.v, verifytest.Num(1), false, false}
		}
		return bigDual{t.y, verifytest.Num(0), false, true}
	case *formula.Negation:
		x := t.dual(n.X)
		return bigDual{minusOf(x.v), minusOf(x.d), x.fixed, x.constant}
	case *formula.Binary:
		x, y := t.dual(n.X), t.dual(n.Y)
		v, d := t.binary(n.Op, x, y)
		return bigDual{v, d, x.fixed && y.fixed, x.constant && y.constant}
	case *formula.Call:
		x := t.dual(n.Args[0])
		if len(n.Args) == 2 {
			return t.extremum(n.Name == "max", x, t.dual(n.Args[1]))
		}
		v, d := t.function(n.Name, x.v)
		return bigDual{v, times(d, x.d), x.fixed, x.constant}
	}
	panic("no truth of such a node")
}

func (t *truth) binary(op byte, x, y bigDual) (v, d *big.Float) {
	switch op {
	case '+':
		return plus(x.v, y.v), plus(x.d, y.d)
	case '-':
		return minus(x.v, y.v), minus(x.d, y.d)
	case '*':
		return times(x.v, y.v), plus(times(x.d, y.v), times(x.v, y.d))
	case '/':
		return t.over(x.v, y.v), t.over(minus(times(x.d, y.v), times(x.v, y.d)), times(y.v, y.v))
	}
	c, _ := y.v.Float64()
	if y.constant && c == math.Trunc(c) && math.Abs(c) <= 16 {
		if c == 0 {
			return verifytest.Num(1), verifytest.Num(0)
		}
		return t.whole(x.v, int(c)), times(times(y.v, t.whole(x.v, int(c)-1)), x.d)
	}
	sign := 1.0
	base := x.v
	if x.v.Sign() < 0 && y.v.IsInt() && y.constant && math.Abs(c) < 1000 {
		sign, base = math.Pow(-1, c), minusOf(x.v)
	}
	if base.Sign() == 0 && y.constant && c > 1 {
		return verifytest.Num(0), verifytest.Num(0)
	}
	logs := t.log(base)
	v, d = t.exp(times(y.v, logs)), verifytest.Num(0)
	v = times(v, verifytest.Num(sign))
	if !x.constant {
		d = times(times(y.v, t.over(v, x.v)), x.d)
	}
	if !y.constant {
		d = plus(d, times(times(v, logs), y.d))
	}
	return v, d
}

func (t *truth) extremum(larger bool, x, y bigDual) bigDual {
	if x.fixed {
		x, y = y, x
	}
	if c := x.v.Cmp(y.v); larger && c > 0 || !larger && c < 0 {
		return bigDual{x.v, x.d, x.fixed && y.fixed, x.constant && y.constant}
	}
	return bigDual{y.v, y.d, x.fixed && y.fixed, x.constant && y.constant}
}

// function returns f(x) and f'(x).
func (t *truth) function(name string, x *big.Float) (f, d *big.Float) {
	one := verifytest.Num(1)
	switch name {
	case "abs":
		return verifytest.Zero().Abs(x), verifytest.Num(float64(x.Sign()))
	case "exp":
		e := t.exp(x)
		return e, e
	case "expm1":
		e := t.exp(x)
		return minus(e, one), e
	case "log":
		return t.log(x), t.over(one, x)
	case "log1p":
		return t.log(plus(one, x)), t.over(one, plus(one, x))
	case "sqrt":
		r := t.sqrt(x)
		return r, t.over(verifytest.Num(0.5), r)
	case "tanh":
		twice := times(verifytest.Num(2), x)
		return t.tanh(x), times(verifytest.Num(4), times(t.sigmoid(twice), t.sigmoid(minusOf(twice))))
	case "sigmoid":
		s := t.sigmoid(x)
		return s, times(s, t.sigmoid(minusOf(x)))
	case "atan":
		return t.atan(x), t.over(one, plus(one, times(x, x)))
	case "sin":
		s, c := t.sinCos(x)
		return s, c
	case "cos":
		s, c := t.sinCos(x)
		return c, minusOf(s)
	case "erf":
		return t.erf(x), times(t.slopeOfErf0(), t.exp(minusOf(times(x, x))))
	}
	panic("no truth of " + name)
}

// TestTruth compares the functions to hundreds of digits with package math.
func TestTruth(t *testing.T) {
	for _, f := range functions {
		if f.name == "softplus" {
			continue
		}
		for _, x := range []float64{-12, -5, -1.5, -0.75, -1e-3, 1e-6, 0.3, 1, 3, 7, 13} {
			exact := &truth{}
			v, d := exact.function(f.name, verifytest.Num(x))
			if exact.undefined {
				if x >= f.lowest {
					t.Errorf("%s(%v) has no value", f.name, x)
				}
				continue
			}
			for _, pair := range []struct {
				exact *big.Float
				got   float64
				name  string
			}{{v, f.at(x), ""}, {d, f.slope(x), "'"}} {
				want, _ := pair.exact.Float64()
				if !(math.Abs(pair.got-want) <= 16*rounding.Float64.ULP(want)+0x1p-100) {
					t.Errorf("%s%s(%v) = %v, to hundreds of digits %v", f.name, pair.name, x, pair.got, want)
				}
			}
		}
	}
}
