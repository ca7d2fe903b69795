package templates

import "github.com/dave/jennifer/jen"

// normLanes is in how many sums squares are added up, so that an addition need not wait for the last one.
const normLanes = 4

// Norm is the body of the unexported norm in float32, where float64 holds every square, exactly, and every sum of them:
//
//	var s0, s1, s2, s3 float64
//	gs := g.Flat()
//	for i := 0; i < 64; i += 4 {
//		x0, x1, x2, x3 := float64(gs[i]), float64(gs[i+1]), float64(gs[i+2]), float64(gs[i+3])
//		s0 += x0 * x0
//		…
//	}
//	return math.Sqrt(s0 + s1 + s2 + s3)
func Norm(n int) *Block {
	b := &Block{}
	sums := b.squares(n, func(x jen.Code) *jen.Statement { return jen.Float64().Call(x) }, Mul)
	b.raw(jen.Return(jen.Qual("math", "Sqrt").Call(sums)))
	return b
}

// NormScaled is the body of the unexported norm in float64, where a power of two keeps squares from overflowing or vanishing:
//
//	gs := g.Flat()
//	largest := uint64(1 << 52)
//	for _, x := range gs {
//		largest = max(largest, math.Float64bits(x)&^(1<<63))
//	}
//	scale = math.Float64frombits((2046 - min(largest>>52, 2045)) << 52)
//	…
//	s0 += float64(x0 * x0) // which no compiler fuses: one norm on every machine
//	…
//	return math.Sqrt(s0 + s1 + s2 + s3), scale
func NormScaled(n int) *Block {
	b := &Block{}
	b.raw(
		jen.Comment("// The bits of a magnitude are in its order, Inf and NaN above all. scale brings the largest to 1…2, or above if it is infinite."),
		jen.Id("largest").Op(":=").Uint64().Call(jen.Lit(1).Op("<<").Lit(52)),
		jen.For(jen.List(jen.Id("_"), jen.Id("x")).Op(":=").Range().Id("g").Dot("Flat").Call()).Block(
			jen.Id("largest").Op("=").Max(jen.Id("largest"), jen.Qual("math", "Float64bits").Call(jen.Id("x")).Op("&^").Parens(jen.Lit(1).Op("<<").Lit(63)))),
		jen.Id("scale").Op("=").Qual("math", "Float64frombits").Call(
			jen.Parens(jen.Lit(2046).Op("-").Min(jen.Id("largest").Op(">>").Lit(52), jen.Lit(2045))).Op("<<").Lit(52)),
	)
	rounded := func(x, y Value) Value { return Convert("float64", Mul(x, y)) }
	sums := b.squares(n, func(x jen.Code) *jen.Statement { return jen.Add(x).Op("*").Id("scale") }, rounded)
	b.raw(jen.Return(jen.Qual("math", "Sqrt").Call(sums), jen.Id("scale")))
	return b
}

// squares adds up the squares, by mul, of what of makes of the elements of g, and returns the sum.
func (b *Block) squares(n int, of func(x jen.Code) *jen.Statement, mul func(x, y Value) Value) jen.Code {
	var sums []jen.Code
	total := jen.Id("s0")
	for k := range normLanes {
		sums = append(sums, jen.Id(lane("s", k)))
		if k > 0 {
			total.Op("+").Id(lane("s", k))
		}
	}
	b.raw(jen.Var().List(sums...).Float64(), jen.Id("gs").Op(":=").Id("g").Dot("Flat").Call())
	add := func(b *Block, x Index, count int) {
		var names, values []jen.Code
		for k := range count {
			x := x
			x.Off += k
			names, values = append(names, jen.Id(lane("x", k))), append(values, of(Elem("gs", x).code))
		}
		b.raw(jen.List(names...).Op(":=").List(values...))
		for k := range count {
			b.AddTo(Name(lane("s", k)), mul(Name(lane("x", k)), Name(lane("x", k))))
		}
	}
	whole := n / normLanes * normLanes
	if whole > 0 {
		add(b.For("i", 0, whole, normLanes), Index{Var: "i"}, normLanes)
	}
	if whole < n {
		add(b.Scope(), Index{Off: whole}, n-whole)
	}
	return total
}

func lane(name string, k int) string { return name + string(rune('0'+k)) }

// Each replaces every element of g, x being the old one: for i, x := range gs { gs[i] = v }.
func (b *Block) Each(v Value) {
	b.raw(jen.For(jen.List(jen.Id("i"), jen.Id("x")).Op(":=").Range().Id("gs")).Block(jen.Id("gs").Index(jen.Id("i")).Op("=").Add(v.code)))
}

// IfBeyond is a condition that is met by NaN too, whose body is returned: if !(norm <= limit) { … }.
func (b *Block) IfBeyond(norm, limit Value) *Block {
	return b.when(jen.Op("!").Parens(norm.code.Clone().Op("<=").Add(limit.code)))
}

// IfNormal is a condition that a float64 has all its digits, whose body is returned: if factor >= 0x1p-1022 { … }.
func (b *Block) IfNormal(name string) *Block { return b.when(jen.Id(name).Op(">=").Id("0x1p-1022")) }
