package functions

import (
	"math"

	"github.com/backpropgen/backpropgen/gen/vec"
)

// polynomial is c[0] + c[1]·x + …, by Estrin's scheme: neighbours are joined with x, then with x², with x⁴ and so on,
// so that the chain of operations grows as the logarithm of the degree. Where many are computed side by side it is
// Horner's, which has fewer operations.
func (b *Code) polynomial(x *vec.Value, c ...float64) *vec.Value {
	terms := make([]*vec.Value, len(c))
	for i, v := range c {
		terms[i] = b.Number(v)
	}
	return b.joined(x, terms)
}

// joined is terms[0] + terms[1]·x + …, in the same way.
func (b *Code) joined(x *vec.Value, terms []*vec.Value) *vec.Value {
	if b.Many {
		p := terms[len(terms)-1]
		for i := len(terms) - 2; i >= 0; i-- {
			p = b.madd(p, x, terms[i])
		}
		return p
	}
	for {
		for i := 0; i < len(terms); i += 2 {
			terms[i/2] = terms[i]
			if i+1 < len(terms) {
				terms[i/2] = b.madd(terms[i+1], x, terms[i])
			}
		}
		terms = terms[:(len(terms)+1)/2]
		if len(terms) == 1 {
			return terms[0]
		}
		x = b.product(x, x)
	}
}

// format are the constants of a precision that the elementary functions take apart and put together numbers with.
type format struct {
	// magic added to a number of moderate size leaves it rounded to an integer in the low bits.
	magic float64
	// mantissa is the number of bits below the exponent.
	mantissa int
	// ln2High has so few bits that n·ln2High is exact; ln2Low is what it lacks of log 2.
	ln2High, ln2Low float64
	// most and least are where e^x is infinite and 0.
	most, least float64
	// exp is (e^r - 1 - r)/r² for |r| ≤ log(2)/2.
	exp []float64
}

// The coefficients of this and of the other tables interpolate their functions at Chebyshev's points, in 60 digits; the
// largest relative error of what they stand for is given in powers of two.
var formats = map[int]format{
	4: {
		magic: 0x1.8p23, mantissa: 23, ln2High: 0x1.62e4p-1, ln2Low: 0x1.7f7d1cp-20, most: 89, least: -104,
		// 2^-32
		exp: []float64{0.500000001346581, 0.16666666681623232, 0.041666464925285904, 0.0083333109254809,
			0.0013933649996309251, 0.00019890990824673654},
	},
	8: {
		magic: 0x1.8p52, mantissa: 52, ln2High: 0x1.62e42feep-1, ln2Low: 0x1.a39ef35793c76p-33, most: 710, least: -746,
		// 2^-61.6
		exp: []float64{
			0.5, 0.1666666666666667, 0.04166666666666667, 0.008333333333326136, 0.0013888888888883748,
			0.00019841269874820627, 2.4801587325547743e-05, 2.7557255400206422e-06, 2.75572736431103e-07,
			2.5105217004720745e-08, 2.0914686968086876e-09,
		},
	},
}

func (b *Code) format() format { return formats[b.Elem().Size()] }

// reduced takes x apart as n·log 2 + r with |r| ≤ log(2)/2, n both as a number and in the low bits of t. x is brought
// within low and high first; NaN stays NaN.
func (b *Code) reduced(x *vec.Value, low, high float64) (r, n, t *vec.Value) {
	c := b.format()
	x = b.larger(b.Number(low), b.smaller(b.Number(high), x))
	magic := b.Number(c.magic)
	t = b.madd(x, b.Number(math.Log2E), magic)
	n = b.less(t, magic)
	r = b.nmadd(n, b.Number(c.ln2High), x)
	return b.nmadd(n, b.Number(c.ln2Low), r), n, t
}

// expParts is e^x as (p + low)·2^n, low being what rounding took from p.
func (b *Code) expParts(x *vec.Value) (p, low, n *vec.Value) {
	c, one := b.format(), b.Number(1)
	r, n, _ := b.reduced(x, c.least, c.most)
	s := b.product(b.product(r, r), b.polynomial(r, c.exp...))
	high := b.sum(one, r)
	rest := b.sum(s, b.less(r, b.less(high, one)))
	p = b.sum(high, rest)
	return p, b.less(rest, b.less(p, high)), n
}

