package templates

import (
	"math"
	"strings"
	"testing"
)

// TestStatements holds every builder of statements to the Go in its comment.
func TestStatements(t *testing.T) {
	x, y, z := Name("x"), Name("y"), Name("z")
	for _, c := range []struct {
		name  string
		write func(b *Block)
		want  string
	}{
		{"Define", func(b *Block) { b.Define("x", y) }, "x := y"},
		{"DefineAll", func(b *Block) {
			b.DefineAll([]string{"x0", "x1"}, []Value{Elem("x", Index{}), Elem("x", Index{Off: 1})})
		}, "x0, x1 := x[0], x[1]"},
		{"DefineAll of nothing", func(b *Block) { b.DefineAll(nil, nil) }, ""},
		{"Var", func(b *Block) { b.Var("loss", "float32") }, "var loss float32"},
		{"Assign", func(b *Block) { b.Assign(x, y) }, "x = y"},
		{"AddTo", func(b *Block) { b.AddTo(x, y) }, "x += y"},
		{"SubFrom", func(b *Block) { b.SubFrom(x, y) }, "x -= y"},
		{"MulBy", func(b *Block) { b.MulBy(x, y) }, "x *= y"},
		{"Do", func(b *Block) { b.Do(Method("p", "forward", "ws", "x")) }, "p.forward(ws, x)"},
		{"Return", func(b *Block) { b.Return(x) }, "return x"},
		{"Comment", func(b *Block) { b.Comment("first\nsecond") }, "// first\n// second"},
		{"Blank", func(b *Block) { b.Do(Call("f")); b.Blank(); b.Do(Call("g")) }, "f()\n\ng()"},
		{"Blank at the top", func(b *Block) { b.Blank(); b.Do(Call("g")) }, "g()"},
		{"For", func(b *Block) { b.For("i", 0, 16, 8).Do(Call("f", Name("i"))) }, "for i := 0; i < 16; i += 8 {\n\tf(i)\n}"},
		{"For by one", func(b *Block) { b.For("j", 2, 5, 1).Do(Call("f", Name("j"))) }, "for j := 2; j < 5; j++ {\n\tf(j)\n}"},
		{"Scope", func(b *Block) { b.Scope().Define("x", y) }, "{\n\tx := y\n}"},
		{"a block that grows after the one around it", func(b *Block) {
			inner := b.Scope()
			b.Do(Call("g"))
			inner.Do(Call("f"))
		}, "{\n\tf()\n}\ng()"},
		{"Draw", func(b *Block) { b.Draw("p.W1", "float32", 0.5) }, "for i := range p.W1 {\n\tfor j := range p.W1[i] {\n\t\tp.W1[i][j] = float32(0.5 * norm())\n\t}\n}"},
		{"Draw in float64", func(b *Block) { b.Draw("p.W1", "float64", 0.5) }, "for i := range p.W1 {\n\tfor j := range p.W1[i] {\n\t\tp.W1[i][j] = 0.5 * norm()\n\t}\n}"},
		{"Zero", func(b *Block) { b.Zero("p.B1", 8, "float32") }, "p.B1 = [8]float32{}"},
		{"View", func(b *Block) { b.code = View("p", 67, "float32").code }, "return (*[67]float32)(unsafe.Pointer(p))"},

		{"Add", func(b *Block) { b.Return(Add(x, y, z)) }, "return x + y + z"},
		{"Add of one", func(b *Block) { b.Return(Add(x)) }, "return x"},
		{"Sub", func(b *Block) { b.Return(Sub(x, y)) }, "return x - y"},
		{"Mul", func(b *Block) { b.Return(Mul(x, y)) }, "return x * y"},
		{"Div", func(b *Block) { b.Return(Div(x, y)) }, "return x / y"},
		{"Neg", func(b *Block) { b.Return(Neg(x)) }, "return -x"},
		{"Paren", func(b *Block) { b.Return(Mul(Paren(Sub(x, y)), z)) }, "return (x - y) * z"},
		{"Convert", func(b *Block) { b.Return(Convert("float32", x)) }, "return float32(x)"},
		{"Call", func(b *Block) { b.Return(Call("irisTanh", x)) }, "return irisTanh(x)"},
		{"Call of several", func(b *Block) { b.Return(Call("max", x, y, z)) }, "return max(x, y, z)"},
		{"Method", func(b *Block) { b.Return(Method("p", "loss", "ws", "y")) }, "return p.loss(ws, y)"},
		{"Elem", func(b *Block) { b.Return(Elem("p.W1", Index{Off: 3}, Index{Var: "i", Off: 5})) }, "return p.W1[3][i+5]"},
		{"Elem at the loop's variable", func(b *Block) { b.Return(Elem("x", Index{Var: "i"})) }, "return x[i]"},
		{"Addr", func(b *Block) { b.Return(Addr(Elem("p.W1", Index{Var: "i"}))) }, "return &p.W1[i]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := &Block{}
			c.write(b)
			if got := body(t, b); got != c.want {
				t.Errorf("prints\n%s\nwant\n%s", got, c.want)
			}
		})
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
		{math.MaxFloat64, "1.7976931348623157e+308"}, {math.SmallestNonzeroFloat64, "5e-324"}, {0x1p-126, "1.1754943508222875e-38"}, {-1e-300, "-1e-300"},
		{math.Inf(1), "math.Inf(1)"}, {math.Inf(-1), "math.Inf(-1)"}, {math.NaN(), "math.NaN()"},
	} {
		b := &Block{}
		b.Return(Number(c.v))
		if got := strings.TrimPrefix(body(t, b), "return "); got != c.want {
			t.Errorf("%v prints %s, want %s", c.v, got, c.want)
		}
	}
}

