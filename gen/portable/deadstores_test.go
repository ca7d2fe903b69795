package portable

import (
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen/code"
)

// TestDeadStores: what is stored to scratch stays where something reads that field, in whichever function, and is left
// out elsewhere. What is stored to other fields stays.
func TestDeadStores(t *testing.T) {
	store := func(field string) code.Stmt {
		return &code.Assign{
			To: []code.Expr{code.At(code.FieldOf("ws", field), code.I(0))}, Op: code.Set, Values: []code.Expr{code.V("v")},
		}
	}
	first, second := &code.Block{}, &code.Block{}
	first.Add(store("scratch0"), store("scratch1"), store("A1"))
	inner := first.If(code.True)
	inner.Add(store("scratch0"), store("scratch1"))
	second.Let("u", code.At(code.FieldOf("ws", "scratch1"), code.I(2)))
	f := &code.File{}
	f.Add(&code.Func{Name: "first", Body: first})
	f.Add(&code.Func{Name: "second", Body: second})
	dropUnread(f, map[string]bool{"scratch0": true, "scratch1": true})
	text := f.String()
	for part, want := range map[string]int{"scratch0": 0, "scratch1": 3, "A1": 1} {
		if got := strings.Count(text, part); got != want {
			t.Errorf("%s is in %d places, want %d:\n%s", part, got, want, text)
		}
	}
}
