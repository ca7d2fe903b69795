package functions

import (
	"math"
	"math/big"
	"slices"
	"sync"

	"github.com/backpropgen/backpropgen/gen/vec"
)

// Sine and cosine of arguments of any size. |x|·2/π is wanted modulo 4, a turn, and the nearer it comes to a whole
// number the more bits of 2/π tell how near: as Payne and Hanek do, those whose product with the unit of x is a
// multiple of 4 are left out. The others begin at a byte that the exponent tells, and are gathered, all lanes alike, 48
// bits at a time from a table of bytes. Such pieces become numbers by putting them under a power of two, and their
// products with x are exact as the sum of two numbers.

// turnBytes is how many bytes of 2/π there are after the point.
const turnBytes = 148

// turnTable is 2/π as an integer, the lowest byte first, with zeros above.
var turnTable = sync.OnceValue(func() []byte {
	const precision = 8*turnBytes + 64
	// π by Machin's formula, 16·atan(1/5) - 4·atan(1/239), in whole numbers.
	pi := new(big.Int)
	for _, term := range []struct{ factor, x int64 }{{16, 5}, {-4, 239}} {
		power := new(big.Int).Lsh(big.NewInt(term.factor), precision)
		power.Quo(power, big.NewInt(term.x))
		for k := int64(1); power.Sign() != 0; k += 2 {
			pi.Add(pi, new(big.Int).Quo(power, big.NewInt(k)))
			power.Quo(power, big.NewInt(-term.x*term.x))
		}
	}
	q := new(big.Int).Lsh(big.NewInt(1), precision+8*turnBytes+1)
	table := q.Quo(q, pi).Bytes()
	slices.Reverse(table)
	return append(table, make([]byte, 12)...)
})

// scaled is |x|·2^(-8q), from 2 to 2^9 where q > 0, with q such that it is at most that; and 127 - q, an index of
// bytes. q is 0 below 2^9 and for NaN, and 127 for infinity.
func (b *Code) scaled(x *vec.Value) (s, index *vec.Value) {
	a := b.Magnitude(x)
	exponent := b.and(b.larger(a, b.Number(2)), b.Constant(0x7f8<<52)) // but for three bits
	p := b.integer(vec.Sub, b.Constant((1023+1024)<<52), exponent)     // 2^(-8q)
	return b.product(a, p), b.Shift(vec.ShiftRight, p, 55)
}

// turnPiece is a piece of 2/π·2^(8q): its bits from 2^low up to 2^(low+47). low is a multiple of 8.
func (b *Code) turnPiece(index *vec.Value, low int) *vec.Value {
	// A word of 8 bytes has 16 bits below.
	word := b.Gather("2/π", turnTable(), turnBytes-127+(low-16)/8, index)
	under := b.Constant(math.Float64bits(math.Ldexp(1, 52+low)))
	return b.less(b.or(b.Shift(vec.ShiftRight, word, 16), under), under)
}

// Sin is the sine.
func (b *Code) Sin(x *vec.Value) *vec.Value {
	if b.single() {
		return b.wide(x, (*Code).sinInDouble)
	}
	// What is x to half an ULP is beyond the products, which underflow.
	tiny := b.Compare(vec.Less, b.Magnitude(x), b.Number(0x1p-27))
	return b.Select(tiny, x, b.circular(x, 0))
}

// Cos is the cosine.
func (b *Code) Cos(x *vec.Value) *vec.Value {
	if b.single() {
		return b.wide(x, (*Code).cosInDouble)
	}
	return b.circular(x, 1)
}

// sinSeries is (sin(d)/d - 1)/d² and cosSeries (cos d - 1 + d²/2)/d⁴ as polynomials in d², |d| ≤ π/4; 2^-55.6 and
// 2^-59.9.
var (
	sinSeries = []float64{
		-0.16666666666666666, 0.008333333333330948, -0.00019841269836756774, 2.7557316101617874e-06,
		-2.505113165023518e-08, 1.5918115263265974e-10,
	}
	cosSeries = []float64{
		0.041666666666666664, -0.0013888888888887398, 2.480158729876456e-05, -2.7557317271145144e-07,
		2.087614614655861e-09, -1.1382623647474604e-11,
	}
)

// halfPi and halfPiLow are π/2.
const halfPi, halfPiLow = math.Pi / 2, 0x1.1a62633145c07p-54

