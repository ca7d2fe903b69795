package code

import (
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen/expr"
)

// counted is a program of a network of six parameters: f calls part, each goes through the samples xs.
func counted(t *testing.T, body string) *File {
	t.Helper()
	read := func(text string) *Block {
		b, err := Read(text)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	number := Of(Float32)
	p, g := Param{"p", PointerTo(StructType("Net"))}, Param{"g", PointerTo(StructType("NetGrad"))}
	x, xs := Param{"x", PointerTo(ArrayOf(number, 4))}, Param{"xs", SliceOf(ArrayOf(number, 4))}
	sum := &Block{}
	sum.Range("s", "", V("xs")).Let("a", Sum(V("p"), V("p")))
	return &File{Decls: []Decl{
		&Struct{Name: "Net", Fields: []Field{{Name: "W1", Type: ArrayOf(number, 1, 4)},
			{Name: "B1", Type: ArrayOf(number, 2)}}},
		&Struct{Name: "NetGrad", Of: "Net"},
		&Func{Name: "f", Recv: &p, Params: []Param{x, g, xs}, Body: read(body)},
		&Func{Name: "part", Recv: &p, Params: []Param{x}, Body: read("return x[0] + 1")},
		&Func{Name: "each", Recv: &p, Params: []Param{xs}, Body: sum},
		&Func{Name: "netTanh", Elementary: expr.OpTanh},
		&Func{Name: "netAbs", Elementary: expr.OpAbs},
	}}
}

// TestCounter counts statements, among them calls and places that are parameters.
func TestCounter(t *testing.T) {
	arithmetic := func(c expr.Count) Count { return Count{Count: c} }
	for body, want := range map[string]Count{
		"a := b * c + d - e": arithmetic(expr.Count{Muls: 1, Adds: 2}),
		"a = -b / (c - 1)":   arithmetic(expr.Count{Selects: 1, Divs: 1, Adds: 1}),
		"a = -0.5 * b":       arithmetic(expr.Count{Muls: 1}),
		"a += max(b, c, 0) * netTanh(d - netAbs(e))": arithmetic(expr.Count{Adds: 2, Muls: 1, Calls: 1, Selects: 3}),
		"a, b := x[0], x[1]":                         {Loads: 2},
		"x[2] = a * b":                               {Count: expr.Count{Muls: 1}, Stores: 1},
		"x[2] -= a":                                  {Count: expr.Count{Adds: 1}, Loads: 1, Stores: 1},
		"w := &x[1]\na := w[0]":                      {Loads: 1},
	} {
		got, err := NewCounter(counted(t, body), "Net", "NetGrad").Function("Net", "f", 7)
		if err != nil || got != want {
			t.Errorf("%s: counted %+v, %v; want %+v", body, got, err, want)
		}
	}
}

// TestCounterOfPlaces counts what has no text: fields of structs, calls of methods, loops and lengths.
func TestCounterOfPlaces(t *testing.T) {
	weight := At(FieldOf("p", "W1"), I(0), V("i"))
	for name, c := range map[string]struct {
		write func(b *Block)
		want  Count
	}{
		"a parameter in a loop": {func(b *Block) { b.For("i", I(0), I(4), 2).AddTo(V("a"), weight) },
			Count{Count: expr.Count{Adds: 2}, Loads: 2, ParamLoads: 2}},
		"a gradient by a pointer": {func(b *Block) {
			b.Let("row", &Addr{At(FieldOf("g", "W1"), I(0))})
			b.Set(At(V("row"), I(3)), V("a"))
		}, Count{Stores: 1, ParamStores: 1}},
		"a gradient that becomes 0": {func(b *Block) { b.Set(&Deref{V("g")}, &Zero{StructType("NetGrad")}) },
			Count{Stores: 6, ParamStores: 6}},
		"a method": {func(b *Block) { b.Let("a", Method(V("p"), "part", V("x"))) },
			Count{Count: expr.Count{Adds: 1}, Loads: 1}},
		"blocks of three of seven samples": {func(b *Block) {
			loop := b.While(&Binary{Gt, &Len{V("xs")}, I(3)})
			loop.Do(Method(V("p"), "each", &Part{X: V("xs"), High: I(3)}))
			loop.Add(&Assign{To: Vars("xs"), Values: []Expr{&Part{X: V("xs"), Low: I(3)}}})
			b.Do(Method(V("p"), "each", V("xs")))
		}, Count{Count: expr.Count{Adds: 7}}},
		"what lengths exclude": {func(b *Block) {
			b.If(&Binary{Ne, &Len{V("xs")}, I(7)}).AddTo(V("a"), V("b"))
		}, Count{}},
	} {
		f := counted(t, "")
		c.write(f.Func("Net", "f").Body)
		if got, err := NewCounter(f, "Net", "NetGrad").Function("Net", "f", 7); err != nil || got != c.want {
			t.Errorf("%s: counted %+v, %v; want %+v", name, got, err, c.want)
		}
	}
}

// TestCounterRefuses checks that what depends on data, or is not known, is an error that says what.
func TestCounterRefuses(t *testing.T) {
	for body, want := range map[string]string{
		"if a > b {\nc = d\n}": "a condition a > b",
		"a := b & c":           "an unexpected operator &",
		"a = netSinh(b)":       "a call of netSinh",
		"a := !b":              "an unexpected expression !b",
	} {
		_, err := NewCounter(counted(t, body), "Net").Function("Net", "f", 1)
		if err == nil || !strings.Contains(err.Error(), "counting f: "+want) {
			t.Errorf("%s: the error is %v, want %q", body, err, want)
		}
	}
	if _, err := NewCounter(counted(t, "")).Function("Net", "g", 1); err == nil ||
		!strings.Contains(err.Error(), "no function g") {
		t.Errorf("the error is %v", err)
	}
}
