package templates

import (
	"math"
	"math/big"

	"github.com/dave/jennifer/jen"
)

var sin32 = elementary{"is the sine of x, to 0.502 ULP for x of any size. Below 2^-12 it is x to half an ULP, and x is\nreturned. The sine of an infinity is NaN.", func(b *Block, prefix string) {
	b.magnitude()
	b.widen(unlimited, 896, "uint64(b>>31)<<63")
	b.circle(prefix, jen.Null())
	b.choose("h", "a < 0x39800000", "b")
	b.choose("h", "a >= 0x7f800000", "b | 0x7fc00000")
	b.Return(unbits32("h"))
}}

var cos32 = elementary{"is the cosine of x, to 0.502 ULP for x of any size. That of an infinity is NaN.", func(b *Block, prefix string) {
	b.magnitude()
	b.widen(unlimited, 896, "")
	b.circle(prefix, jen.Op("+").Lit(circle/4).Comment("// a quarter further than for the sine"))
	b.choose("h", "a >= 0x7f800000", "b | 0x7fc00000")
	b.Return(unbits32("h"))
}}

// circle is how many sines the table has. With 64 of them |d| is at most π/64, and three terms of either series are good to
// 2⁻³⁵.
const circle = 64

// circle writes the bits of the sine of t, or with a quarter of a circle added its cosine:
//
//	c := &irisTurns[a>>26&31]
//	high := t * c[0]
//	low := t * c[1]
//	n := high + low + 0x1.8p52
//	r := (high - (n - 0x1.8p52)) + low + t*c[2]
//	k := math.Float64bits(n)
//	d := r * (math.Pi / 32)
//	d2 := d * d
//	sin := d * (1 + d2*(-1.0/6+d2*(1.0/120)))
//	cos := 1 + d2*(-1.0/2+d2*(1.0/24))
//	h := math.Float32bits(float32(irisSines[k&63]*cos + irisSines[(k+16)&63]*sin))
//
// This reduces arguments of any size as Payne and Hanek do, with float64 products in place of integers: bits of 32/π whose
// product with every x of the exponent is a multiple of 64 are left out, and a product of 24 and 29 bits is exact. high
// is a multiple of 2⁻²³ below 2³⁸ and low one of 2⁻⁵² below 2⁹, so that their difference from the whole number k is
// exact too. What the third product leaves out, 2⁻⁷², is 2⁻⁴² of the smallest |r| from 2⁻¹² on.
func (b *Block) circle(prefix string, quarter *jen.Statement) {
	b.Comment("32t/pi = k + r up to multiples of 64, k whole; high, low and their difference from k are exact")
	b.Define("c", Value{jen.Op("&").Id(prefix + "Turns").Index(jen.Id("a>>26&31"))})
	b.Define("high", Value{jen.Id("t * c[0]")})
	b.Define("low", Value{jen.Id("t * c[1]")})
	b.Define("n", Value{jen.Id("high + low + 0x1.8p52").Comment("// the low bits are k")})
	b.Define("r", Value{jen.Id("(high - (n - 0x1.8p52)) + low + t*c[2]")})
	b.Define("k", Value{jen.Qual("math", "Float64bits").Call(jen.Id("n")).Add(quarter)})
	b.Comment("the sine of the sum of 2*pi*k/64 and d")
	b.Define("d", Value{jen.Id("r").Op("*").Parens(jen.Qual("math", "Pi").Op("/").Lit(circle / 2))})
	b.Define("d2", Mul(Name("d"), Name("d")))
	b.Define("sin", Value{jen.Id("d * (1 + d2*(-1.0/6+d2*(1.0/120)))")})
	b.Define("cos", Value{jen.Id("1 + d2*(-1.0/2+d2*(1.0/24))")})
	sines := jen.Id(prefix + "Sines")
	b.Define("h", bits32(Value{sines.Clone().Index(jen.Id("k").Op("&").Lit(circle - 1)).Op("*").Id("cos").Op("+").
		Add(sines.Clone()).Index(jen.Parens(jen.Id("k").Op("+").Lit(circle / 4)).Op("&").Lit(circle - 1)).Op("*").Id("sin")}))
}

// turns are the bits of 32/π for the 32 groups of eight exponents. The float32s of a group are multiples of u = 2^(8g-150),
// less than 2³²u, so that bits of 32/π from 64/u on tell nothing.
func turns() [][]float64 {
	const point = 280 // how many bits after the binary point are kept
	pi := arc(number(1))
	pi.SetMantExp(pi, 2)
	q := number(0).Quo(number(32), pi)
	bits, _ := q.SetMantExp(q, point).Int(nil)
	// piece has count bits of 32/π, of which the first stands for 2^top.
	piece := func(top, count int) float64 {
		lowest := top - count + 1
		v := new(big.Int).Rsh(bits, uint(point+lowest))
		v.And(v, new(big.Int).SetUint64(1<<count-1))
		return math.Ldexp(float64(v.Uint64()), lowest)
	}
	var rows [][]float64
	for g := range 32 {
		top := 5 - (8*g - 150)
		rows = append(rows, []float64{piece(top, 29), piece(top-29, 29), piece(top-58, 53)})
	}
	return rows
}

// sines are sin(2πj/64), correctly rounded: the circle is halved with square roots, and gone round in these steps.
func sines() []float64 {
	cos := number(0)
	for n := 4; n < circle; n *= 2 {
		cos.Add(cos, number(1))
		cos.Sqrt(cos.SetMantExp(cos, -1))
	}
	sin := number(0).Mul(cos, cos)
	sin.Sqrt(sin.Sub(number(1), sin))
	vs := make([]float64, circle)
	x, y := number(1), number(0)
	for j := range circle/4 + 1 {
		v, _ := y.Float64()
		if j == circle/4 {
			v = 1
		}
		vs[j], vs[circle/2-j] = v, v
		vs[circle/2+j], vs[(circle-j)%circle] = 0-v, 0-v
		x, y = number(0).Sub(number(0).Mul(x, cos), number(0).Mul(y, sin)), number(0).Add(number(0).Mul(x, sin), number(0).Mul(y, cos))
	}
	return vs
}
