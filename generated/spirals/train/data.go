package main

import (
	"math"
	"math/rand/v2"

	"github.com/backpropgen/backpropgen/generated/spirals"
)

type (
	point = [spirals.SpiralsInputs]float32
	label = [spirals.SpiralsOutputs]float32 // one-hot: the spiral that a point lies on
)

const (
	turns = 2.0  // of each spiral
	inner = 0.6  // radius at which a spiral begins
	outer = 6.0  // and ends; first layers of tanh learn coordinates of this size much faster than those below 1
	noise = 0.12 // deviation of a point from its spiral, in both directions
)

// draw draws n points, of both spirals in turn. The second spiral is the first turned by half a circle.
func draw(rng *rand.Rand, n int) (xs []point, ys []label) {
	xs, ys = make([]point, n), make([]label, n)
	for i := range n {
		// The square root spreads the points evenly along the spiral, whose turns grow with the radius.
		along := math.Sqrt(rng.Float64())
		radius := inner + (outer-inner)*along
		sin, cos := math.Sincos(2*math.Pi*turns*along + math.Pi*float64(i%2))
		xs[i] = point{
			float32(radius*cos + noise*rng.NormFloat64()),
			float32(radius*sin + noise*rng.NormFloat64()),
		}
		ys[i][i%2] = 1
	}
	return xs, ys
}