// TestIndexSuffix checks indices as parts of names.
func TestIndexSuffix(t *testing.T) {
	for want, x := range map[string]Index{"0": {}, "3": {Off: 3}, "i": {Var: "i"}, "i3": {Var: "i", Off: 3}} {
		if got := x.Suffix(); got != want {
			t.Errorf("%+v is %s in a name, want %s", x, got, want)
		}
	}
}

// TestValuesAreReusable checks that building with a value leaves it as it was.
func TestValuesAreReusable(t *testing.T) {
	x, y := Name("x"), Name("y")
	place := Elem("p.W1", Index{}, Index{Off: 1})
	b := &Block{}
	for _, build := range []func(a, b Value) Value{Sub, Mul, Div, func(a, b Value) Value { return Add(a, b) }} {
		build(x, y)
		build(place, y)
	}
	Neg(x)
	Paren(x)
	Addr(place)
	Convert("float32", x)
	b.Assign(place, x)
	b.AddTo(place, x)
	b.Assign(x, place)
	if got, want := body(t, b), "p.W1[0][1] = x\np.W1[0][1] += x\nx = p.W1[0][1]"; got != want {
		t.Errorf("prints\n%s\nwant\n%s", got, want)
	}
}

// hostile are texts that try to leave a comment.
var hostile = []string{
	"a\nimport \"os\"", "a\r\nfunc init() { panic(1) }", "a\rvar evil int", "a */ var evil int /*", "\n\nvar evil int\n\n", "`\"'\\n",
	"go:embed secret", "line /etc/passwd:1", "\u2028var evil int", "a\vb", "a\fvar evil int", "\u0085var evil int",
}

// TestCommentsStayComments puts hostile texts through everything that prints a comment: the file's declarations are what
// they would be without them, and every line of comment begins with two slashes and a space, as no directive does.
func TestCommentsStayComments(t *testing.T) {
	for _, text := range hostile {
		f := NewFile("p", []string{text, text})
		f.Doc(text)
		f.Consts([]Constant{{Name: "C", Doc: text, Value: 1}})
		f.Doc(text)
		f.Struct("T", []Field{{Name: "X", Type: "int", Doc: text}})
		b := &Block{}
		b.Comment(text)
		b.Do(Call("println"))
		b.Comment(text)
		f.Func(Function{Name: "f", Body: b})
		src := render(t, f)
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
