package templates

import (
	"fmt"
	"math/big"

	"github.com/dave/jennifer/jen"
)

var exp32 = elementary{"is e to the x, to 0.51 ULP. NaN is returned as it came.", func(b *Block, prefix string) {
	b.magnitude()
	b.widen(110, 896, "uint64(b>>31)<<63")
	b.reduce(prefix)
	b.Define("h", bits32(Mul(Name("scale"), Paren(Add(Number(1), Mul(Name("r"), Name("q")))))))
	b.choose("h", "a > 0x7f800000", "b")
	b.Return(unbits32("h"))
}}

var expm132 = elementary{"is exp(x) - 1, to 0.502 ULP, formed without cancellation. Below 2^-24 it is x to half an ULP; there,\nand for NaN, x is returned.", func(b *Block, prefix string) {
	b.magnitude()
	b.widen(110, 896, "uint64(b>>31)<<63")
	b.reduce(prefix)
	b.Define("h", bits32(lessOne()))
	b.choose("h", "a-0x33800000 > 0x7f800000-0x33800000", "b")
	b.Return(unbits32("h"))
}}

var sigmoid32 = elementary{"is 1/(1 + exp(-x)), to 0.51 ULP: with e = exp(-|x|) it is 1/(1 + e), and e/(1 + e) for\nnegative x. NaN is returned as it came.", func(b *Block, prefix string) {
	b.magnitude()
	b.widen(110, 896, "1<<63")
	b.reduce(prefix)
	b.Define("e", Mul(Name("scale"), Paren(Add(Number(1), Mul(Name("r"), Name("q"))))))
	b.Define("num", Value{jen.Qual("math", "Float64bits").Call(jen.Id("e"))})
	b.choose("num", "int32(b) >= 0", fmt.Sprintf("%#x << 52", 0x3ff))
	b.Define("h", bits32(Div(Value{jen.Qual("math", "Float64frombits").Call(jen.Id("num"))}, Paren(Add(Number(1), Name("e"))))))
	b.choose("h", "a > 0x7f800000", "b")
	b.Return(unbits32("h"))
}}

var tanh32 = elementary{"is the hyperbolic tangent of x, to 0.51 ULP: (e - 1)/(e + 1) with e = exp(2|x|), e - 1 formed\nwithout cancellation. Below 2^-12 it is x to half an ULP; there, and for NaN, x is returned.", func(b *Block, prefix string) {
	b.magnitude()
	b.widen(22, 897, "") // one more in the exponent: t = 2|x|
	b.reduce(prefix)
	b.Define("e", lessOne())
	b.Define("h", signed(bits32(Div(Name("e"), Paren(Add(Name("e"), Number(2)))))))
	b.choose("h", "a-0x39800000 > 0x7f800000-0x39800000", "b")
	b.Return(unbits32("h"))
}}

// rootCount is the number of entries in the table of the exponential: 2^(j/32). With 32 of them |r| is at most 0.011
// and four terms of the exponential series are good to 2⁻³³.
const rootCount = 32

// reduce writes exp(t) = scale·(1 + r·q), with the binary exponent and a table's share of t in scale:
//
//	n := t*(32*math.Log2E) + 0x1.8p52
//	r := t - (n-0x1.8p52)*(math.Ln2/32)
//	k := math.Float64bits(n)
//	scale := math.Float64frombits(math.Float64bits(irisRoots[k&31]) + k>>5<<52)
//	q := (1 + r*0.5) + (1.0/6+r*(1.0/24))*(r*r)
func (b *Block) reduce(prefix string) {
	b.Comment("exp(t) = 2^(k/32)·exp(r): k is the integer nearest 32·t/log 2, exp(r) = 1 + r·q(r)")
	b.Define("n", Value{jen.Id("t").Op("*").Parens(jen.Lit(rootCount).Op("*").Qual("math", "Log2E")).Op("+").Id("0x1.8p52").Comment("// the low bits are k")})
	b.Define("r", Value{jen.Id("t").Op("-").Parens(jen.Id("n").Op("-").Id("0x1.8p52")).Op("*").Parens(jen.Qual("math", "Ln2").Op("/").Lit(rootCount))})
	b.Define("k", Value{jen.Qual("math", "Float64bits").Call(jen.Id("n"))})
	b.Define("scale", Value{jen.Qual("math", "Float64frombits").Call(
		jen.Qual("math", "Float64bits").Call(jen.Id(prefix + "Roots").Index(jen.Id("k").Op("&").Lit(rootCount - 1))).Op("+").Id("k").Op(">>").Lit(5).Op("<<").Lit(52))})
	b.Define("q", Value{jen.Parens(jen.Lit(1).Op("+").Id("r").Op("*").Lit(0.5)).Op("+").Parens(jen.Id("1.0/6").Op("+").Id("r").Op("*").Parens(jen.Id("1.0/24"))).Op("*").Parens(jen.Id("r").Op("*").Id("r"))})
}

// lessOne is exp(t) − 1 after reduce, without cancellation: scale*(r*q) + (scale-1).
func lessOne() Value {
	return Add(Mul(Name("scale"), Paren(Mul(Name("r"), Name("q")))), Paren(Sub(Name("scale"), Number(1))))
}

// roots are the powers 2^(j/32), correctly rounded. They are computed in extended precision, with square roots only, so that
// every machine emits the same digits.
func roots() []float64 {
	step := big.NewFloat(2).SetPrec(200)
	for n := rootCount; n > 1; n /= 2 {
		step.Sqrt(step)
	}
	var vs []float64
	power := big.NewFloat(1).SetPrec(200)
	for range rootCount {
		v, _ := power.Float64()
		vs = append(vs, v)
		power.Mul(power, step)
	}
	return vs
}
