package templates

import (
	"math"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen/code"
)

// TestStatements holds every statement and expression to the Go that stands for it.
func TestStatements(t *testing.T) {
	x, y, z := code.V("x"), code.V("y"), code.V("z")
	less := &code.Binary{Op: code.Lt, X: x, Y: y}
	for want, write := range map[string]func(b *code.Block){
		"x := y": func(b *code.Block) { b.Let("x", y) },
		"x, y := p.two(z)": func(b *code.Block) {
			b.LetAll([]string{"x", "y"}, []code.Expr{code.Method(code.V("p"), "two", z)})
		},
		"": func(b *code.Block) { b.LetAll(nil, nil) },
		"const a, b = 0x1p3, 2": func(b *code.Block) {
			b.Add(&code.Const{Names: []string{"a", "b"},
				Values: []code.Expr{&code.Num{Value: 8, Text: "0x1p3"}, code.I(2)}})
		},
		"var a, b float32": func(b *code.Block) { b.Declare(code.Of(code.Float32), "a", "b") },
		"x = y // so": func(b *code.Block) {
			b.Add(&code.Assign{To: code.Vars("x"), Values: code.Vars("y"), Remark: "so"})
		},
		"x, y = y, x": func(b *code.Block) {
			b.Add(&code.Assign{To: code.Vars("x", "y"), Values: code.Vars("y", "x")})
		},
		"x &^= y": func(b *code.Block) { b.Update(x, code.AndNot, y) },
		"x++":     func(b *code.Block) { b.Add(&code.Increment{X: x}) },
		"f(x)\n\ng()": func(b *code.Block) {
			b.Blank()
			b.Do(code.CallOf("f", x))
			b.Blank()
			b.Do(code.CallOf("g"))
		},
		"// first\n// second": func(b *code.Block) { b.Comment("first\nsecond") },
		"_, _ = *x, *y // nil panics first": func(b *code.Block) {
			b.Add(&code.Touch{Pointers: code.Vars("x", "y")})
		},
		"panic(\"no \\\"x\\\"\")": func(b *code.Block) { b.Panic(`no "x"`) },
		"if x < y {\n\treturn\n}": func(b *code.Block) { b.If(less).Return() },
		"for x < y {\n\tf()\n}": func(b *code.Block) {
			b.While(less).Do(code.CallOf("f"))
		},
		"for i := x; i < 16; i += 8 {\n\tf()\n}": func(b *code.Block) {
			b.For("i", x, code.I(16), 8).Do(code.CallOf("f"))
		},
		"for i := 2; i < 5; i++ {\n}": func(b *code.Block) {
			b.For("i", code.I(2), code.I(5), 1)
		},
		"for i := range x {\n}":    func(b *code.Block) { b.Range("i", "", x) },
		"for _, v := range x {\n}": func(b *code.Block) { b.Range("", "v", x) },
		"{\n\tf()\n}\ng()": func(b *code.Block) {
			inner := b.Scope()
			b.Do(code.CallOf("g"))
			inner.Do(code.CallOf("f"))
		},

		"return x + y + z":   func(b *code.Block) { b.Return(code.Sum(x, y, z)) },
		"return x + (y + z)": func(b *code.Block) { b.Return(code.Sum(x, code.Sum(y, z))) },
		"return (x - y) * z": func(b *code.Block) { b.Return(code.Product(code.Diff(x, y), z)) },
		"return x / (y * z)": func(b *code.Block) { b.Return(code.Quotient(x, code.Product(y, z))) },
		"return (x * y)":     func(b *code.Block) { b.Return(&code.Group{X: code.Product(x, y)}) },
		"return -(x * y) - (-3)": func(b *code.Block) {
			b.Return(code.Diff(&code.Unary{Op: code.Neg, X: code.Product(x, y)}, code.N(-3)))
		},
		"return !(x < y) || z && x": func(b *code.Block) {
			b.Return(code.Op2(code.Either, &code.Unary{Op: code.Not, X: less}, code.Op2(code.Both, z, x)))
		},
		"return x<<3 | y&^(z|1)": func(b *code.Block) {
			b.Return(code.Op2(code.Or, code.Op2(code.Shl, x, code.I(3)),
				code.Op2(code.AndNot, y, code.Op2(code.Or, z, code.I(1)))))
		},
		"return float32(x), uint64(y)": func(b *code.Block) {
			b.Return(code.To(code.Float32, x), code.To(code.Uint64, y))
		},
		"return math.Float32bits(x)": func(b *code.Block) {
			b.Return(&code.Bits{Of: code.Float32, X: x})
		},
		"return math.Float64frombits(x)": func(b *code.Block) {
			b.Return(&code.FromBits{To: code.Float64, X: x})
		},
		"return math.Sqrt(math.Log(x))": func(b *code.Block) {
			b.Return(&code.Sqrt{X: &code.Library{Name: "Log", X: x}})
		},
		"return math.Float32frombits(0x80000000), true": func(b *code.Block) {
			b.Return(&code.NegZero{Kind: code.Float32}, code.True)
		},
		"return math.Pi * max(x, y)": func(b *code.Block) {
			b.Return(code.Product(&code.Named{Name: "Pi"}, &code.Extreme{Op: code.Max, Xs: []code.Expr{x, y}}))
		},
		"return p.W1[3][i+5]": func(b *code.Block) {
			b.Return(code.At(code.FieldOf("p", "W1"), code.I(3), code.Sum(code.V("i"), code.I(5))))
		},
		"return &x[1], *y, len(z)": func(b *code.Block) {
			b.Return(&code.Addr{X: code.At(x, code.I(1))}, &code.Deref{X: y}, &code.Len{X: z})
		},
		"return x[3:], x[:4]": func(b *code.Block) {
			b.Return(&code.Part{X: x, Low: code.I(3)}, &code.Part{X: x, High: code.I(4)})
		},
		"return (*[4][3]float32)(unsafe.Pointer(x))": func(b *code.Block) {
			b.Return(&code.View{To: code.ArrayOf(code.Of(code.Float32), 4, 3), X: x})
		},
		"return [8]float32{}, new(Iris)": func(b *code.Block) {
			b.Return(&code.Zero{Type: code.ArrayOf(code.Of(code.Float32), 8)}, &code.New{Type: code.StructType("Iris")})
		},
		"return &[2]float64{x, y}": func(b *code.Block) {
			b.Return(&code.Addr{X: &code.List{Elem: code.Float64, Xs: []code.Expr{x, y}}})
		},
	} {
		b := &code.Block{}
		write(b)
		if got := printed(t, b); got != want {
			t.Errorf("prints\n%s\nwant\n%s", got, want)
		}
	}
}