// Exp is e^x. Tiles have no registers for its tables in float32. Without them what rounding takes from r is not put
// back; what it takes from 1 + r is where chains are short, since it is known before the polynomial is. With fewer
// operations the error stays below 1 ULP, but only just.
func (b *Code) Exp(x *vec.Value) *vec.Value {
	if !b.single() {
		p, _, n := b.expParts(x)
		return b.scale(n, p)[0]
	}
	c := b.format()
	if b.looksUp() && !b.Many {
		return b.expTable(b.smaller(b.Number(c.most), x))
	}
	r, n, _ := b.reduced(x, c.least, c.most)
	one, square := b.Number(1), b.product(r, r)
	if b.Many {
		return b.scale(n, b.sum(b.madd(square, b.polynomial(r, c.exp...), r), one))[0]
	}
	high := b.sum(one, r)
	low := b.less(r, b.less(high, one))
	return b.scale(n, b.sum(high, b.madd(square, b.polynomial(r, c.exp...), low)))[0]
}

// ExpOfNegative is e^x for x ≤ 0 and NaN. As 2^n is no infinity then, it joins the terms, which leaves a shorter chain
// than a product with 1 + r + …; a factor that is known before makes up for subnormal powers.
func (b *Code) ExpOfNegative(x *vec.Value) *vec.Value {
	switch {
	case b.Lifts():
		return b.product(b.LiftedExp(x), b.Number(1/Lift))
	case b.looksUp() && !b.Many:
		return b.expTable(x)
	}
	return b.Exp(x)
}

// Lift is what LiftedExp is multiplied with: e^x is not subnormal then, and rounded once where it is divided by that.
const Lift = 0x1p30

// Lifts says whether there is LiftedExp.
func (b *Code) Lifts() bool { return b.single() && !b.looksUp() }

// LiftedExp is Lift·e^x for x ≤ 0 and NaN.
func (b *Code) LiftedExp(x *vec.Value) *vec.Value {
	c := b.format()
	x = b.larger(b.Number(c.least), x)
	magic := b.Number(c.magic)
	t := b.madd(x, b.Number(math.Log2E), magic)
	n := b.less(t, magic)
	r := b.nmadd(n, b.Number(c.ln2High), x)
	r = b.nmadd(n, b.Number(c.ln2Low), r)
	// What rounding takes from p·(1 + r) is known before the polynomial is.
	p := b.power(t, Lift)
	high := b.madd(p, r, p)
	low := b.madd(p, r, b.less(p, high))
	return b.sum(high, b.madd(b.product(p, b.product(r, r)), b.polynomial(r, c.exp...), low))
}

// powers are two powers of two whose product is 2^n: neither overflows before that does, and a number that is
// multiplied with one after the other is rounded once where it becomes subnormal.
func (b *Code) powers(n *vec.Value) []*vec.Value {
	magic := b.Number(b.format().magic)
	half := b.madd(n, b.Number(0.5), magic)
	rest := b.sum(b.less(n, b.less(half, magic)), magic)
	return []*vec.Value{b.power(half, 1), b.power(rest, 1)}
}

// scale multiplies values with 2^n.
func (b *Code) scale(n *vec.Value, values ...*vec.Value) []*vec.Value {
	out := make([]*vec.Value, len(values))
	if b.has(vec.Scale) {
		for i, v := range values {
			out[i] = b.apply(vec.Scale, v, n)
		}
		return out
	}
	powers := b.powers(n)
	for i, v := range values {
		out[i] = b.product(b.product(v, powers[0]), powers[1])
	}
	return out
}

// power is one·2^n for the integer n in the low bits of t, one being a power of two.
func (b *Code) power(t *vec.Value, one float64) *vec.Value {
	bits := math.Float64bits(one)
	if b.single() {
		bits = uint64(math.Float32bits(float32(one)))
	}
	return b.integer(vec.Add, b.Shift(vec.ShiftLeft, t, b.format().mantissa), b.Constant(bits))
}

// Expm1 is e^x - 1.
func (b *Code) Expm1(x *vec.Value) *vec.Value {
	if b.single() {
		return b.wide(x, (*Code).expm1InDouble)
	}
	// With y = 2^(n-1), which is finite where 2^n is not, the result is 2·(y·s + (y·r + (y - 1/2))).
	c := b.format()
	r, _, t := b.reduced(x, -60, c.most)
	s := b.product(b.product(r, r), b.polynomial(r, c.exp...))
	y := b.power(t, 0.5)
	m := b.madd(y, s, b.madd(y, r, b.less(y, b.Number(0.5))))
	return b.signed(b.sum(m, m), x)
}

