package templates

import "github.com/dave/jennifer/jen"

var log32 = elementary{"is the natural logarithm of x, to 0.51 ULP.", func(b *Block, prefix string) {
	b.raw(jen.If(jen.Op("!").Parens(jen.Id("x").Op(">").Lit(0).Op("&&").Id("x").Op("<=").Qual("math", "MaxFloat32"))).Block(
		jen.Return(jen.Float32().Call(jen.Qual("math", "Log").Call(float64of("x").code))).Comment("// 0, negative, +Inf, NaN")))
	b.Comment("x = 2^k·m with √½ ≤ m < √2; s = (m - 1)/(m + 1); log m = 2·atanh(s)")
	b.Define("bits", Value{jen.Qual("math", "Float64bits").Call(float64of("x").code)})
	b.Define("above", Value{jen.Id("bits").Op("-").Id("0x3fe6a09e667f3bcd")})
	b.Define("k", Value{jen.Float64().Call(jen.Int64().Call(jen.Id("above")).Op(">>").Lit(52))})
	b.Define("m", Value{jen.Qual("math", "Float64frombits").Call(jen.Id("bits").Op("-").Parens(jen.Id("above").Op("&").Id("(0xfff << 52)")))})
	b.Define("s", Div(Paren(Sub(Name("m"), Number(1))), Paren(Add(Name("m"), Number(1)))))
	b.atanh(7)
	b.Return(Convert("float32", Add(Mul(Name("k"), Value{jen.Qual("math", "Ln2")}), Mul(Mul(Number(2), Name("s")), Name("q")))))
}}

var log1p32 = elementary{"is log(1 + x), to 0.51 ULP. Near 0 it is 2·atanh(s) with s = x/(2 + x), which\nforms no 1 + x.", func(b *Block, prefix string) {
	b.raw(jen.If(jen.Op("!").Parens(jen.Id("x").Op(">=").Lit(-0.5).Op("&&").Id("x").Op("<=").Lit(1))).Block(
		jen.Return(jen.Float32().Call(jen.Qual("math", "Log1p").Call(float64of("x").code)))))
	b.Define("t", float64of("x"))
	b.Define("s", Div(Name("t"), Paren(Add(Number(2), Name("t")))))
	b.atanh(15)
	b.Return(Convert("float32", Mul(Mul(Number(2), Name("s")), Name("q"))))
}}

// atanh writes q = atanh(s)/s as the first terms of 1 + s²/3 + s⁴/5 + …, in Horner's order.
func (b *Block) atanh(terms int) {
	b.Define("s2", Mul(Name("s"), Name("s")))
	b.Define("q", Number(1/float64(2*terms-1)))
	for k := terms - 2; k >= 0; k-- {
		b.Assign(Name("q"), Add(Number(1/float64(2*k+1)), Mul(Name("s2"), Name("q"))))
	}
}
