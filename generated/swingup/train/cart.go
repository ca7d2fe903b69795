package main

import "math"

// cart is a cart on a track with a pole hinged on it, without friction: the equations of Barto, Sutton and Anderson
// (1983). The pole is upright at angle 0 and hangs at ±π.
type cart [4]float64

// The numbers of a cart.
const (
	place = iota // of the cart: m
	speed        // of the cart: m/s
	angle        // of the pole from upright: rad
	turn         // of the pole: rad/s
)

const (
	gravity    = 9.8  // m/s²
	cartMass   = 1.0  // kg
	poleMass   = 0.1  // kg
	halfLength = 0.5  // m, from the hinge to the middle of the pole
	strongest  = 10.0 // N, the greatest force to either side
	interval   = 0.02 // s, between two decisions
	substeps   = 10   // of the simulation in an interval
)

// accelerations are those of the cart and of the pole under a force.
func (c *cart) accelerations(force float64) (moving, turning float64) {
	const mass = cartMass + poleMass
	sin, cos := math.Sincos(c[angle])
	t := (force + poleMass*halfLength*c[turn]*c[turn]*sin) / mass
	turning = (gravity*sin - cos*t) / (halfLength * (4.0/3 - poleMass*cos*cos/mass))
	return t - poleMass*halfLength*turning*cos/mass, turning
}

// push moves the cart for an interval under a force: steps of Runge and Kutta's method of fourth order.
func (c *cart) push(force float64) {
	const h = interval / substeps
	slope := func(at cart) cart {
		moving, turning := at.accelerations(force)
		return cart{at[speed], moving, at[turn], turning}
	}
	along := func(k cart, h float64) (at cart) {
		for i := range at {
			at[i] = c[i] + h*k[i]
		}
		return at
	}
	for range substeps {
		k1 := slope(*c)
		k2 := slope(along(k1, h/2))
		k3 := slope(along(k2, h/2))
		k4 := slope(along(k3, h))
		for i := range c {
			c[i] += h / 6 * (k1[i] + 2*k2[i] + 2*k3[i] + k4[i])
		}
	}
}

// lean is how far the pole is from upright, from 0 to π.
func (c *cart) lean() float64 { return math.Abs(math.Remainder(c[angle], 2*math.Pi)) }

// energy is that of the cart and the pole, a uniform rod.
func (c *cart) energy() float64 {
	sin, cos := math.Sincos(c[angle])
	along, up := c[speed]+halfLength*c[turn]*cos, -halfLength*c[turn]*sin
	inertia := poleMass * halfLength * halfLength / 3
	return cartMass/2*c[speed]*c[speed] + poleMass/2*(along*along+up*up) + inertia/2*c[turn]*c[turn] +
		poleMass*gravity*halfLength*cos
}
