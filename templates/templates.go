// Package templates builds the constructs of emitted Go: declarations, statements, expressions and the
// elementary functions. There is one builder a construct, with the Go it stands for in a comment above it, and no
// decision in any of them: what is emitted, in which order and over which indices was settled before.
// It is the only package that knows jennifer; the rest of the generator handles Values and Blocks.
//
// Nothing from a spec reaches the output unchecked: names are identifiers by the time they arrive here, and
// comments are cut into lines that each begin with two slashes.
package templates

import (
	"fmt"
	"math"
	"strings"

	"github.com/dave/jennifer/jen"
)

// Value is an expression of the emitted code.
type Value struct{ code *jen.Statement }

// Name is a variable: x.
func Name(name string) Value { return Value{jen.Id(name)} }

// Number is a floating-point constant: 0.25. The sign of zero survives.
func Number(v float64) Value {
	switch {
	// What Go has no constants for are float64s, not untyped constants; -0.0 is +0 in Go.
	case math.IsNaN(v):
		return Value{jen.Qual("math", "NaN").Call()}
	case v > math.MaxFloat64:
		return Value{jen.Qual("math", "Inf").Call(jen.Lit(1))}
	case v < -math.MaxFloat64:
		return Value{jen.Qual("math", "Inf").Call(jen.Lit(-1))}
	case v == 0 && math.Signbit(v):
		return Value{jen.Qual("math", "Copysign").Call(jen.Lit(0), jen.Lit(-1))}
	}
	if v == math.Trunc(v) && math.Abs(v) < 1e15 {
		return Value{jen.Lit(int(v))}
	}
	return Value{jen.Lit(v)}
}

// NegativeZero is -0, which Go has no constant for, in large functions too without a call:
// math.Float32frombits(0x80000000).
func NegativeZero(typ string) Value {
	if typ == "float64" {
		return Value{jen.Qual("math", "Float64frombits").Call(jen.Id("0x8000000000000000"))}
	}
	return Value{jen.Qual("math", "Float32frombits").Call(jen.Id("0x80000000"))}
}

// Convert is a conversion: float32(v).
func Convert(typ string, v Value) Value { return Value{jen.Id(typ).Call(v.code)} }

// Add is a sum: a + b + c.
func Add(vs ...Value) Value {
	s := vs[0].code.Clone()
	for _, v := range vs[1:] {
		s.Op("+").Add(v.code)
	}
	return Value{s}
}

// Sub is a difference: a - b.
func Sub(a, b Value) Value { return Value{a.code.Clone().Op("-").Add(b.code)} }

// Mul is a product: a * b.
func Mul(a, b Value) Value { return Value{a.code.Clone().Op("*").Add(b.code)} }

// Div is a quotient: a / b.
func Div(a, b Value) Value { return Value{a.code.Clone().Op("/").Add(b.code)} }

// Neg is a negation: -a.
func Neg(a Value) Value { return Value{jen.Op("-").Add(a.code)} }

// Paren is an expression in parentheses: (a).
func Paren(a Value) Value { return Value{jen.Parens(a.code)} }

// Call is a call of a function: irisTanh(z).
func Call(name string, args ...Value) Value {
	var codes []jen.Code
	for _, a := range args {
		codes = append(codes, a.code)
	}
	return Value{jen.Id(name).Call(codes...)}
}

// Method is a call of a method: p.forward(ws, x).
func Method(recv, name string, args ...string) Value {
	var codes []jen.Code
	for _, a := range args {
		codes = append(codes, jen.Id(a))
	}
	return Value{jen.Id(recv).Dot(name).Call(codes...)}
}

// Index is an index of an array: 3, i, i+3.
type Index struct {
	Var string // empty for a constant index
	Off int
}

func (x Index) code() *jen.Statement {
	switch {
	case x.Var == "":
		return jen.Lit(x.Off)
	case x.Off == 0:
		return jen.Id(x.Var)
	}
	return jen.Id(x.Var).Op("+").Lit(x.Off)
}

// Suffix is the index as part of a name: 3, i, i3.
func (x Index) Suffix() string {
	switch {
	case x.Var == "":
		return fmt.Sprint(x.Off)
	case x.Off == 0:
		return x.Var
	}
	return fmt.Sprint(x.Var, x.Off)
}

// Elem is an element of an array or of a field that is one: x[3], p.W1[3][i+5].
func Elem(base string, indices ...Index) Value {
	s := jen.Id(base)
	for _, x := range indices {
		s = s.Index(x.code())
	}
	return Value{s}
}

// Addr is an address: &p.W1[i].
func Addr(v Value) Value { return Value{jen.Op("&").Add(v.code)} }

// Block collects the statements of a function, a loop or a scope.
type Block struct{ code []statement }

// statement is one statement, or a block around others that may still grow until it is rendered.
type statement struct {
	code  jen.Code                             // nil where open is set
	open  func(body func(*jen.Group)) jen.Code // the code around a body
	inner *Block
}

func (b *Block) raw(c ...jen.Code) {
	for _, c := range c {
		b.code = append(b.code, statement{code: c})
	}
}