// signed gives a result, positive or of the sign of x already, the sign of x.
func (b *Code) signed(v, x *vec.Value) *vec.Value { return b.or(v, b.and(x, b.signBit())) }

// quotientOf is (num + numLow)/(den + denLow), the low parts being rounding errors, nearly correctly rounded.
func (b *Code) quotientOf(num, numLow, den, denLow *vec.Value) *vec.Value {
	inverse := b.quotient(b.Number(1), den)
	q := b.product(num, inverse)
	rest := b.nmadd(q, denLow, b.nmadd(q, den, num))
	return b.madd(b.sum(rest, numLow), inverse, q)
}

// Sigmoid is 1/(1 + e^-x), by way of e^-|x|, which does not overflow.
func (b *Code) Sigmoid(x *vec.Value) *vec.Value {
	if b.looksUp() && (b.Many || b.Updating) {
		return b.sigmoidTable(x)
	}
	if b.single() {
		return b.wide(x, (*Code).sigmoidInDouble)
	}
	p, rest, n := b.expParts(b.or(x, b.signBit()))
	parts := b.scale(n, p, rest)
	e, low := parts[0], parts[1]
	one := b.Number(1)
	den := b.sum(one, e)
	positive := b.Compare(vec.GreaterEqual, x, b.zeros())
	num, numLow := b.Select(positive, one, e), b.Select(positive, b.zeros(), low)
	return b.quotientOf(num, numLow, den, b.sum(b.less(e, b.less(den, one)), low))
}

// bounded is x within ±bound; NaN stays NaN.
func (b *Code) bounded(x *vec.Value, bound float64) *vec.Value {
	return b.larger(b.Number(-bound), b.smaller(b.Number(bound), x))
}

// tanhSmall is (tanh(x)/x - 1)/x² as a polynomial in x², |x| ≤ 0.35, from where on tanh is (1 - e^-2x)/(1 + e^-2x);
// 2^-58.6.
var tanhSmall = []float64{
	-0.3333333333333333, 0.13333333333333333, -0.05396825396825362, 0.021869488536110603, -0.00886323552698086,
	0.0035921279247881055, -0.001455831715243748, 0.000589986303783696, -0.00023872007313996519, 9.436304428504489e-05,
	-3.00409121593037e-05,
}

// Tanh is the hyperbolic tangent.
func (b *Code) Tanh(x *vec.Value) *vec.Value {
	if b.looksUp() {
		return b.tanhTable(x)
	}
	if b.single() {
		if !b.Many && !b.Updating {
			x = b.bounded(x, 9.2) // once for both halves
		}
		return b.wide(x, (*Code).tanhInDouble)
	}
	one, a := b.Number(1), b.Magnitude(x)
	e := b.Exp(b.product(b.Number(-2), a))
	num, den := b.less(one, e), b.sum(one, e)
	large := b.quotientOf(num, b.less(b.less(one, num), e), den, b.less(e, b.less(den, one)))
	u := b.product(a, a)
	near := b.madd(b.product(u, b.polynomial(u, tanhSmall...)), a, a)
	return b.signed(b.Select(b.Compare(vec.Less, a, b.Number(0.35)), near, large), x)
}

// wide computes a function of float32 lanes as one of float64 and rounds once.
func (b *Code) wide(x *vec.Value, fn func(b *Code, x *vec.Value) *vec.Value) *vec.Value {
	return b.widely([]*vec.Value{x}, func(b *Code, in []*vec.Value) *vec.Value { return fn(b, in[0]) })
}

// widely does so with a function of several values.
func (b *Code) widely(in []*vec.Value, fn func(b *Code, in []*vec.Value) *vec.Value) *vec.Value {
	part := func(in []*vec.Value, bits int) (out *vec.Value) { // of bits/2, or two lanes
		b.Within(vec.F64, bits, func() {
			var wide []*vec.Value
			for _, x := range in {
				wide = append(wide, b.Widen(x))
			}
			out = b.Narrow(fn(b, wide))
		})
		return out
	}
	if b.Live > 0 && b.Live <= 2 {
		return part(in, 128) // conversions within 128 bits take less
	}
	if 2*b.Bits() <= b.Widest() {
		return part(in, 2*b.Bits())
	}
	var high []*vec.Value
	for _, x := range in {
		high = append(high, b.apply(vec.UpperHalf, x))
	}
	low := part(in, b.Bits())
	return b.apply(vec.Join, low, part(high, b.Bits()))
}
