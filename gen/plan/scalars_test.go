package plan

import "testing"

// TestScalars follows elements through a function's body, a loop in it and a block in that.
func TestScalars(t *testing.T) {
	b := &Buffer{Name: "a1", Rows: 8, Cols: 1}
	root := NewScalars(nil)
	loop := NewScalars(root)
	inside := NewScalars(loop)
	expect := func(s *Scalars, name, want string) {
		t.Helper()
		if got, ok := s.Find(name); got != want || ok != (want != "") {
			t.Errorf("%s is held by %q, %v; want %q", name, got, ok, want)
		}
	}
	expect(root, "a1_0", "")
	root.Hold(b, "a1_0", "u")
	root.Hold(&Buffer{Name: "a10"}, "a10_0", "w")
	expect(inside, "a1_0", "u")
	inside.Hold(b, "a1_i", "v")
	expect(inside, "a1_i", "v")
	expect(loop, "a1_i", "")

	inside.Stored(b, "a1_1", "v", false)
	expect(inside, "a1_1", "v")
	expect(root, "a1_0", "u")

	// A store at a loop's index is one to every element.
	inside.Stored(b, "a1_i", "v", true)
	expect(inside, "a1_i", "v")
	expect(root, "a1_0", "")
	expect(inside, "a1_0", "")
	expect(root, "a10_0", "w")
}

// TestKeeps checks at which lengths sums are one statement and vectors are kept in scalars.
func TestKeeps(t *testing.T) {
	for _, c := range []struct {
		width                int
		short, keeps, blocks bool
	}{
		{1, true, true, false}, {shortSum, true, true, false}, {shortSum + 1, false, true, false},
		{keepScalars, false, true, false}, {keepScalars + 1, false, false, true},
	} {
		// Sixteen results to a sum, so that there is one lane; in both directions.
		p := mustCompile(t, build("mse", []int{c.width, 16, c.width}, "tanh", "identity"))
		up := pick(p, Forward, is(affineLayer, 1)).(*Affine)
		if up.Short() != c.short || up.Keeps() != c.keeps {
			t.Errorf("%d terms: an affine map has short sums %v, keeps %v", c.width, up.Short(), up.Keeps())
		}
		down := pick(p, Backward, is(backLayer, 2)).(*BackAffine)
		if down.Short() != c.short || down.Keeps() != c.keeps || down.Blocks() != c.blocks {
			t.Errorf("%d terms: a map back has short sums %v, keeps %v, blocks %v", c.width, down.Short(),
				down.Keeps(), down.Blocks())
		}
		if fused := pick(p, Step, is(backLayer, 2)).(*BackAffine); fused.Short() || !fused.Keeps() ||
			fused.Blocks() != c.blocks {
			t.Errorf("%d terms: a map back with its update has short sums %v, keeps %v, blocks %v",
				c.width, fused.Short(), fused.Keeps(), fused.Blocks())
		}
	}
}
