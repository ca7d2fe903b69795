package templates

import (
	"fmt"
	"maps"
	"math"
	"math/big"
	"slices"

	"github.com/dave/jennifer/jen"

	"github.com/backpropgen/backpropgen/gen/expr"
)

// Elementary functions are emitted once a network, under names that begin with the network's. In float32
// they compute in float64 and round once: the argument is reduced to a small interval, a short series there is good
// to about 2⁻³³, and nothing branches on ordinary arguments. In float64 they are those of package math.

// FunctionName is the name of the emitted function for an operation, prefix first: irisTanh.
func FunctionName(prefix string, op expr.Op) string {
	switch op {
	case expr.OpExp:
		return prefix + "Exp"
	case expr.OpLog:
		return prefix + "Log"
	case expr.OpLog1p:
		return prefix + "Log1p"
	case expr.OpSqrt:
		return prefix + "Sqrt"
	case expr.OpTanh:
		return prefix + "Tanh"
	case expr.OpAtan:
		return prefix + "Atan"
	case expr.OpSigmoid:
		return prefix + "Sigmoid"
	case expr.OpAbs:
		return prefix + "Abs"
	case expr.OpExpm1:
		return prefix + "Expm1"
	case expr.OpErf:
		return prefix + "Erf"
	case expr.OpSin:
		return prefix + "Sin"
	case expr.OpCos:
		return prefix + "Cos"
	case expr.OpPow:
		return prefix + "Pow"
	case expr.OpWhere:
		return prefix + "Where"
	}
	return ""
}

// FunctionNames lists the names of all elementary functions that may be emitted.
func FunctionNames(prefix string) []string {
	var names []string
	for _, op := range slices.Sorted(maps.Keys(elementary32)) {
		names = append(names, FunctionName(prefix, op))
	}
	return append(names, rootsName(prefix))
}

// Elementary declares the functions of the given operations for the type float32 or float64, and what they share.
func (f *File) Elementary(prefix string, ops []expr.Op, typ string) error {
	table := elementary64
	if typ == "float32" {
		table = elementary32
		if slices.ContainsFunc(ops, usesRoots) {
			f.roots(prefix)
		}
	}
	for _, op := range ops {
		e, ok := table[op]
		if !ok {
			return fmt.Errorf("no emitted function for operation %v in %s", op, typ)
		}
		name := FunctionName(prefix, op)
		f.Doc(name + " " + e.doc)
		body := &Block{}
		e.body(body, prefix)
		var params []Param
		for _, x := range parameters(op) {
			params = append(params, Param{Name: x, Type: typ})
		}
		f.Func(Function{Name: name, Params: params, Result: &Param{Type: typ}, Body: body})
	}
	return nil
}

type elementary struct {
	doc  string
	body func(b *Block, prefix string)
}

