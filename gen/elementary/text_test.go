package elementary

import (
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen/code"
)

// TestText checks that statements are read, with @ replaced, and that what can't be read is an error of the function.
func TestText(t *testing.T) {
	b := &body{prefix: "iris", block: &code.Block{}}
	b.text("h := x + @Roots[3]")
	b.text("return h")
	if b.err != nil || len(b.block.Stmts) != 2 {
		t.Fatalf("%d statements, %v", len(b.block.Stmts), b.err)
	}
	sum := b.block.Stmts[0].(*code.Let).Values[0].(*code.Binary)
	if name := sum.Y.(*code.Elem).X.(*code.Var).Name; name != "irisRoots" {
		t.Errorf("@Roots is %s", name)
	}
	b.text("go f()")
	if b.err == nil || !strings.Contains(b.err.Error(), "line 1: unexpected statement") {
		t.Errorf("the error is %v", b.err)
	}
}

// TestConstants checks one name and several, and numbers that read back as they were.
func TestConstants(t *testing.T) {
	b := &body{block: &code.Block{}}
	b.constants("one", 0.1)
	b.constants("e", 0.5, 1.0/6, 0, -0x1p-40)
	for i, want := range []string{"one = 0.1", "e0, e1, e2, e3 = 0.5, 0.16666666666666666, 0, -0x1p-40"} {
		c := b.block.Stmts[i].(*code.Const)
		var texts []string
		for _, v := range c.Values {
			texts = append(texts, v.(*code.Num).Text)
		}
		if got := strings.Join(c.Names, ", ") + " = " + strings.Join(texts, ", "); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
