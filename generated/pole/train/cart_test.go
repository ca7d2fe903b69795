package main

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/backpropgen/backpropgen/generated/pole"
)

// The accelerations must satisfy the two equations of motion that they were solved from: of the whole along the track,
// and of the pole, a uniform rod, about its hinge.
func TestPushFollowsTheEquationsOfMotion(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 100 {
		c := cart{x: rng.NormFloat64(), v: rng.NormFloat64(), angle: rng.NormFloat64() / 5, turn: rng.NormFloat64()}
		before := c
		right := rng.IntN(2) == 1
		c.push(right)
		f := -10.0
		if right {
			f = 10
		}
		moving, turning := (c.v-before.v)/0.02, (c.turn-before.turn)/0.02
		sin, cos := math.Sin(before.angle), math.Cos(before.angle)
		along := 1.1*moving + 0.1*0.5*(turning*cos-before.turn*before.turn*sin) - f
		about := 4.0/3*0.5*turning + moving*cos - 9.8*sin
		if math.Abs(along) > 1e-10 || math.Abs(about) > 1e-10 {
			t.Fatalf("%+v, pushed to the right %t: the equations are off by %g N and %g m/s²", before, right, along,
				about)
		}
		if c.x != before.x+0.02*before.v || c.angle != before.angle+0.02*before.turn {
			t.Fatalf("%+v moved to %+v in 0.02 s", before, c)
		}
	}
}

func TestLost(t *testing.T) {
	for _, c := range []struct {
		c    cart
		lost bool
	}{
		{cart{x: 2.39, angle: 0.2}, false}, {cart{x: -2.41}, true}, {cart{x: 2.41}, true},
		{cart{angle: 0.21}, true}, {cart{angle: -0.21}, true}, {cart{v: 9, turn: 9}, false},
	} {
		if got := c.c.lost(); got != c.lost {
			t.Errorf("%+v: lost %t, want %t", c.c, got, c.lost)
		}
	}
}

func TestPlaceAndObserve(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 1000 {
		c := place(rng.Float64)
		for _, v := range []float64{c.x, c.v, c.angle, c.turn} {
			if !(math.Abs(v) <= 0.05) {
				t.Fatalf("an episode begins with %+v", c)
			}
		}
	}
	var x [pole.PoleInputs]float32
	c := cart{x: 2.4, v: -2, angle: tooSteep / 2, turn: 1}
	if c.observe(&x); x != [pole.PoleInputs]float32{1, -1, 0.5, 0.5} {
		t.Errorf("observed %v", x)
	}
}
