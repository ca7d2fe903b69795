package main

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// Every point lies by its spiral, no further off than noise allows, and far from the other, from the inside to the
// outside.
func TestDraw(t *testing.T) {
	xs, ys := draw(rand.New(rand.NewPCG(1, 1)), 1000)
	least, most := math.Inf(1), 0.0
	for i, x := range xs {
		spiral := i % 2
		if ys[i][spiral] != 1 || ys[i][1-spiral] != 0 {
			t.Fatalf("point %d has the target %v, want spiral %d", i, ys[i], spiral)
		}
		if own := distance(x, spiral); own > 6*noise {
			t.Errorf("point %d, %v, is %g from its spiral", i, x, own)
		}
		r := math.Hypot(float64(x[0]), float64(x[1]))
		least, most = min(least, r), max(most, r)
	}
	if least > 1.2 || most < 5.8 {
		t.Errorf("radii from %g to %g, want %g to %g", least, most, inner, outer)
	}
	again, _ := draw(rand.New(rand.NewPCG(1, 1)), 1000)
	if !slices.Equal(xs, again) {
		t.Error("the same numbers draw other points")
	}
}

// distance is that of a point from a spiral, looked for all along it.
func distance(x point, spiral int) float64 {
	least := math.Inf(1)
	for i := range 10001 {
		along := float64(i) / 10000
		angle, r := 4*math.Pi*along+math.Pi*float64(spiral), 0.6+5.4*along
		least = min(least, math.Hypot(float64(x[0])-r*math.Cos(angle), float64(x[1])-r*math.Sin(angle)))
	}
	return least
}
