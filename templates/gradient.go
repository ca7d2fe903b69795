package templates

import "github.com/dave/jennifer/jen"

// normLanes is in how many sums squares are added up, so that an addition need not wait for the last one.
const normLanes = 4

// Squares is the unexported norm: what is done first, the loop that sums squares up in lanes, and what becomes of their
// sum.
type Squares struct {
	before, loop *Block
	result       func(sum jen.Code) jen.Code
}

// Norm is the unexported norm in float32, where float64 holds every square, exactly, and every sum of them:
//
//	gs := g.Flat()
//	var s0, s1, s2, s3 float64
//	for i := 0; i < 64; i += 4 {
//		x0, x1, x2, x3 := float64(gs[i]), float64(gs[i+1]), float64(gs[i+2]), float64(gs[i+3])
//		s0 += x0 * x0
//		…
//	}
//	return math.Sqrt(s0 + s1 + s2 + s3)
func Norm(n int) Squares {
	q := newSquares(func(root *jen.Statement) jen.Code { return jen.Return(root) })
	q.loop.squares(n, func(x jen.Code) *jen.Statement { return jen.Float64().Call(x) }, Mul)
	return q
}

// NormScaled is the unexported norm in float64, where a power of two keeps squares from overflowing or vanishing:
//
//	scale = math.Float64frombits((2046 - min(g.largest()>>52, 2045)) << 52)
//	gs := g.Flat()
//	…
//	s0 += float64(x0 * x0) // which no compiler fuses
//	…
//	return math.Sqrt(s0 + s1 + s2 + s3), scale
func NormScaled(n int) Squares {
	q := newSquares(func(root *jen.Statement) jen.Code { return jen.Return(root, jen.Id("scale")) })
	q.before.raw(
		jen.Comment("// scale brings the largest to 1…2, or above if it is infinite."),
		jen.Id("scale").Op("=").Qual("math", "Float64frombits").Call(
			jen.Parens(jen.Lit(2046).Op("-").Min(jen.Id("g").Dot("largest").Call().Op(">>").Lit(52), jen.Lit(2045))).Op("<<").Lit(52)),
	)
	rounded := func(x, y Value) Value { return Convert("float64", Mul(x, y)) }
	q.loop.squares(n, func(x jen.Code) *jen.Statement { return jen.Add(x).Op("*").Id("scale") }, rounded)
	return q
}

func newSquares(result func(root *jen.Statement) jen.Code) Squares {
	return Squares{before: &Block{}, loop: &Block{}, result: func(sum jen.Code) jen.Code {
		return result(jen.Qual("math", "Sqrt").Call(sum))
	}}
}

// Body is the body of the function. assembly, if not nil, is the call that forms the sum in an array of lanes, which
// begins with 0; level is the level in force:
//
//	if level > 0 {
//		var lanes [4]float64
//		g.vectorSquares(gs, &lanes)
//		return math.Sqrt(lanes[0] + lanes[1] + lanes[2] + lanes[3])
//	}
func (q Squares) Body(level string, assembly *Value) *Block {
	b := &Block{}
	b.code = append(b.code, q.before.code...)
	b.raw(jen.Id("gs").Op(":=").Id("g").Dot("Flat").Call())
	if assembly != nil {
		inner := b.IfAbove(level, 0)
		inner.lanes(*assembly)
		inner.raw(q.result(joined("+", func(k int) *jen.Statement { return jen.Id("lanes").Index(jen.Lit(k)) })))
	}
	b.code = append(b.code, q.loop.code...)
	b.raw(q.result(joined("+", func(k int) *jen.Statement { return jen.Id(lane("s", k)) })))
	return b
}

// lanes declares lanes, and fills them by a call.
func (b *Block) lanes(assembly Value) {
	b.raw(jen.Var().Id("lanes").Index(jen.Lit(normLanes)).Float64(), assembly.code)
}

// Lanes is the argument for them: &lanes.
func Lanes() Value { return Value{jen.Op("&").Id("lanes")} }

// joined is what there is of every lane, with an operator between.
func joined(op string, of func(k int) *jen.Statement) *jen.Statement {
	all := of(0)
	for k := 1; k < normLanes; k++ {
		all.Op(op).Add(of(k))
	}
	return all
}

// Largest is the body of largest:
//
//	gs := g.Flat()
//	if level > 0 {
//		var lanes [4]float64
//		g.vectorLargest(gs, &lanes)
//		return max(1<<52, math.Float64bits(lanes[0]), …)
//	}
//	largest := uint64(1 << 52)
//	for _, x := range gs {
//		largest = max(largest, math.Float64bits(x)&^(1<<63))
//	}
//	return largest
func Largest(level string, assembly *Value) *Block {
	b := &Block{}
	bits := func(x jen.Code) *jen.Statement { return jen.Qual("math", "Float64bits").Call(x) }
	least := func() *jen.Statement { return jen.Lit(1).Op("<<").Lit(52) }
	b.raw(jen.Id("gs").Op(":=").Id("g").Dot("Flat").Call())
	if assembly != nil {
		inner := b.IfAbove(level, 0)
		inner.lanes(*assembly)
		args := []jen.Code{least()}
		for k := range normLanes {
			args = append(args, bits(jen.Id("lanes").Index(jen.Lit(k))))
		}
		inner.raw(jen.Return(jen.Max(args...)))
	}
	b.raw(
		jen.Comment("// The bits of a magnitude are in its order, Inf and NaN above all."),
		jen.Id("largest").Op(":=").Uint64().Call(least()),
		jen.For(jen.List(jen.Id("_"), jen.Id("x")).Op(":=").Range().Id("gs")).Block(
			jen.Id("largest").Op("=").Max(jen.Id("largest"), bits(jen.Id("x")).Op("&^").Parens(jen.Lit(1).Op("<<").Lit(63)))),
		jen.Return(jen.Id("largest")),
	)
	return b
}

// squares adds up the squares, by mul, of what of makes of the elements of gs, lane by lane.
func (b *Block) squares(n int, of func(x jen.Code) *jen.Statement, mul func(x, y Value) Value) {
	var sums []jen.Code
	for k := range normLanes {
		sums = append(sums, jen.Id(lane("s", k)))
	}
	b.raw(jen.Var().List(sums...).Float64())
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
