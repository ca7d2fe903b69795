package code

import (
	"strings"
	"testing"
)

// function reads the body of a function of numbers x and y, an integer k and an array a.
func function(t *testing.T, body string) *File {
	t.Helper()
	b, err := Read(body)
	if err != nil {
		t.Fatal(err)
	}
	return &File{Decls: []Decl{
		&Table{Name: "rows", Elem: Float64, Len: 4, Rows: [][]uint64{{1, 2}, {3, 4}}},
		&Func{Name: "f", Body: b, Results: []Param{{Type: Of(Float64)}}, Params: []Param{
			{"x", Of(Float64)}, {"y", Of(Float64)}, {"s", Of(Float32)}, {"k", Of(Uint64)},
			{"a", PointerTo(ArrayOf(Of(Float64), 3))}}},
	}}
}

// TestCheckTakes checks what is well typed, untyped constants among it.
func TestCheckTakes(t *testing.T) {
	for _, body := range []string{
		"return x",
		"const one, half = 1, 1.0/2\nreturn one - half*x",
		"h := math.Float64bits(x) &^ (1 << 63)\nif h > 0x7ff<<52 {\nh = k\n}\nreturn math.Float64frombits(h)",
		"c := &rows[k&3]\nreturn c[1] + rows[2][0]",
		"u, v := uint64(0), 1.5\nu, k = k, u\nreturn v * float64(u+k)",
		"return max(x, y, 0) + float64(s*0.5) + float64(int64(k)>>63)",
		"return a[2] + math.Sqrt(x) - float64(k<<3|k<<(k&7))",
	} {
		if _, err := Check(function(t, body)); err != nil {
			t.Errorf("%s: %v", body, err)
		}
	}
}

// TestCheckRefuses checks what no compiler would take: every mistake is named.
func TestCheckRefuses(t *testing.T) {
	for body, want := range map[string]string{
		"return x + s":                          "float32 beside float64",
		"return s":                              "float32 where float64 is expected",
		"return z":                              "there is no z",
		"u := x":                                "u is declared and not used",
		"u := x\nu := y\nreturn u":              "u is declared twice",
		"return a[3]":                           "element 3 of [3]float64",
		"return rows[4][0]":                     "element 4 of [4][2]float64",
		"return a[x]":                           "float64 is an index",
		"return x[0]":                           "an element of float64",
		"return x & y":                          "& is no operation on float64",
		"return float64(k / 2)":                 "/ is no operation on uint64",
		"return float64(k << 64)":               "a shift by 64",
		"return float64(1 << (k & 7))":          "is shifted",
		"return x << 1":                         "float64 is shifted",
		"return float64(k + 1.5)":               "the constant 1.5 is no uint64",
		"return float64(uint32(1<<33))":         "is no uint32",
		"return 1 / 0":                          "1 / 0 is no constant",
		"if x {\nreturn y\n}\nreturn x":         "a condition is float64",
		"if x > 0 {\nreturn y\n}":               "does not return",
		"return x, y":                           "returns 2 values, not 1",
		"return g(x)":                           "there is no function g",
		"x, y = y\nreturn x":                    "1 values for 2 places",
		"const c = x\nreturn c":                 "c is no constant",
		"rows[0][0] = s\nreturn x":              "float32 where float64 is expected",
		"return math.Float64frombits(x)":        "float64 where uint64 is expected",
		"const c = 1\nc = 2\nreturn float64(c)": "c is no variable",
		"return -a":                             "- is no operation on *[3]float64",
	} {
		_, err := Check(function(t, body))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: the error is %v, want %q", body, err, want)
		}
	}
}

// TestCheckDeclarations checks mistakes beside functions.
func TestCheckDeclarations(t *testing.T) {
	pair := &Struct{Name: "Pair", Fields: []Field{{Name: "A", Type: ArrayOf(Of(Float32), 2)}}}
	view := func(to Type) *Func {
		b := &Block{}
		b.Return(&View{to, V("p")})
		return &Func{
			Name: "Flat", Recv: &Param{"p", PointerTo(StructType("Pair"))}, Results: []Param{{Type: PointerTo(to)}},
			Body: b,
		}
	}
	loop := func(index string) *Func {
		f := view(ArrayOf(Of(Float32), 2))
		f.Name = "Loop"
		body := &Block{}
		body.Range(index, "", FieldOf("p", "A"))
		f.Body.Stmts = append(body.Stmts, f.Body.Stmts...)
		return f
	}
	for want, decls := range map[string][]Decl{
		"":                               {pair, view(ArrayOf(Of(Float32), 2)), loop("")},
		"i is declared and not used":     {pair, loop("i")},
		"*Pair is seen as [3]float32":    {pair, view(ArrayOf(Of(Float32), 3))},
		"type Pair is declared twice":    {pair, pair},
		"table t has rows of 1 and of 2": {&Table{Name: "t", Elem: Uint64, Len: 2, Rows: [][]uint64{{1}, {1, 2}}}},
		"table t has 1 rows from 2 on, of 2": {&Table{Name: "t", Elem: Uint64, Len: 2, First: 2,
			Rows: [][]uint64{{1}}}},
	} {
		_, err := Check(&File{Decls: decls})
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("the error is %v, want %q", err, want)
		}
	}
}