// TestNumber checks constants: short, and the same number when Go reads them.
func TestNumber(t *testing.T) {
	for _, c := range []struct {
		v    float64
		want string
	}{
		{0, "0"}, {math.Copysign(0, -1), "math.Copysign(0, -1)"}, {1, "1"}, {-1, "-1"}, {42, "42"},
		{0.25, "0.25"}, {-0.25, "-0.25"}, {0.1, "0.1"}, {1.0 / 3, "0.3333333333333333"},
		{999999999999999, "999999999999999"}, {1e15, "1e+15"}, {-1e15, "-1e+15"}, {1 << 60, "1.152921504606847e+18"},
		{math.MaxFloat64, "1.7976931348623157e+308"}, {math.SmallestNonzeroFloat64, "5e-324"},
		{0x1p-126, "1.1754943508222875e-38"}, {-1e-300, "-1e-300"}, {math.Inf(1), "math.Inf(1)"},
		{math.Inf(-1), "math.Inf(-1)"}, {math.NaN(), "math.NaN()"},
	} {
		b := &code.Block{}
		b.Return(code.N(c.v))
		if got := strings.TrimPrefix(printed(t, b), "return "); got != c.want {
			t.Errorf("%v prints %s, want %s", c.v, got, c.want)
		}
	}
}

// hostile are texts that try to leave a comment.
var hostile = []string{
	"a\nimport \"os\"", "a\r\nfunc init() { panic(1) }", "a\rvar evil int", "a */ var evil int /*",
	"\n\nvar evil int\n\n", "`\"'\\n",
	"go:embed secret", "line /etc/passwd:1", "\u2028var evil int", "a\vb", "a\fvar evil int", "\u0085var evil int",
}

// TestCommentsStayComments puts hostile texts through everything that prints a comment: the file's declarations are
// what they would be without them, and every line of comment begins with two slashes and a space, as no directive does.
func TestCommentsStayComments(t *testing.T) {
	for _, text := range hostile {
		b := &code.Block{}
		b.Comment(text)
		b.Do(code.CallOf("println"))
		b.Comment(text)
		b.Add(&code.Let{Names: []string{"x"}, Values: []code.Expr{code.I(1)}, Remark: text})
		b.Add(&code.Assign{To: code.Vars("x"), Op: code.Add, Values: code.Vars("x"), Remark: text},
			&code.Return{Remark: text})
		src := render(t, Program(&code.File{Package: "p", Header: []string{text, text}, Decls: []code.Decl{
			&code.Consts{Doc: text, List: []code.Constant{{Name: "C", Doc: text, Value: 1}}},
			&code.Struct{Name: "T", Doc: text, Fields: []code.Field{{Name: "X", Type: code.Of(code.Int), Doc: text}}},
			&code.Func{Name: "f", Doc: text, Body: b},
		}}))
		files, _ := typeCheck(t, src)
		if n := len(files[0].Decls); n != 3 {
			t.Errorf("%q: %d declarations, want 3:\n%s", text, n, src)
		}
		for _, group := range files[0].Comments {
			for _, c := range group.List {
				if !strings.HasPrefix(c.Text, "// ") {
					t.Errorf("%q: the comment %q could be a directive", text, c.Text)
				}
			}
		}
	}
}
