package main

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
)

// TestJumps checks that a curve has no point between the two sides of a jump, and the limits of either side at it.
func TestJumps(t *testing.T) {
	list, err := pointwise(false)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range list {
		if row.Name != "relu" {
			continue
		}
		slope := activationCurves(row)[1]
		if len(slope.breaks) != 1 {
			t.Fatalf("the derivative of relu breaks at %v", slope.breaks)
		}
		left, err := stretch(slope, -6, 0, 0.5)
		if err != nil {
			t.Fatal(err)
		}
		right, err := stretch(slope, 0, 6, 0.5)
		if err != nil {
			t.Fatal(err)
		}
		if len(left) != 13 || len(right) != 13 {
			t.Errorf("%d and %d points, want 13 on either side", len(left), len(right))
		}
		for i := range min(len(left), len(right)) {
			if left[i].Y != 0 || right[i].Y != 1 {
				t.Errorf("left of 0 the derivative is %v at %v, right of it %v at %v", left[i].Y, left[i].X, right[i].Y,
					right[i].X)
			}
		}
		if left[len(left)-1].X != 0 || right[0].X != 0 {
			t.Errorf("the sides end at %v and begin at %v, want the jump", left[len(left)-1].X, right[0].X)
		}
	}
}

// TestPlots looks at the drawings: as many as there should be, without a background, a date or an address, and with a
// font that every reader has.
func TestPlots(t *testing.T) {
	files, err := plots()
	if err != nil {
		t.Fatal(err)
	}
	list, err := pointwise(false)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != len(list)+4 {
		t.Errorf("%d plots, want one of each of %d activations and 4 more", len(files), len(list))
	}
	year, fill := regexp.MustCompile(`\b20[2-9]\d\b`), regexp.MustCompile(`fill:#[Ff]{6}`)
	for _, f := range files {
		switch {
		case !bytes.Contains(f.data, []byte("<svg")), !strings.HasSuffix(f.name, ".svg"):
			t.Errorf("%s is no SVG", f.name)
		case year.Match(f.data), bytes.Contains(f.data, []byte("0xc0")):
			t.Errorf("%s holds a date or an address", f.name)
		case fill.Match(f.data):
			t.Errorf("%s has a white background", f.name)
		case bytes.Count(f.data, []byte("font-family")) != bytes.Count(f.data, []byte("sans-serif")):
			t.Errorf("%s has text in a font that not everybody has", f.name)
		}
	}
}
