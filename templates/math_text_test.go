package templates

import (
	"strings"
	"testing"
)

// TestText checks that statements come out as they are written, with names of package math imported and @ replaced.
func TestText(t *testing.T) {
	b := &Block{}
	b.text("iris", `
		// the bits, |x| ≤ math.Pi say
		h := math.Float64bits(x + math.Pi*@Roots[3]) // of x
		if h > 1 {
			h = math.MaxUint32
		}
	`)
	got := body(t, b)
	want := `// the bits, |x| ≤ math.Pi say
h := math.Float64bits(x + math.Pi*irisRoots[3]) // of x
if h > 1 {
	h = math.MaxUint32
}`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	f := NewFile("p", nil)
	f.Func(Function{Name: "f", Params: []Param{{Name: "x", Type: "float64"}}, Result: &Param{Type: "float64"}, Body: func() *Block {
		b := &Block{}
		b.text("", "return math.Floor(x)")
		return b
	}()})
	if src := render(t, f); !strings.Contains(src, `import "math"`) {
		t.Errorf("package math is not imported in\n%s", src)
	}
}

// TestConstants checks one name and several, and numbers that read back as they were.
func TestConstants(t *testing.T) {
	b := &Block{}
	b.constants("one", 0.1)
	b.constants("e", 0.5, 1.0/6, 0, -0x1p-40)
	want := "const one = 0.1\nconst e0, e1, e2, e3 = 0.5, 0.16666666666666666, 0, -0x1p-40"
	if got := body(t, b); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
