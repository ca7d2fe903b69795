package code

import (
	"math"
	"strings"
	"testing"
)

// run executes a function of x = 1.5, y = -0.25, s = 0.5, k = 9 and a = {1, 2, 3}.
func run(t *testing.T, f *File) (Value, error) {
	t.Helper()
	m, err := NewMachine(f)
	if err != nil {
		t.Fatalf("%v in\n%v", err, f)
	}
	a := m.New(ArrayOf(Of(Float64), 3))
	for i, v := range a.Values() {
		v.Set(FloatValue(Float64, float64(i+1)))
	}
	results, err := m.Call(nil, "f", FloatValue(Float64, 1.5), FloatValue(Float64, -0.25), FloatValue(Float32, 0.5),
		IntValue(Uint64, 9), a.Pointer())
	if err != nil {
		return Value{}, err
	}
	return results[0], nil
}

// TestMachine executes statements and operators, beside what Go makes of them.
func TestMachine(t *testing.T) {
	x, y, s, k := 1.5, -0.25, float32(0.5), uint64(9)
	third := 1.0 / 3
	for body, want := range map[string]float64{
		"return x - y*x":                                            x - float64(y*x),
		"return float64(s*0.1 + s)":                                 float64(float32(s*0.1) + s),
		"return 1.0/3 + x":                                          third + x,
		"return float64(1<<52-1 - k)":                               float64(1<<52 - 1 - k),
		"return float64(int64(k-10) >> 1)":                          float64(int64(k-10) >> 1),
		"return float64((k - 10) >> 1)":                             float64((k - 10) >> 1),
		"return float64(uint32(k) - 10)":                            float64(uint32(k) - 10),
		"return float64(int32(k) - 10)":                             float64(int32(k) - 10),
		"return float64(k&^1 ^ 7 | 32)":                             float64(k&^1 ^ 7 | 32),
		"return min(x, y, 7) + max(x, 1)":                           1.25,
		"return float64(min(k, 4) + max(k, 20))":                    24,
		"return math.Sqrt(x) + math.Pi":                             math.Sqrt(x) + math.Pi,
		"k <<= 3\nk -= 1\nreturn float64(k)":                        71,
		"x, y = y, x\nreturn x - y":                                 y - x,
		"if y > x {\nx = 0\n}\nif !(y >= x) {\nx += 1\n}\nreturn x": 2.5,
		"return -x / a[1]":                                          -x / 2,
		"a[k&1] *= x\nreturn a[1] + a[0]":                           4,
		"c := &rows[1]\nreturn c[1] * 0x1p1000 * 0x1p74":            4,
	} {
		got, err := run(t, function(t, body))
		if err != nil || math.Float64bits(got.Float()) != math.Float64bits(want) {
			t.Errorf("%s: got %v, %v; want %v", body, got.Float(), err, want)
		}
	}
}

// TestMachineFails checks that what ends a program ends its execution, and says why.
func TestMachineFails(t *testing.T) {
	nothing := &Block{}
	nothing.Add(&Touch{Pointers: Vars("p")})
	nothing.Panic("over")
	p := Param{"p", PointerTo(ArrayOf(Of(Float32), 2))}
	m, err := NewMachine(&File{Decls: []Decl{&Func{Name: "f", Params: []Param{p}, Body: nothing}}})
	if err != nil {
		t.Fatal(err)
	}
	for want, arg := range map[string]Value{"a nil pointer": {Kind: Pointer}, "over": m.New(*p.Type.Elem).Pointer()} {
		if _, err := m.Call(nil, "f", arg); err == nil || err.Error() != want {
			t.Errorf("the error is %v, want %q", err, want)
		}
	}
	if _, err := m.Call(nil, "g"); err == nil || !strings.Contains(err.Error(), "no function g") {
		t.Errorf("the error is %v", err)
	}
	if _, err := run(t, function(t, "return a[k]")); err == nil || err.Error() != "element 9 of 3" {
		t.Errorf("the error is %v", err)
	}
}

// TestReadPrints checks that what is printed reads back as the same text, and that what can't be read is named by its
// line.
func TestReadPrints(t *testing.T) {
	const text = `// first
const one, two = 0x1p3, 2 // so
h := math.Float64bits(x) &^ (1 << 63) // of x
if h > one {
	// inside
	h = two
}
t, u := -1.5, (x + y) * rows[3][k & 1]
u += max(t, -u) - x * (y + 1)
c := &rows[k >> 2]
return math.Float64frombits(h) + math.Sqrt(float64(c[1]))
`
	b, err := Read(text)
	if err != nil {
		t.Fatal(err)
	}
	if got := b.String(); got != text {
		t.Errorf("got\n%swant\n%s", got, text)
	}
	for src, want := range map[string]string{
		"x := 1\ngo f()":      "line 2: unexpected statement *ast.GoStmt",
		"x := f.g":            "line 1: unexpected expression *ast.SelectorExpr",
		"x := math.Inf(1)":    "line 1: unexpected call",
		"x %= 2":              "line 1: unexpected assignment %=",
		"x := \"text\"":       "line 1: unexpected literal",
		"if x {\n} else {\n}": "line 1: unexpected statement *ast.IfStmt",
		"a.b := 1":            "line 1: no name",
		"x := func() int { }": "line 1: unexpected expression *ast.FuncLit",
		"x := 1 +":            "reading code",
	} {
		if _, err := Read(src); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: the error is %v, want %q", src, err, want)
		}
	}
}