var elementary32 = map[expr.Op]elementary{
	expr.OpExp: {"is e to the x, to 0.51 ULP. NaN is returned as it came.", func(b *Block, prefix string) {
		b.magnitude()
		b.widen(110, 896, "uint64(b>>31)<<63")
		b.reduce(prefix)
		b.Define("h", bits32(Mul(Name("scale"), Paren(Add(Number(1), Mul(Name("r"), Name("q")))))))
		b.choose("h", "a > 0x7f800000", "b")
		b.Return(unbits32("h"))
	}},
	expr.OpSigmoid: {"is 1/(1 + exp(-x)), to 0.51 ULP: with e = exp(-|x|) it is 1/(1 + e), and e/(1 + e) for\nnegative x. NaN is returned as it came.", func(b *Block, prefix string) {
		b.magnitude()
		b.widen(110, 896, "1<<63")
		b.reduce(prefix)
		b.Define("e", Mul(Name("scale"), Paren(Add(Number(1), Mul(Name("r"), Name("q"))))))
		b.Define("num", Value{jen.Qual("math", "Float64bits").Call(jen.Id("e"))})
		b.choose("num", "int32(b) >= 0", fmt.Sprintf("%#x << 52", 0x3ff))
		b.Define("h", bits32(Div(Value{jen.Qual("math", "Float64frombits").Call(jen.Id("num"))}, Paren(Add(Number(1), Name("e"))))))
		b.choose("h", "a > 0x7f800000", "b")
		b.Return(unbits32("h"))
	}},
	expr.OpTanh: {"is the hyperbolic tangent of x, to 0.51 ULP: (e - 1)/(e + 1) with e = exp(2|x|), e - 1 formed\nwithout cancellation. Below 2^-12 it is x to half an ULP; there, and for NaN, x is returned.", func(b *Block, prefix string) {
		b.magnitude()
		b.widen(22, 897, "") // one more in the exponent: t = 2|x|
		b.reduce(prefix)
		b.Define("e", Add(Mul(Name("scale"), Paren(Mul(Name("r"), Name("q")))), Paren(Sub(Name("scale"), Number(1))))) // exp(t) − 1
		b.Define("h", Value{jen.Add(bits32(Div(Name("e"), Paren(Add(Name("e"), Number(2))))).code).Op("|").Id("b").Op("&").Parens(jen.Lit(1).Op("<<").Lit(31))})
		b.choose("h", "a-0x39800000 > 0x7f800000-0x39800000", "b")
		b.Return(unbits32("h"))
	}},
	expr.OpLog: {"is the natural logarithm of x, to 0.51 ULP.", func(b *Block, prefix string) {
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
	}},
	expr.OpLog1p: {"is log(1 + x), to 0.51 ULP. Near 0 it is 2·atanh(s) with s = x/(2 + x), which\nforms no 1 + x.", func(b *Block, prefix string) {
		b.raw(jen.If(jen.Op("!").Parens(jen.Id("x").Op(">=").Lit(-0.5).Op("&&").Id("x").Op("<=").Lit(1))).Block(
			jen.Return(jen.Float32().Call(jen.Qual("math", "Log1p").Call(float64of("x").code)))))
		b.Define("t", float64of("x"))
		b.Define("s", Div(Name("t"), Paren(Add(Number(2), Name("t")))))
		b.atanh(15)
		b.Return(Convert("float32", Mul(Mul(Number(2), Name("s")), Name("q"))))
	}},
	expr.OpSqrt: {"is the square root of x, correctly rounded.", func(b *Block, prefix string) {
		b.Return(Convert("float32", Value{jen.Qual("math", "Sqrt").Call(float64of("x").code)}))
	}},
	expr.OpAtan: {"is the inverse tangent of x, rounded from float64.", func(b *Block, prefix string) {
		b.Return(Convert("float32", Value{jen.Qual("math", "Atan").Call(float64of("x").code)}))
	}},
	expr.OpAbs: {"is |x|.", func(b *Block, prefix string) {
		b.Return(Value{jen.Qual("math", "Float32frombits").Call(jen.Qual("math", "Float32bits").Call(jen.Id("x")).Op("&^").Parens(jen.Lit(1).Op("<<").Lit(31)))})
	}},
	expr.OpExpm1: {"is e to the x, less 1.", viaMath32("Expm1")},
	expr.OpErf:   {"is the error function of x.", viaMath32("Erf")},
	expr.OpSin:   {"is the sine of x.", viaMath32("Sin")},
	expr.OpCos:   {"is the cosine of x.", viaMath32("Cos")},
	expr.OpPow: {"is x to the y.", func(b *Block, _ string) {
		b.Return(Value{jen.Float32().Call(jen.Qual("math", "Pow").Call(jen.Float64().Call(jen.Id("x")), jen.Float64().Call(jen.Id("y"))))})
	}},
	expr.OpWhere: {"is x where c > 0 and y elsewhere, without a branch.", whereBody("float32")},
}

var elementary64 = map[expr.Op]elementary{
	expr.OpExp:   {"is e to the x.", viaMath("Exp")},
	expr.OpLog:   {"is the natural logarithm of x.", viaMath("Log")},
	expr.OpLog1p: {"is log(1 + x).", viaMath("Log1p")},
	expr.OpSqrt:  {"is the square root of x.", viaMath("Sqrt")},
	expr.OpTanh:  {"is the hyperbolic tangent of x.", viaMath("Tanh")},
	expr.OpAtan:  {"is the inverse tangent of x.", viaMath("Atan")},
	expr.OpAbs:   {"is |x|.", viaMath("Abs")},
	expr.OpSigmoid: {"is 1/(1 + exp(-x)): with e = exp(-|x|) it is 1/(1 + e), and e/(1 + e) for negative x,\nwhose tail reaches the subnormals.", func(b *Block, prefix string) {
		b.Define("e", Value{jen.Qual("math", "Exp").Call(jen.Op("-").Qual("math", "Abs").Call(jen.Id("x")))})
		b.Define("num", Value{jen.Qual("math", "Float64bits").Call(jen.Id("e"))})
		b.choose("num", "x >= 0", fmt.Sprintf("%#x << 52", 0x3ff))
		b.Return(Div(Value{jen.Qual("math", "Float64frombits").Call(jen.Id("num"))}, Paren(Add(Number(1), Name("e")))))
	}},
	expr.OpExpm1: {"is e to the x, less 1.", viaMath("Expm1")},
	expr.OpErf:   {"is the error function of x.", viaMath("Erf")},
	expr.OpSin:   {"is the sine of x.", viaMath("Sin")},
	expr.OpCos:   {"is the cosine of x.", viaMath("Cos")},
	expr.OpPow: {"is x to the y.", func(b *Block, _ string) {
		b.Return(Value{jen.Qual("math", "Pow").Call(jen.Id("x"), jen.Id("y"))})
	}},
	expr.OpWhere: {"is x where c > 0 and y elsewhere, without a branch.", whereBody("float64")},
}

// viaMath is return math.Exp(x).
func viaMath(name string) func(*Block, string) {
	return func(b *Block, prefix string) { b.Return(Value{jen.Qual("math", name).Call(jen.Id("x"))}) }
}

// viaMath32 is return float32(math.Erf(float64(x))).
func viaMath32(name string) func(*Block, string) {
	return func(b *Block, prefix string) {
		b.Return(Value{jen.Float32().Call(jen.Qual("math", name).Call(jen.Float64().Call(jen.Id("x"))))})
	}
}