// nest opens a block inside this one.
func (b *Block) nest(open func(body func(*jen.Group)) jen.Code) *Block {
	inner := &Block{}
	b.code = append(b.code, statement{open: open, inner: inner})
	return inner
}

// fill puts the statements into a group, when it is rendered.
func (b *Block) fill(g *jen.Group) {
	for _, s := range b.code {
		if s.inner != nil {
			g.Add(s.open(s.inner.fill))
		} else {
			g.Add(s.code)
		}
	}
}

// Comment is a comment: // text. Text of several lines becomes several comments.
func (b *Block) Comment(text string) {
	b.raw(comments(text)...)
}

func comments(text string) []jen.Code {
	var out []jen.Code
	for _, line := range lines(text) {
		out = append(out, jen.Comment("// "+line))
	}
	return out
}

// remark is a comment of one line, whatever the text.
func remark(text string) string { return "// " + strings.Join(lines(text), " ") }

func lines(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' })
}

// Blank is an empty line.
func (b *Block) Blank() {
	if len(b.code) > 0 {
		b.raw(jen.Line())
	}
}

// Define is a definition: name := v.
func (b *Block) Define(name string, v Value) {
	b.raw(jen.Id(name).Op(":=").Add(v.code))
}

// DefineAll is a definition of several variables in one statement: x0, x1 := x[0], x[1].
func (b *Block) DefineAll(names []string, vs []Value) {
	if len(names) == 0 {
		return
	}
	var left, right []jen.Code
	for i := range names {
		left, right = append(left, jen.Id(names[i])), append(right, vs[i].code)
	}
	b.raw(jen.List(left...).Op(":=").List(right...))
}

// DefineFrom is a definition of several variables by one call: root, scale := g.norm().
func (b *Block) DefineFrom(names []string, v Value) {
	var left []jen.Code
	for _, name := range names {
		left = append(left, jen.Id(name))
	}
	b.raw(jen.List(left...).Op(":=").Add(v.code))
}

// Var is a declaration of a zero variable: var loss float32.
func (b *Block) Var(name, typ string) { b.raw(jen.Var().Id(name).Id(typ)) }

// Assign is an assignment: dst = v.
func (b *Block) Assign(dst, v Value) { b.op(dst, "=", v) }

// AddTo is dst += v.
func (b *Block) AddTo(dst, v Value) { b.op(dst, "+=", v) }

// SubFrom is dst -= v.
func (b *Block) SubFrom(dst, v Value) { b.op(dst, "-=", v) }

// MulBy is dst *= v.
func (b *Block) MulBy(dst, v Value) { b.op(dst, "*=", v) }

func (b *Block) op(dst Value, op string, v Value) {
	b.raw(dst.code.Clone().Op(op).Add(v.code))
}

// Do is a call for its effect: p.forward(ws, x).
func (b *Block) Do(v Value) { b.raw(v.code) }

// Dereference panics where a pointer is nil, as Go does, and does nothing else: the compiler makes one load of each, or
// none where the next statements load from there anyway.
//
//	_, _ = *p, *x // nil panics, before anything is written
func (b *Block) Dereference(pointers ...string) {
	var blanks, values []jen.Code
	for _, name := range pointers {
		blanks, values = append(blanks, jen.Id("_")), append(values, jen.Op("*").Id(name))
	}
	b.raw(jen.List(blanks...).Op("=").List(values...).Comment("// nil panics, before anything is written"))
}

// Return is a return statement: return v.
func (b *Block) Return(v Value) { b.raw(jen.Return(v.code)) }

// For is a counted loop, whose body is returned: for i := lo; i < hi; i += step { … }.
func (b *Block) For(v string, lo, hi, step int) *Block {
	return b.loop(v, jen.Lit(lo), jen.Lit(hi), step)
}

// ForBetween is a loop between two variables, whose body is returned: for i := lo; i < hi; i++ { … }.
func (b *Block) ForBetween(v, lo, hi string) *Block { return b.loop(v, jen.Id(lo), jen.Id(hi), 1) }

func (b *Block) loop(v string, lo, hi *jen.Statement, step int) *Block {
	post := jen.Id(v).Op("+=").Lit(step)
	if step == 1 {
		post = jen.Id(v).Op("++")
	}
	return b.nest(func(body func(*jen.Group)) jen.Code {
		return jen.For(jen.Id(v).Op(":=").Add(lo), jen.Id(v).Op("<").Add(hi), post).BlockFunc(body)
	})
}

// StopUnlessWithin returns where lo and hi are no range of n elements, which tells the compiler that no index between
// them is out of range: if lo < 0 || hi > n { return }.
func (b *Block) StopUnlessWithin(lo, hi string, n int) {
	b.raw(jen.If(jen.Id(lo).Op("<").Lit(0).Op("||").Id(hi).Op(">").Lit(n)).Block(jen.Return().Comment("which is never so")))
}

// Scope is a block of its own, whose body is returned: { … }.
func (b *Block) Scope() *Block {
	return b.nest(func(body func(*jen.Group)) jen.Code { return jen.BlockFunc(body) })
}
