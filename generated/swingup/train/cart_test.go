package main

import (
	"math"
	"math/rand/v2"
	"testing"
)

// The accelerations must satisfy the two equations of motion that they were solved from: of the whole along the track,
// and of the pole, a uniform rod, about its hinge.
func TestEquationsOfMotion(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 100 {
		c := cart{rng.NormFloat64(), rng.NormFloat64(), 3 * rng.NormFloat64(), 5 * rng.NormFloat64()}
		f := 10 * rng.NormFloat64()
		moving, turning := c.accelerations(f)
		sin, cos := math.Sin(c[angle]), math.Cos(c[angle])
		along := 1.1*moving + 0.1*0.5*(turning*cos-c[turn]*c[turn]*sin) - f
		about := 4.0/3*0.5*turning + moving*cos - 9.8*sin
		if math.Abs(along) > 1e-10 || math.Abs(about) > 1e-10 {
			t.Fatalf("%v under %g N: the equations are off by %g N and %g m/s²", c, f, along, about)
		}
	}
}

// Without a force nothing is gained or lost. A step of fourth order, of a fiftieth of a second in ten parts, is off by
// less than 1e-9 of the energies here, which are about 10 J.
func TestEnergyStays(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 20 {
		c := cart{0, rng.NormFloat64(), 3 * rng.NormFloat64(), 5 * rng.NormFloat64()}
		before := c.energy()
		for range 100 {
			c.push(0)
		}
		if after := c.energy(); math.Abs(after-before) > 1e-6 {
			t.Errorf("%g J became %g J", before, after)
		}
	}
}

func TestLean(t *testing.T) {
	for at, want := range map[float64]float64{0: 0, 1: 1, -1: 1, math.Pi: math.Pi, 2*math.Pi + 0.5: 0.5,
		-7 * math.Pi: math.Pi} {
		if got := (&cart{angle: at}).lean(); math.Abs(got-want) > 1e-12 {
			t.Errorf("at %g the pole leans by %g, want %g", at, got, want)
		}
	}
}
