package templates

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/dave/jennifer/jen"

	"github.com/backpropgen/backpropgen/gen/expr"
)

// Elementary functions are emitted once a network, under names that begin with the network's. In float32
// they compute in float64 and round once: the argument is reduced to a small interval, a short series there is good
// to about 2⁻³³, and nothing branches on ordinary arguments; the power alone is that of package math. In float64 all are.

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

// FunctionNames lists the names of all elementary functions that may be emitted, and of the tables they read.
func FunctionNames(prefix string) []string {
	var names []string
	for _, op := range slices.Sorted(maps.Keys(elementary32)) {
		names = append(names, FunctionName(prefix, op))
	}
	for _, t := range tables {
		names = append(names, prefix+t.suffix)
	}
	return names
}

// Elementary declares the functions of the given operations for the type float32 or float64, and what they share.
func (f *File) Elementary(prefix string, ops []expr.Op, typ string) error {
	functions := elementary64
	if typ == "float32" {
		functions = elementary32
		for _, t := range tables {
			if t.readBy(ops) {
				f.table(prefix, t)
			}
		}
	}
	for _, op := range ops {
		e, ok := functions[op]
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
	expr.OpExp:     exp32,
	expr.OpExpm1:   expm132,
	expr.OpSigmoid: sigmoid32,
	expr.OpTanh:    tanh32,
	expr.OpErf:     erf32,
	expr.OpAtan:    atan32,
	expr.OpSin:     sin32,
	expr.OpCos:     cos32,
	expr.OpLog:     log32,
	expr.OpLog1p:   log1p32,
	expr.OpSqrt: {"is the square root of x, correctly rounded.", func(b *Block, prefix string) {
		b.Return(Convert("float32", Value{jen.Qual("math", "Sqrt").Call(float64of("x").code)}))
	}},
	expr.OpAbs: {"is |x|.", func(b *Block, prefix string) {
		b.Return(Value{jen.Qual("math", "Float32frombits").Call(jen.Qual("math", "Float32bits").Call(jen.Id("x")).Op("&^").Parens(jen.Lit(1).Op("<<").Lit(31)))})
	}},
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

// signed is the bits of a result for |x| with the sign of x: bits | b&(1<<31).
func signed(bits Value) Value {
	return Value{jen.Add(bits.code).Op("|").Id("b").Op("&").Parens(jen.Lit(1).Op("<<").Lit(31))}
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

// unlimited is the limit of widen for functions that take any argument.
const unlimited = math.MaxFloat32

// widen writes t, the float64 that is min(|x|, limit) with the sign bit given, times 2^(shift−896):
//
//	t := math.Float64frombits(uint64(min(a, limit))<<29 + shift<<52 | sign)
//
// The exponent is moved by an integer addition: the conversion instruction would wait for the last value of the
// register it writes to, and so chain one call to the next. Zero and subnormal x become about
// 2^-127, which every function takes for zero or treats apart; infinities and NaN become the limit, or where that is unlimited
// numbers from 2^128 on.
func (b *Block) widen(limit float32, shift int, sign string) {
	a := jen.Id("a")
	if limit != unlimited {
		a = jen.Min(a, jen.Id(fmt.Sprintf("%#x", math.Float32bits(limit))))
	}
	s := jen.Uint64().Call(a).Op("<<").Lit(29).Op("+").Lit(shift).Op("<<").Lit(52)
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