// circular is the sine some quarters of a turn further than x, quarters being 0 or 1.
func (b *Code) circular(x *vec.Value, quarters float64) *vec.Value {
	r, rLow, n := b.quarters(x)
	n = b.sum(n, b.Number(0x1.8p52+quarters))
	// The angle from there is d + dLow.
	c := b.Number(halfPi)
	d := b.product(r, c)
	dLow := b.madd(rLow, c, b.madd(r, b.Number(halfPiLow), b.msub(r, c, d)))
	z := b.product(d, d)
	half := b.product(z, b.Number(0.5))
	one := b.Number(1)
	// sin(d + dLow) is d + d³·p + dLow·(1 - d²/2); cos(d + dLow) is 1 - d²/2 + d⁴·q - d·dLow, where w = 1 - d²/2 is
	// rounded.
	sin := b.sum(d, b.madd(b.product(d, z), b.polynomial(z, sinSeries...), b.nmadd(dLow, half, dLow)))
	w := b.less(one, half)
	lost := b.less(b.less(one, w), half)
	cos := b.sum(w, b.madd(b.product(z, z), b.polynomial(z, cosSeries...), b.nmadd(d, dLow, lost)))
	v := b.turned(sin, cos, n)
	if quarters == 0 {
		v = b.xor(v, b.and(x, b.signBit()))
	}
	return v
}

// turned is the sine or the cosine, with the sign of the quarter that the low bits of n name.
func (b *Code) turned(sin, cos, n *vec.Value) *vec.Value {
	odd := b.Compare(vec.Less, b.or(b.Shift(vec.ShiftLeft, n, 63), b.Number(1)), b.zeros())
	v := b.Select(odd, cos, sin)
	return b.xor(v, b.and(b.Shift(vec.ShiftLeft, n, 62), b.signBit()))
}

// quarters takes |x| as n·π/2 + (r + low)·π/2, |r| ≤ ½ and a little, with n as a number modulo 4. No float64 but 0 is
// nearer than 2^-61 to a multiple of π/2; r + low is good to 2^-127.
func (b *Code) quarters(x *vec.Value) (r, low, n *vec.Value) {
	s, index := b.scaled(x)
	var high, rest [3]*vec.Value
	for i := range high {
		piece := b.turnPiece(index, 8-48*i)
		high[i] = b.product(s, piece)
		rest[i] = b.msub(s, piece, high[i])
	}
	last := b.product(s, b.turnPiece(index, 8-48*3))
	// The first product is up to 2^65: less a multiple of 4, and with what rounding took from it, it is exact. The
	// second is below 2^17.
	four := b.nmadd(b.Number(4), b.rounded(b.product(high[0], b.Number(0.25))), high[0])
	first := b.sum(four, rest[0])
	n0 := b.rounded(first)
	n1 := b.rounded(high[1])
	first, second := b.less(first, n0), b.less(high[1], n1)
	n2 := b.rounded(b.sum(first, second))
	n = b.sum(b.sum(n0, n1), n2)
	r, lost := b.twoSum(b.less(first, n2), second)
	// Where r is small, nothing was lost, and the third product decides.
	third, thirdLow := b.twoSum(high[2], rest[1])
	r, low = b.twoSum(r, third)
	low = b.sum(low, b.sum(lost, b.sum(thirdLow, b.sum(rest[2], last))))
	sum := b.sum(r, low)
	return sum, b.sum(b.less(r, sum), low), n
}

// twoSum is x + y, rounded, and what rounding took.
func (b *Code) twoSum(x, y *vec.Value) (sum, lost *vec.Value) {
	sum = b.sum(x, y)
	part := b.less(sum, x)
	return sum, b.sum(b.less(x, b.less(sum, part)), b.less(y, part))
}

// sinRoundedSeries is sin(d)/d and cosRoundedSeries cos d as polynomials in d², |d| ≤ π/4; 2^-37.7 and 2^-34.3.
var (
	sinRoundedSeries = []float64{0.9999999999956709, -0.16666666631577168, 0.008333328781097757,
		-0.00019839201800436314, 2.717341870116158e-06}
	cosRoundedSeries = []float64{0.9999999999524657, -0.49999999614703977, 0.04166661667759459, -0.001388661754772064,
		2.4379789395383755e-05}
)

// sinInDouble is the sine of a float32.
func (b *Code) sinInDouble(x *vec.Value) *vec.Value {
	return b.xor(b.circularInDouble(x, 0), b.and(x, b.signBit()))
}

// cosInDouble is the cosine of a float32.
func (b *Code) cosInDouble(x *vec.Value) *vec.Value { return b.circularInDouble(x, 1) }

// circularInDouble is the sine of |x| some quarters of a turn further. x has 24 bits, and is not nearer than 2^-33 to a
// multiple of π/2, so that two pieces do, of which the first is exact times x.
func (b *Code) circularInDouble(x *vec.Value, quarters float64) *vec.Value {
	s, index := b.scaled(x)
	piece := b.turnPiece(index, -24)
	high := b.product(s, piece)
	magic := b.Number(0x1.8p52)
	n := b.sum(high, magic)
	r := b.sum(b.less(high, b.less(n, magic)), b.madd(s, b.turnPiece(index, -72), b.msub(s, piece, high)))
	if quarters > 0 {
		n = b.sum(n, b.Number(quarters))
	}
	d := b.product(r, b.Number(halfPi))
	z := b.product(d, d)
	return b.turned(b.product(d, b.polynomial(z, sinRoundedSeries...)), b.polynomial(z, cosRoundedSeries...), n)
}
