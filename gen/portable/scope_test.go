package portable

import (
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen/code"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/portable/schedule"
	"github.com/backpropgen/backpropgen/templates"
)

// rendered prints what a scope test does with the body of a function.
func rendered(t *testing.T, build func(root *scope)) string {
	t.Helper()
	f := templates.NewFile("net", nil)
	body := &code.Block{}
	build(newScope(body))
	f.Func(&code.Func{Name: "f", Body: body})
	src, err := f.Render()
	if err != nil {
		t.Fatal(err)
	}
	text := string(src)
	return text[strings.Index(text, "{\n")+2 : strings.LastIndex(text, "}")]
}

func expect(t *testing.T, got string, lines ...string) {
	t.Helper()
	want := "\t" + strings.Join(lines, "\n\t") + "\n"
	if got != want {
		t.Errorf("printed\n%s\nwant\n%s", got, want)
	}
}

var (
	vectorX = &plan.Buffer{Name: "x", Kind: plan.Input, Rows: 8, Cols: 1}
	vectorA = &plan.Buffer{Name: "a1", Kind: plan.Cache, Layer: 1, Rows: 8, Cols: 1}
)

func TestScopeReadsOnce(t *testing.T) {
	got := rendered(t, func(root *scope) {
		x := index{Off: 3}
		root.b.Set(code.V("u"), root.get(vectorX, x))
		inner := root.inner()
		inner.b.Set(code.V("v"), inner.get(vectorX, x))
		root.load(vectorX, index{Off: 2}, 3)
	})
	expect(t, got, "x_3 := x[3]", "u = x_3", "{", "\tv = x_3", "}", "x_2, x_4 := x[2], x[4]")
}

func TestScopeHidesWhatIsInside(t *testing.T) {
	got := rendered(t, func(root *scope) {
		x := index{Off: 1}
		inner := root.inner()
		inner.b.Set(code.V("u"), inner.get(vectorX, x))
		root.b.Set(code.V("v"), root.peek(vectorX, x))
	})
	expect(t, got, "{", "\tx_1 := x[1]", "\tu = x_1", "}", "v = x[1]")
}

func TestScopeDeclaresOnce(t *testing.T) {
	got := rendered(t, func(root *scope) {
		root.set("u", code.N(1))
		root.set("u", code.N(2))
		root.inner().set("u", code.N(3))
	})
	expect(t, got, "u := 1", "u = 2", "{", "\tu := 3", "}")
}

// TestScopeForgets checks that a loop's stores make scalars around it stale, so that they are read anew.
func TestScopeForgets(t *testing.T) {
	got := rendered(t, func(root *scope) {
		x := index{Off: 0}
		root.b.Set(code.V("u"), root.get(vectorA, x))
		loop, i := root.enter(schedule.Segment{Lo: 0, Size: 2, Trips: 4}, "i")
		loop.set("a1_i", code.N(1))
		loop.store(vectorA, i, "a1_i")
		root.b.Set(code.V("v"), root.get(vectorA, x))
	})
	expect(t, got, "a1_0 := ws.A1[0]", "u = a1_0", "for i := 0; i < 8; i += 2 {", "\ta1_i := 1", "\tws.A1[i] = a1_i",
		"}", "a1_0 = ws.A1[0]", "v = a1_0")
}

// TestScopeLoadsAnew checks that scalars a loop has made stale are read again, and that others are not.
func TestScopeLoadsAnew(t *testing.T) {
	got := rendered(t, func(root *scope) {
		root.load(vectorA, index{Off: 0}, 1)
		loop, i := root.enter(schedule.Segment{Lo: 0, Size: 2, Trips: 4}, "i")
		loop.set("a1_i", code.N(1))
		loop.store(vectorA, i, "a1_i")
		root.load(vectorA, index{Off: 0}, 2)
		root.load(vectorA, index{Off: 0}, 2)
	})
	expect(t, got, "a1_0 := ws.A1[0]", "for i := 0; i < 8; i += 2 {", "\ta1_i := 1", "\tws.A1[i] = a1_i", "}",
		"a1_0 = ws.A1[0]", "a1_1 := ws.A1[1]")
}

func TestScopeStoreRemembers(t *testing.T) {
	got := rendered(t, func(root *scope) {
		x := index{Off: 5}
		root.set("z1_5", code.N(1))
		root.store(vectorA, x, "z1_5")
		root.b.Set(code.V("u"), root.get(vectorA, x))
	})
	expect(t, got, "z1_5 := 1", "ws.A1[5] = z1_5", "u = z1_5")
}