// whereBody selects between two integers, which the compiler does with a conditional move:
//
//	v := math.Float32bits(y)
//	if c > 0 {
//		v = math.Float32bits(x)
//	}
//	return math.Float32frombits(v)
func whereBody(typ string) func(*Block, string) {
	bits, from := "Float32bits", "Float32frombits"
	if typ == "float64" {
		bits, from = "Float64bits", "Float64frombits"
	}
	return func(b *Block, _ string) {
		b.Define("v", Value{jen.Qual("math", bits).Call(jen.Id("y"))})
		b.Define("u", Value{jen.Qual("math", bits).Call(jen.Id("x"))})
		b.raw(jen.If(jen.Id("c").Op(">").Lit(0)).Block(jen.Id("v").Op("=").Id("u")))
		b.Return(Value{jen.Qual("math", from).Call(jen.Id("v"))})
	}
}

// parameters are the names of an elementary function's parameters.
func parameters(op expr.Op) []string {
	switch op {
	case expr.OpWhere:
		return []string{"c", "x", "y"}
	case expr.OpPow:
		return []string{"x", "y"}
	}
	return []string{"x"}
}

func float64of(name string) Value { return Value{jen.Float64().Call(jen.Id(name))} }

// bits32 is math.Float32bits(float32(v)).
func bits32(v Value) Value {
	return Value{jen.Qual("math", "Float32bits").Call(jen.Float32().Call(v.code))}
}

// unbits32 is math.Float32frombits(h).
func unbits32(name string) Value {
	return Value{jen.Qual("math", "Float32frombits").Call(jen.Id(name))}
}

// magnitude writes the bits of x and of |x|:
//
//	b := math.Float32bits(x)
//	a := b &^ (1 << 31)
func (b *Block) magnitude() {
	b.Define("b", Value{jen.Qual("math", "Float32bits").Call(jen.Id("x"))})
	b.Define("a", Value{jen.Id("b").Op("&^").Parens(jen.Lit(1).Op("<<").Lit(31))})
}

// widen writes t, the float64 that is min(|x|, limit) with the sign bit given, times 2^(shift−896):
//
//	t := math.Float64frombits(uint64(min(a, limit))<<29 + shift<<52 | sign)
//
// The exponent is moved by an integer addition: the conversion instruction would wait for the last value of the
// register it writes to, and so chain one call to the next. Zero and subnormal x become about
// 2^-127, which every function takes for zero or treats apart; infinities and NaN become the limit.
func (b *Block) widen(limit float32, shift int, sign string) {
	s := jen.Uint64().Call(jen.Min(jen.Id("a"), jen.Id(fmt.Sprintf("%#x", math.Float32bits(limit))))).Op("<<").Lit(29).Op("+").Lit(shift).Op("<<").Lit(52)
	if sign != "" {
		s = jen.Parens(s).Op("|").Id(sign)
	}
	b.Define("t", Value{jen.Qual("math", "Float64frombits").Call(s)})
}

// choose replaces an integer where a condition holds, which the compiler does with a conditional move:
//
//	if a > 0x7f800000 {
//		h = b
//	}
func (b *Block) choose(name, condition, value string) {
	b.raw(jen.If(jen.Id(condition)).Block(jen.Id(name).Op("=").Id(value)))
}

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
		jen.Qual("math", "Float64bits").Call(jen.Id(rootsName(prefix)).Index(jen.Id("k").Op("&").Lit(rootCount - 1))).Op("+").Id("k").Op(">>").Lit(5).Op("<<").Lit(52))})
	b.Define("q", Value{jen.Parens(jen.Lit(1).Op("+").Id("r").Op("*").Lit(0.5)).Op("+").Parens(jen.Id("1.0/6").Op("+").Id("r").Op("*").Parens(jen.Id("1.0/24"))).Op("*").Parens(jen.Id("r").Op("*").Id("r"))})
}

func rootsName(prefix string) string { return prefix + "Roots" }

// usesRoots says whether an elementary function reads the table.
func usesRoots(op expr.Op) bool {
	return op == expr.OpExp || op == expr.OpSigmoid || op == expr.OpTanh
}

// roots declares the table:
//
//	var irisRoots = [32]float64{1, 1.0218971486541166, …}
func (f *File) roots(prefix string) {
	f.Doc(rootsName(prefix) + fmt.Sprintf(" are the powers 2^(j/%d), for exponentials.", rootCount))
	f.f.Var().Id(rootsName(prefix)).Op("=").Index(jen.Lit(rootCount)).Float64().ValuesFunc(func(g *jen.Group) {
		for _, v := range roots() {
			g.Lit(v)
		}
	})
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

// atanh writes q = atanh(s)/s as the first terms of 1 + s²/3 + s⁴/5 + …, in Horner's order.
func (b *Block) atanh(terms int) {
	b.Define("s2", Mul(Name("s"), Name("s")))
	b.Define("q", Number(1/float64(2*terms-1)))
	for k := terms - 2; k >= 0; k-- {
		b.Assign(Name("q"), Add(Number(1/float64(2*k+1)), Mul(Name("s2"), Name("q"))))
	}
}
