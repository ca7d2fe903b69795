package main

import (
	"math"

	"github.com/backpropgen/backpropgen/generated/pole"
)

// cart is a cart on a track with a pole hinged on it, which pushes of the cart are to keep upright: the equations of
// Barto, Sutton and Anderson (1983) without friction, with the constants that CartPole-v1 has made a standard.
type cart struct {
	x, v        float64 // place and speed of the cart: m, m/s
	angle, turn float64 // angle of the pole from upright and its speed: rad, rad/s
}

const (
	gravity    = 9.8  // m/s²
	cartMass   = 1.0  // kg
	poleMass   = 0.1  // kg
	halfLength = 0.5  // m, from the hinge to the middle of the pole
	force      = 10.0 // N, to the left or to the right
	interval   = 0.02 // s, between two decisions

	endOfTrack = 2.4                // m, on both sides
	tooSteep   = 12 * math.Pi / 180 // rad
)

// place puts the cart near the middle with the pole nearly upright; uniform draws from [0, 1).
func place(uniform func() float64) cart {
	near := func() float64 { return 0.1*uniform() - 0.05 }
	return cart{x: near(), v: near(), angle: near(), turn: near()}
}

// push pushes the cart to the left or to the right for an interval: a step of Euler's method.
func (c *cart) push(right bool) {
	f := -force
	if right {
		f = force
	}
	const mass = cartMass + poleMass
	sin, cos := math.Sincos(c.angle)
	t := (f + poleMass*halfLength*c.turn*c.turn*sin) / mass
	turning := (gravity*sin - cos*t) / (halfLength * (4.0/3 - poleMass*cos*cos/mass))
	moving := t - poleMass*halfLength*turning*cos/mass
	c.x += interval * c.v
	c.v += interval * moving
	c.angle += interval * c.turn
	c.turn += interval * turning
}

// lost says that the pole has fallen or the cart has left the track.
func (c *cart) lost() bool { return math.Abs(c.x) > endOfTrack || math.Abs(c.angle) > tooSteep }

// observe writes what the network sees of the cart, in units that make each about 1.
func (c *cart) observe(x *[pole.PoleInputs]float32) {
	x[0] = float32(c.x / endOfTrack)
	x[1] = float32(c.v / 2)
	x[2] = float32(c.angle / tooSteep)
	x[3] = float32(c.turn / 2)
}
