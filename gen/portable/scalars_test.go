package portable

import (
	"testing"

	"github.com/backpropgen/backpropgen/gen/plan"
)

// TestScalars follows elements through a function's body, a loop in it and a block in that.
func TestScalars(t *testing.T) {
	b := &plan.Buffer{Name: "a1", Rows: 8, Cols: 1}
	root := newScalars(nil)
	loop := newScalars(root)
	inside := newScalars(loop)
	expect := func(s *scalars, name, want string) {
		t.Helper()
		if got, ok := s.find(name); got != want || ok != (want != "") {
			t.Errorf("%s is held by %q, %v; want %q", name, got, ok, want)
		}
	}
	expect(root, "a1_0", "")
	root.hold(b, "a1_0", "u")
	root.hold(&plan.Buffer{Name: "a10"}, "a10_0", "w")
	expect(inside, "a1_0", "u")
	inside.hold(b, "a1_i", "v")
	expect(inside, "a1_i", "v")
	expect(loop, "a1_i", "")

	inside.stored(b, "a1_1", "v", false)
	expect(inside, "a1_1", "v")
	expect(root, "a1_0", "u")

	// A store at a loop's index is one to every element.
	inside.stored(b, "a1_i", "v", true)
	expect(inside, "a1_i", "v")
	expect(root, "a1_0", "")
	expect(inside, "a1_0", "")
	expect(root, "a10_0", "w")
}
